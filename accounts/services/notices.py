"""Mails that tell a person what was done with their account, in case it was not them."""

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from accounts.services.posting import send


def notify_later(template: str, user: User, address: str = "") -> None:
    """After commit, let a worker send this mail to the person (or to the address they had)."""
    from accounts.tasks import notify

    transaction.on_commit(lambda: notify.delay(template, user.pk, address), robust=True)


def notify(*, template: str, user_id: int, address: str = "") -> None:
    user = User.objects.get(pk=user_id)
    if not user.is_demo:
        send(template, address or user.email, {"username": user.username, "reset": settings.SITE_URL + reverse("accounts:forgot")})
