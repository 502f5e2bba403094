"""Celery doors of people."""

from celery import shared_task
from django.utils import timezone

from .services import api_keys, archives, audit, closing
from .sessions import SessionStore


@shared_task
def forget_ended_sessions() -> None:
    SessionStore.clear_expired()


@shared_task
def write_down_calls() -> None:
    api_keys.write_down_calls(now=timezone.now())


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
