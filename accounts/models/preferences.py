"""How a person wants Legend to be."""

from datetime import time
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

LEAST_RISK, MOST_RISK = Decimal("0.01"), Decimal("10")
WIDEST_BREAK_EVEN = Decimal("0.25")
CURRENCIES = tuple(
    "USD EUR GBP CHF JPY AUD CAD NZD SEK NOK DKK PLN CZK HUF RON TRY ILS ZAR INR CNY HKD SGD TWD KRW THB MYR IDR PHP VND "
    "BRL MXN ARS CLP COP PEN AED SAR EGP".split()
)


def time_zones() -> list[str]:
    """Places one can live in, and UTC."""
    areas = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return ["UTC", *sorted(zone for zone in available_timezones() if zone.startswith(areas))]


class Preferences(models.Model):
    """One of each person, made with them."""

    class Theme(models.TextChoices):
        SYSTEM = "system", "System"
        LIGHT = "light", "Light"
        DARK = "dark", "Dark"

    class Palette(models.TextChoices):
        STANDARD = "standard", "Green and red"
        BLUE_ORANGE = "blue-orange", "Blue and orange"

    user = models.OneToOneField("accounts.User", models.CASCADE, primary_key=True, related_name="preferences")
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=3, default="USD")
    risk_pct = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal("1"), validators=[MinValueValidator(LEAST_RISK), MaxValueValidator(MOST_RISK)]
    )
    break_even_r = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(WIDEST_BREAK_EVEN)],
        help_text="results of the own journal up to so many R count as break-even",
    )
    theme = models.CharField(max_length=6, choices=Theme.choices, default=Theme.SYSTEM)
    palette = models.CharField(max_length=11, choices=Palette.choices, default=Palette.STANDARD)
    discreet = models.BooleanField(default=False, help_text="pages show no sums of money")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    notifications = models.JSONField(default=dict, blank=True, help_text="{kind: [channels]}; kinds that are missing are as they come")
    checklist_hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "preferences"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from=None, quiet_until=None) | models.Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preferences_quiet_hours_begin_and_end",
            ),
            models.CheckConstraint(
                condition=models.Q(risk_pct__gte=LEAST_RISK, risk_pct__lte=MOST_RISK), name="preferences_risk_within_bounds"
            ),
            models.CheckConstraint(
                condition=models.Q(break_even_r__gte=0, break_even_r__lte=WIDEST_BREAK_EVEN), name="preferences_break_even_within_bounds"
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.user_id}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def is_quiet(self, at: time) -> bool:
        """Whether this time of the person's own day lies in their quiet hours, which may run over midnight."""
        if self.quiet_from is None or self.quiet_until is None:
            return False
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= at < self.quiet_until
        return at >= self.quiet_from or at < self.quiet_until
