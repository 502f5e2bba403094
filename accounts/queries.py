"""Reads of people for one page."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from .models import AddressChange, ApiKey, SignUp, User


def keys_of(user: User, *, now: datetime) -> QuerySet[ApiKey]:
    """The person's keys, latest first, each with `calls_today` and `calls_30_days`."""
    today = now.date()
    return (
        ApiKey.objects.owned_by(user)
        .standing()
        .annotate(
            calls_today=Coalesce(Sum("days__calls", filter=Q(days__day=today)), 0),
            calls_30_days=Coalesce(Sum("days__calls", filter=Q(days__day__gt=today - timedelta(days=30))), 0),
        )
    )


def asked_with(code: str, *, now: datetime) -> SignUp | AddressChange | None:
    """What the code of a mail would confirm."""
    waiting = SignUp.objects.good(now).of_code(code).first()
    return waiting or AddressChange.objects.select_related("user").good(now).of_code(code).first()
