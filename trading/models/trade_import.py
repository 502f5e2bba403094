"""Files of trades that were taken in, and which execution came from which."""

import uuid

from django.conf import settings
from django.db import models

from legend.lib.models import CreatedOnce

from .fill import Fill


class TradeImport(CreatedOnce):
    """One file, and how it was read. Undone as a whole: its executions go, and the trades that had no others."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        DONE = "done"
        FAILED = "failed"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trade_imports")
    account = models.ForeignKey("trading.TradingAccount", on_delete=models.CASCADE, related_name="imports")
    broker = models.CharField(max_length=20)
    file_name = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=6, choices=Status.choices, default=Status.DONE)
    reading = models.JSONField(default=dict, help_text="time zone, order of days, decimal mark, column names")
    text = models.TextField(blank=True, help_text="of a file that is not taken in yet")
    rows = models.PositiveIntegerField(default=0, help_text="executions of the file, refused ones included")
    taken = models.PositiveIntegerField(default=0, help_text="executions that were new")
    known = models.PositiveIntegerField(default=0, help_text="executions that were there already")
    refused = models.JSONField(default=list, help_text="[{row, reason}], the first thousand")
    refused_count = models.PositiveIntegerField(default=0)
    fault = models.CharField(max_length=300, blank=True, help_text="why it could not be taken in")
    created_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True, blank=True)
    kept = models.JSONField(default=list, help_text="[{trade, symbol, reason}]: what stayed when it was undone")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["owner", "request_key"], name="trade_import_created_once")]

    def __str__(self) -> str:
        return self.file_name or str(self.code)


class ImportedExecution(models.Model):
    """Which fill an execution of a broker became; its key makes the same row of a file, sent again, silent."""

    account = models.ForeignKey("trading.TradingAccount", on_delete=models.CASCADE, related_name="executions")
    key = models.CharField(max_length=64)
    imported = models.ForeignKey(TradeImport, on_delete=models.CASCADE, related_name="executions")
    is_own = models.BooleanField(default=True, help_text="the fill came with the import; otherwise it was there, typed by hand")
    # a fill that turns a position over is two fills of one execution
    fill = models.ForeignKey(Fill, null=True, on_delete=models.SET_NULL, related_name="executions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "key"], name="imported_execution_once")]

    def __str__(self) -> str:
        return self.key
