"""Celery doors of people."""

from celery import shared_task
from django.utils import timezone

from . import locks
from .services import api_keys, archives, audit, closing, notices, posting, tokens
from .sessions import SessionStore


@shared_task
def post(kind: str, pk: int) -> None:
    posting.post(kind=kind, pk=pk, now=timezone.now())


@shared_task
def post_due() -> None:
    """Mails that failed, and those whose task was lost."""
    for kind, pk in posting.due(now=timezone.now()):
        post.delay(kind, pk)


@shared_task
def notify(template: str, user_id: int, address: str = "") -> None:
    notices.notify(template=template, user_id=user_id, address=address)


@shared_task
def write_down_calls() -> None:
    api_keys.write_down_calls(now=timezone.now())


@shared_task
def forget_ended_sessions() -> None:
    SessionStore.clear_expired()


@shared_task
def forget_spent() -> None:
    tokens.forget_spent(now=timezone.now())
    posting.forget_expired(now=timezone.now())
    locks.forget_old_misses(now=timezone.now())


@shared_task
def forget_old_audit_events() -> None:
    audit.forget_old(now=timezone.now())


@shared_task
def make_archive(archive_id: int) -> None:
    archives.make_archive(archive_id=archive_id)


@shared_task
def sweep_archives() -> None:
    archives.sweep_archives(now=timezone.now())


@shared_task
def erase_closed_accounts() -> None:
    closing.erase_due(now=timezone.now())
