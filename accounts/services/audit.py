"""Writing down what happened to accounts."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import AuditEvent, User
from accounts.models.audit_event import Kind
from legend.lib.clients import NOWHERE, Origin


def record(*, kind: Kind, user: User | None, origin: Origin = NOWHERE, actor: User | None = None, **detail: Any) -> AuditEvent:
    """One line in the audit log. `detail` is small, JSON and holds no secret; what a stranger typed is none of it."""
    other = actor if actor is not None and actor != user else None
    return AuditEvent.objects.create(kind=kind, user=user, actor=other, network=origin.network, agent=origin.agent, detail=detail)


def forget_old(*, now: datetime) -> int:
    """Drop lines older than LEGEND_AUDIT_DAYS; how many there were."""
    deleted, _ = AuditEvent.objects.filter(at__lt=now - timedelta(days=settings.AUDIT_DAYS)).delete()
    return deleted
