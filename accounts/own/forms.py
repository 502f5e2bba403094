"""What people fill in about themselves."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms

from accounts.models import Preferences, Profile
from accounts.models.preferences import CURRENCIES, LEAST_RISK, MOST_RISK, WIDEST_BREAK_EVEN, time_zones
from accounts.models.profile import BIO_LENGTH, MAX_LINKS, NAME_LENGTH
from accounts.services.api_keys import LONGEST_NAME
from accounts.services.preferences import channels_of
from legend.lib.forms import Dressed
from legend.lib.permissions import SCOPES
from legend.lib.registries import couriers, notification_kinds

PRIVACY = (
    (Profile.Privacy.PUBLIC, "Public", "Everybody, with or without an account here."),
    (Profile.Privacy.FOLLOWERS, "Followers", "Those whose request to follow you granted."),
    (Profile.Privacy.PRIVATE, "Only me", "For everybody else there is no such profile."),
)
SCOPE_TEXTS = {
    "read": "Read: market data, scans, evidence, your own things",
    "journal": "Journal: trades, watchlist, alerts",
    "scan": "Scan: start and cancel scans, the lab, your lists and detectors",
    "social": "Social: follow, share, comment",
}
LIFETIMES = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "until revoked"))


class ProfileForm(Dressed):
    display_name = forms.CharField(
        label="Name", max_length=NAME_LENGTH, required=False, help_text="Shown beside your username. Need not be your real one."
    )
    bio = forms.CharField(
        label="About you", max_length=BIO_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 4}), help_text="Plain text."
    )
    links = forms.CharField(
        label="Links", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text=f"Up to {MAX_LINKS} web addresses, one a line.",
    )  # fmt: skip

    def clean_links(self) -> list[str]:
        return [line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip()]


class PictureForm(Dressed):
    avatar = forms.FileField(
        label="Picture",
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp,image/gif"}),
        error_messages={"required": "Choose a file first."},
    )


class PreferencesForm(Dressed):
    time_zone = forms.ChoiceField(label="Time zone", help_text="In which your days begin and end.")
    currency = forms.ChoiceField(label="Currency", choices=[(name, name) for name in CURRENCIES], help_text="Of new trading accounts.")
    risk_pct = forms.DecimalField(
        label="Risk per trade, %", min_value=LEAST_RISK, max_value=MOST_RISK, max_digits=5, decimal_places=2,
        help_text="Of the account; what a new plan begins with.", widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )  # fmt: skip
    break_even_r = forms.DecimalField(
        label="Break-even up to, R", required=False, min_value=0, max_value=WIDEST_BREAK_EVEN, max_digits=3, decimal_places=2,
        help_text="Smaller results of your journal count as break-even. Rankings and your profile never round so.",
        widget=forms.NumberInput(attrs={"step": "0.01", "inputmode": "decimal"}),
    )  # fmt: skip
    discreet = forms.BooleanField(label="Discreet: pages show no sums of money, only percent and R", required=False)
    theme = forms.ChoiceField(label="Theme", choices=Preferences.Theme.choices)
    palette = forms.ChoiceField(label="Gain and loss", choices=Preferences.Palette.choices)

    def clean_break_even_r(self) -> Decimal:
        return self.cleaned_data["break_even_r"] or Decimal(0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [(zone, zone.replace("_", " ")) for zone in time_zones()]  # type: ignore[attr-defined]


class PrivacyForm(Dressed):
    privacy = forms.ChoiceField(
        choices=[(value, title) for value, title, _ in PRIVACY],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one of these."},
    )


class NotificationsForm(Dressed):
    """One box per kind and channel, and the quiet hours."""

    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    quiet_until = forms.TimeField(label="until", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, preferences: Preferences, data: Any = None) -> None:
        self.kinds = list(notification_kinds)
        self.couriers = list(couriers)
        super().__init__(data, initial={"quiet_from": preferences.quiet_from, "quiet_until": preferences.quiet_until})
        self.chosen = {kind.name: channels_of(preferences, kind) for kind in self.kinds}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The matrix as the page draws it."""
        chosen = self.sent() if self.is_bound else self.chosen
        return [
            {
                "kind": kind,
                "boxes": [
                    {"name": kind.name, "value": courier.name, "title": courier.title, "on": courier.name in chosen[kind.name]}
                    for courier in self.couriers
                ],
            }
            for kind in self.kinds
        ]

    def sent(self) -> dict[str, list[str]]:
        sent: Any = self.data
        return {kind.name: sent.getlist(kind.name) for kind in self.kinds}

    def changes(self) -> dict[str, Any]:
        return {**self.cleaned_data, "notifications": self.sent()}


class KeyForm(Dressed):
    name = forms.CharField(
        label="Name", max_length=LONGEST_NAME, help_text="What it is for.", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=[(scope, SCOPE_TEXTS[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
        initial=["read"],
        error_messages={"required": "Choose at least one."},
    )
    lifetime = forms.ChoiceField(label="It ends after", choices=LIFETIMES, required=False, initial="90")

    def expires_at(self, now: datetime) -> datetime | None:
        days = self.cleaned_data["lifetime"]
        return now + timedelta(days=int(days)) if days else None
