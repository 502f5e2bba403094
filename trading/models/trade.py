"""A trade: a set of fills, the plan it came from, and what they make together."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from legend.lib.models import CreatedOnce
from trading.stats.fills import Measures, pnl_pct, r_multiple
from trading.stats.periods import Span
from trading.stats.results import Outcome, outcome_of

from .amounts import money_field, price_field, ratio_field


class TradeQuerySet(models.QuerySet["Trade"]):
    def owned_by(self, user: object) -> "TradeQuerySet":
        return self.filter(owner=user) if getattr(user, "is_authenticated", False) else self.none()

    def planned(self) -> "TradeQuerySet":
        return self.filter(status=Trade.Status.PLANNED)

    def open(self) -> "TradeQuerySet":
        return self.filter(status=Trade.Status.OPEN)

    def closed(self) -> "TradeQuerySet":
        return self.filter(status=Trade.Status.CLOSED)

    def closed_in(self, span: Span) -> "TradeQuerySet":
        """Those whose last exit lies in the span."""
        found = self.closed()
        if span.start is not None:
            found = found.filter(closed_at__gte=span.start)
        return found if span.end is None else found.filter(closed_at__lt=span.end)

    def tagged(self, tag: str) -> "TradeQuerySet":
        return self.filter(tag_text__contains=f"|{tag}|")

    def in_close_order(self) -> "TradeQuerySet":
        return self.order_by("closed_at", "id")


class Trade(CreatedOnce):
    """What was planned and typed; below it what the fills make of it, written by `take_measures` alone.

    `stop_loss` is the initial stop, `current_stop` where it was moved to. Fills are as traded; levels and measures after all `splits`.
    `r_multiple` and `pnl_pct` are columns to order by; what is shown is `r` and `pct`, rounded once.
    """

    class Side(models.TextChoices):
        LONG = "long"
        SHORT = "short"

    class Status(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        CLOSED = "closed"

    class Source(models.TextChoices):
        MANUAL = "manual", "Entered here"
        IMPORT = "import", "Imported"
        COPY = "copy", "Copied"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trades")
    account = models.ForeignKey("trading.TradingAccount", on_delete=models.RESTRICT, related_name="trades")
    symbol = models.CharField(max_length=20)
    side = models.CharField(max_length=5, choices=Side.choices)
    source = models.CharField(max_length=6, choices=Source.choices, default=Source.MANUAL)
    match = models.ForeignKey("patterns.PatternMatch", null=True, blank=True, on_delete=models.SET_NULL, related_name="trades")
    pattern = models.CharField(max_length=40, blank=True, help_text="the setup; kept when its match is gone")
    planned_entry = price_field(null=True, blank=True)
    planned_quantity = price_field(null=True, blank=True)
    stop_loss = price_field(null=True, blank=True)
    current_stop = price_field(null=True, blank=True)
    target_price = price_field(null=True, blank=True)
    typed_risk = money_field(null=True, blank=True)
    tag_text = models.CharField(max_length=420, blank=True, help_text="|swing|earnings|")
    checklist = models.JSONField(default=list, blank=True, help_text="[{text, done}]")
    notes = models.TextField(blank=True)
    splits = models.JSONField(default=list, blank=True, help_text="[{at, new, old}]: applied to fills before them")
    recorded_at = models.DateTimeField(help_text="when the first fact of it was told to Legend")
    changed_at = models.DateTimeField()

    status = models.CharField(max_length=7, choices=Status.choices, default=Status.PLANNED)
    quantity_in = money_field(default=0)
    quantity_out = money_field(default=0)
    entry_price = money_field(null=True, blank=True)
    exit_price = money_field(null=True, blank=True)
    gross_pnl = money_field(default=0)
    fees = money_field(default=0)
    adjustments = money_field(default=0)
    realised_pnl = money_field(default=0)
    net_pnl = money_field(null=True, blank=True)
    risk_amount = money_field(null=True, blank=True)
    r_multiple = ratio_field(null=True, blank=True)
    pnl_pct = ratio_field(null=True, blank=True)
    outcome = models.CharField(max_length=10, blank=True, choices=[(one.value, one.value) for one in Outcome])
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    was_closed_at: dt.datetime | None = None  # when it was found to be changed

    objects = TradeQuerySet.as_manager()

    class Meta:
        ordering = ["-recorded_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "request_key"], name="trade_created_once"),
            models.CheckConstraint(condition=Q(quantity_out__lte=F("quantity_in")), name="trade_never_more_out_than_in"),
            models.CheckConstraint(
                condition=Q(status="planned", opened_at=None, closed_at=None, net_pnl=None)
                | Q(status="open", opened_at__isnull=False, closed_at=None, net_pnl=None)
                | Q(status="closed", opened_at__isnull=False, closed_at__isnull=False, net_pnl__isnull=False),
                name="trade_status_as_its_fills",
            ),
            models.CheckConstraint(condition=Q(closed_at=None) | Q(closed_at__gte=F("opened_at")), name="trade_closed_after_opened"),
            models.CheckConstraint(condition=Q(risk_amount=None) | Q(risk_amount__gt=0), name="trade_risk_above_zero"),
        ]
        indexes = [
            models.Index(fields=["owner", "status", "-closed_at", "-id"], name="trade_closed"),
            models.Index(fields=["owner", "status", "-recorded_at", "-id"], name="trade_recorded"),
            models.Index(fields=["owner", "symbol"], name="trade_symbol"),
            models.Index(fields=["match"], condition=Q(match__isnull=False), name="trade_match"),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} {self.side} {self.status}"

    @property
    def is_closed(self) -> bool:
        return self.status == self.Status.CLOSED

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_planned(self) -> bool:
        return self.status == self.Status.PLANNED

    @property
    def quantity_open(self) -> Decimal:
        return self.quantity_in - self.quantity_out

    @property
    def tags(self) -> list[str]:
        return [tag for tag in self.tag_text.split("|") if tag]

    @tags.setter
    def tags(self, tags: Iterable[str]) -> None:
        names = list(tags)
        self.tag_text = f"|{'|'.join(names)}|" if names else ""

    @property
    def hold_seconds(self) -> int | None:
        return None if self.opened_at is None or self.closed_at is None else int((self.closed_at - self.opened_at).total_seconds())

    @property
    def r(self) -> Decimal | None:
        """R as every figure of the journal sees it."""
        return r_multiple(self.net_pnl, self.risk_amount)

    @property
    def pct(self) -> Decimal | None:
        return pnl_pct(self.net_pnl, self.entry_price, self.quantity_in)

    @property
    def stop_now(self) -> Decimal | None:
        return self.stop_loss if self.current_stop is None else self.current_stop

    def take_measures(self, measured: Measures, places: int) -> None:
        """Write down what the fills make of it; `places` of the currency's minor unit."""
        from trading.stats.decimals import rounded, stored

        def kept(value: Decimal | None) -> Decimal | None:
            return None if value is None else stored(value)

        def ratio(value: Decimal | None) -> Decimal | None:
            return None if value is None else rounded(stored(value), 4)

        self.status = self.Status(measured.status.value)
        self.quantity_in, self.quantity_out = stored(measured.quantity_in), stored(measured.quantity_out)
        self.entry_price, self.exit_price = kept(measured.entry_price), kept(measured.exit_price)
        self.gross_pnl, self.fees, self.adjustments = measured.gross, measured.fees, measured.adjustments
        self.realised_pnl, self.net_pnl, self.risk_amount = measured.realised, measured.net, measured.risk
        self.r_multiple = ratio(r_multiple(measured.net, measured.risk))
        self.pnl_pct = ratio(pnl_pct(measured.net, measured.entry_price, measured.quantity_in))
        self.outcome = "" if measured.net is None else outcome_of(measured.net, places=places).value
        self.opened_at, self.closed_at = measured.opened_at, measured.closed_at
        if self.is_closed:
            self.quantity_out = self.quantity_in
