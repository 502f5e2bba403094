"""Executions of a trade."""

from django.db import models
from django.db.models import Q

from legend.lib.models import CreatedOnce
from trading.stats import fills as pure

from .amounts import money_field, price_field
from .trade import Trade


class Fill(CreatedOnce):
    """One execution, as it happened (before later splits). `gross` and `net` are what an exit realised."""

    class Kind(models.TextChoices):
        ENTRY = "entry"
        EXIT = "exit"

    trade = models.ForeignKey(Trade, on_delete=models.CASCADE, related_name="fills")
    number = models.PositiveIntegerField(help_text="its name within the trade")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    at = models.DateTimeField()
    quantity = price_field()
    price = price_field()
    fee = price_field(default=0)
    stop = price_field(null=True, blank=True, help_text="in force when an entry happened")
    gross = money_field(null=True, blank=True)
    net = money_field(null=True, blank=True)
    recorded_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True, blank=True, help_text="when a fact of it was last corrected")

    class Meta:
        ordering = ["at", "kind", "number"]  # entry comes before exit
        indexes = [models.Index(fields=["request_key"], condition=Q(request_key__isnull=False), name="fill_request_key")]
        constraints = [
            models.UniqueConstraint(fields=["trade", "request_key"], name="fill_created_once"),
            models.UniqueConstraint(fields=["trade", "number"], name="fill_number_unique"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fill_quantity_above_zero"),
            models.CheckConstraint(condition=Q(price__gt=0) | Q(kind="exit", price=0), name="fill_price_above_zero"),
            models.CheckConstraint(condition=Q(fee__gte=0), name="fill_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.quantity} @ {self.price}"

    def as_fact(self) -> pure.Fill:
        return pure.Fill(self.at, pure.Kind(self.kind), self.quantity, self.price, self.fee, self.stop, self.number)
