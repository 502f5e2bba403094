"""Where somebody trades: one currency, an opening balance, and the ledger of what came in and went out."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q

from legend.lib.models import CreatedOnce

from .amounts import money_field


class AccountQuerySet(models.QuerySet["TradingAccount"]):
    def owned_by(self, user: object) -> "AccountQuerySet":
        return self.filter(owner=user) if getattr(user, "is_authenticated", False) else self.none()

    def in_use(self) -> "AccountQuerySet":
        return self.filter(archived_at=None)

    def real(self) -> "AccountQuerySet":
        """Without the one that holds example trades."""
        return self.filter(is_example=False)


class TradingAccount(CreatedOnce):
    """`opening_balance` on `opened_on` begins the ledger; without one there is no return in percent."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trading_accounts")
    name = models.CharField(max_length=60)
    currency = models.CharField(max_length=3)
    opening_balance = money_field(null=True, blank=True)
    opened_on = models.DateField(null=True, blank=True)
    is_example = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["is_example", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="trading_account_name_unique"),
            models.UniqueConstraint(fields=["owner", "request_key"], name="trading_account_created_once"),
            models.UniqueConstraint(fields=["owner"], condition=Q(is_example=True), name="trading_account_one_example"),
            models.CheckConstraint(
                condition=Q(opening_balance=None, opened_on=None) | Q(opening_balance__gte=0, opened_on__isnull=False),
                name="trading_account_opening_has_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def has_ledger(self) -> bool:
        return self.opening_balance is not None


class CashFlow(CreatedOnce):
    """A line of an account's ledger, sign as it changed the balance. Lines of a trade (dividend, borrow cost) belong to its result."""

    class Kind(models.TextChoices):
        DEPOSIT = "deposit"
        WITHDRAWAL = "withdrawal"
        CORRECTION = "correction", "Correction of the opening balance"
        DIVIDEND = "dividend"
        BORROW_COST = "borrow_cost", "Borrow cost"
        REMOVED = "removed", "Result of a removed trade"

    EXTERNAL = (Kind.DEPOSIT, Kind.WITHDRAWAL, Kind.CORRECTION)
    OF_A_TRADE = (Kind.DIVIDEND, Kind.BORROW_COST)

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(TradingAccount, on_delete=models.CASCADE, related_name="cash_flows")
    trade = models.ForeignKey("trading.Trade", null=True, blank=True, on_delete=models.CASCADE, related_name="adjustments_made")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    on = models.DateField()
    amount = money_field()
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "request_key"], name="cash_flow_created_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["dividend", "borrow_cost"], trade__isnull=False)
                | Q(kind__in=["deposit", "withdrawal", "correction", "removed"], trade=None),
                name="cash_flow_of_a_trade_or_of_the_account",
            ),
            models.CheckConstraint(
                condition=~Q(kind="deposit", amount__lte=0) & ~Q(kind="withdrawal", amount__gte=0), name="cash_flow_sign_of_its_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} {self.on}"
