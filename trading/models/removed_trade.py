"""What stays of a trade that its owner deleted after the first minutes: enough for honest rankings, nothing to read."""

from django.conf import settings
from django.db import models

from .amounts import money_field, ratio_field


class RemovedTrade(models.Model):
    """R, outcome and dates of a deleted trade; no symbol, no text. Its net is a line of the account's ledger."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="removed_trades")
    account = models.ForeignKey("trading.TradingAccount", on_delete=models.CASCADE, related_name="removed_trades")
    trade_code = models.UUIDField(unique=True)
    was_open = models.BooleanField()
    r_multiple = ratio_field(null=True)
    net_pnl = money_field(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(help_text="of an open trade: when it was deleted")
    recorded_at = models.DateTimeField()
    removed_at = models.DateTimeField()

    class Meta:
        ordering = ["-removed_at", "-id"]

    def __str__(self) -> str:
        return f"removed {self.removed_at:%Y-%m-%d}"
