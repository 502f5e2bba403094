"""Reads of people for one page."""

from datetime import datetime

from django.db.models import QuerySet

from .models import AddressChange, ApiKey, SignUp, User


def keys_of(user: User, *, now: datetime) -> QuerySet[ApiKey]:
    """The person's keys, latest first, each with `calls_today` and `calls_30_days`."""
    return ApiKey.objects.owned_by(user).standing().with_calls(now.date())


def asked_with(code: str, *, now: datetime) -> SignUp | AddressChange | None:
    """What the code of a mail would confirm."""
    waiting = SignUp.objects.good(now).of_code(code).first()
    return waiting or AddressChange.objects.select_related("user").good(now).of_code(code).first()
