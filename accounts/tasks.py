"""Celery doors of people."""

from celery import shared_task
from django.core.management import call_command
from django.utils import timezone

from .services import api_keys


@shared_task
def forget_ended_sessions() -> None:
    call_command("clearsessions")


@shared_task
def write_down_calls() -> None:
    api_keys.write_down_calls(now=timezone.now())
