"""Celery doors of people."""

from celery import shared_task
from django.utils import timezone

from .services import api_keys, audit
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
