"""How a person wants Legend to be."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import Preferences, User
from accounts.models.preferences import CURRENCIES, LEAST_RISK, MOST_RISK, WIDEST_BREAK_EVEN, time_zones
from legend.lib.couriers import NotificationKind
from legend.lib.errors import Invalid, invalid
from legend.lib.registries import couriers, notification_kinds


@transaction.atomic
def change_preferences(*, user: User, changes: Mapping[str, Any]) -> Preferences:
    """Set some preferences by the names of their columns; of `notifications` those kinds that are named. Raises Invalid."""
    preferences = Preferences.objects.select_for_update().get(user=user)
    for name, value in changes.items():
        if name == "notifications":
            value = preferences.notifications | _channels(value)
        elif (refusal := _refusal(name, value)) is not None:
            raise refusal
        setattr(preferences, name, value)
    if (preferences.quiet_from is None) != (preferences.quiet_until is None):
        raise invalid("quiet_until", "Quiet hours need a beginning and an end.", "half")
    preferences.save(update_fields=list(changes))
    user.preferences = preferences
    return preferences


def channels_of(preferences: Preferences, kind: NotificationKind) -> frozenset[str]:
    """The names of the couriers by which this person wants to hear of this kind."""
    chosen = preferences.notifications.get(kind.name)
    return kind.channels if chosen is None else frozenset(chosen)


def matrix(preferences: Preferences) -> dict[str, list[str]]:
    """{kind: channels} of every kind there is, in the order of the channels."""
    return {
        kind.name: [courier.name for courier in couriers if courier.name in channels_of(preferences, kind)] for kind in notification_kinds
    }


@transaction.atomic
def hide_checklist(*, user: User, now: datetime) -> None:
    """The first steps are not shown any more."""
    Preferences.objects.filter(user=user, checklist_hidden_at=None).update(checklist_hidden_at=now)


def _channels(wish: Mapping[str, Any]) -> dict[str, list[str]]:
    kinds = [kind.name for kind in notification_kinds]
    names = [courier.name for courier in couriers]
    for kind, channels in wish.items():
        if kind not in kinds:
            raise invalid("notifications", f"There is no kind {kind[:40]!r}; there are {', '.join(kinds) or 'none yet'}.", "bad_choice")
        if unknown := [str(channel) for channel in channels if channel not in names]:
            raise invalid("notifications", f"There is no channel {unknown[0][:40]!r}; there are {', '.join(names)}.", "bad_choice")
    return {kind: [name for name in names if name in channels] for kind, channels in wish.items()}


def _refusal(name: str, value: Any) -> Invalid | None:
    choices = {
        "time_zone": time_zones,
        "currency": lambda: CURRENCIES,
        "theme": lambda: Preferences.Theme.values,
        "palette": lambda: Preferences.Palette.values,
    }
    if name == "risk_pct" and not (LEAST_RISK <= value <= MOST_RISK and value == value.quantize(Decimal("0.01"))):
        return invalid(
            name, f"Risk is between {LEAST_RISK} % and {MOST_RISK} % of the account, with at most two decimals.", "out_of_bounds"
        )
    if name == "break_even_r" and not (0 <= value <= WIDEST_BREAK_EVEN and value == value.quantize(Decimal("0.01"))):
        return invalid(name, f"Results up to {WIDEST_BREAK_EVEN}R can count as break-even, with at most two decimals.", "out_of_bounds")
    if name in choices and value not in choices[name]():
        return invalid(name, f"{str(value)[:40]!r} is none of the choices.", "bad_choice")
    return None
