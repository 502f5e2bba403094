"""/api/trades/import"""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models.preferences import time_zones
from legend.lib.errors import invalid
from legend.lib.models import Once
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from trading.import_presentation import told_import, told_preview
from trading.importing.amounts import Mark
from trading.importing.brokers import AUTO, BROKERS, FIELDS
from trading.importing.executions import Reading
from trading.importing.moments import Order
from trading.importing.tables import Unreadable, decoded
from trading.models import TradeImport
from trading.preferences import preferences_of
from trading.services.import_undo import undo_import
from trading.services.imports import LARGEST_TEXT, find_import, preview_import, start_import

from .questions import KEY, PAGES

BROKER_NAMES = [AUTO, *(one.name for one in BROKERS)]


class ImportQuestion(serializers.Serializer[Any]):
    """The file itself, or its text, and how to read it."""

    file = serializers.FileField(required=False, max_length=200)
    csv = serializers.CharField(required=False, max_length=LARGEST_TEXT, trim_whitespace=False)
    broker = serializers.ChoiceField(BROKER_NAMES, default=AUTO, help_text="auto: by the columns of the file")
    account = serializers.UUIDField(required=False, allow_null=True, default=None)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="of times without one; default: yours")
    date_order = serializers.ChoiceField([one.value for one in Order], default=Order.AUTO.value, help_text="auto: as the file's days tell")
    decimal = serializers.ChoiceField([one.value for one in Mark], default=Mark.AUTO.value, help_text="what begins the fraction")
    mapping = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text=f"column names for {', '.join(FIELDS)}"
    )
    preview = serializers.BooleanField(default=False, help_text="only tell what would happen")


class RowAnswer(serializers.Serializer[Any]):
    row = serializers.IntegerField(help_text="line of the file")
    state = serializers.ChoiceField(["new", "known", "refused"])
    reason = serializers.CharField(allow_null=True, help_text="what it does, or why it does nothing")
    notes = serializers.ListField(child=serializers.CharField())
    at = serializers.DateTimeField(allow_null=True)
    symbol = serializers.CharField(allow_null=True)
    side = serializers.CharField(allow_null=True, help_text="buy or sell")
    quantity = serializers.CharField(allow_null=True)
    price = serializers.CharField(allow_null=True)
    fee = serializers.CharField(allow_null=True)


class PreviewAnswer(serializers.Serializer[Any]):
    broker = serializers.CharField(help_text="as which file it was read")
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    missing = serializers.ListField(child=serializers.CharField(), help_text="fields that no column is known for")
    warnings = serializers.ListField(child=serializers.CharField())
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="rows that are no executions")
    trades = serializers.IntegerField(help_text="trades that would be made or go on")
    rows = RowAnswer(many=True)


class KeptAnswer(serializers.Serializer[Any]):
    trade = serializers.UUIDField()
    symbol = serializers.CharField()
    reason = serializers.CharField()


class RefusedAnswer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    reason = serializers.CharField()


class ReadingAnswer(serializers.Serializer[Any]):
    broker = serializers.CharField()
    time_zone = serializers.CharField()
    date_order = serializers.CharField()
    decimal = serializers.CharField()
    mapping = serializers.DictField(child=serializers.CharField())


class ImportAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    broker = serializers.CharField()
    reading = ReadingAnswer(allow_null=True)
    file_name = serializers.CharField()
    account = serializers.UUIDField()
    status = serializers.ChoiceField(TradeImport.Status.values)
    fault = serializers.CharField(allow_null=True)
    executions = serializers.IntegerField(help_text="of the file, refused ones included")
    done = serializers.IntegerField(help_text="written so far, while it is queued")
    taken = serializers.IntegerField(help_text="executions that were new")
    known = serializers.IntegerField()
    refused = RefusedAnswer(many=True)
    refused_count = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
    kept = KeptAnswer(many=True, help_text="what stayed when it was undone, and why")


class ImportPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ImportAnswer(many=True)


def text_of(file: Any) -> str:
    """An uploaded file as text. Invalid where it is none."""
    content: bytes = file.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise invalid("file", f"A file can have {LARGEST_TEXT // 1_000_000} MB.", "too_large")
    try:
        return decoded(content)
    except Unreadable as fault:
        raise invalid("file", str(fault), "unreadable") from None


def zone_named(name: str | None, default: ZoneInfo) -> ZoneInfo:
    if not name:
        return default
    if name not in time_zones():
        raise invalid("time_zone", f"{name[:60]!r} is no time zone; write it as Europe/Berlin.", "unknown_zone")
    return ZoneInfo(name)


class LatestFirst(CursorPages):
    ordering: tuple[str, ...] = ("-created_at", "-id")


class ImportTrades(APIView):
    """Executions of a broker's file. Sent again they are known and change nothing."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_imports", parameters=PAGES, responses=ImportPage)
    def get(self, request: Request) -> Response:
        pages = LatestFirst()
        rows = TradeImport.objects.filter(owner=asker(request)).select_related("account").defer("text")
        page = pages.paginate_queryset(rows, request, view=self) or []
        answer: Response = pages.get_paginated_response([told_import(one) for one in page])
        return answer

    @extend_schema(
        operation_id="trades_import",
        parameters=[KEY],
        request=ImportQuestion,
        responses={200: PreviewAnswer, 201: ImportAnswer, 202: ImportAnswer},
    )
    def post(self, request: Request) -> Response:
        """A large file answers 202 and is taken in the background: ask for the import until it is done."""
        asked = ImportQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        told, owner = asked.validated_data, asker(request)
        file = told.get("file")
        text = told.get("csv") if file is None else text_of(file)
        if text is None:
            raise invalid("file", "Send a file, or its text as csv.", "required")
        zone = zone_named(told.get("time_zone"), preferences_of(owner).zone)
        reading = Reading(zone, told["broker"], Order(told["date_order"]), Mark(told["decimal"]), told.get("mapping") or {})
        wish: dict[str, Any] = {"owner": owner, "text": text, "reading": reading, "account": told["account"], "now": timezone.now()}
        if told["preview"]:
            return Response(told_preview(preview_import(**wish)))
        body = [text, reading.told(), str(told["account"])]
        once = Once.read(request.headers.get("Idempotency-Key"), body)
        made = start_import(**wish, file_name=getattr(file, "name", "") or "", once=once)
        made.refresh_from_db(fields=["status", "taken", "known", "refused", "refused_count", "fault"])
        return Response(told_import(made), status=202 if made.status == TradeImport.Status.QUEUED else 201)


class OneImport(APIView):
    """One file that was taken in."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_import_one", responses=ImportAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(told_import(find_import(owner=asker(request), code=code)))

    @extend_schema(operation_id="trades_import_undo", request=None, responses=ImportAnswer)
    def delete(self, request: Request, code: UUID) -> Response:
        """Take a file back as a whole."""
        return Response(told_import(undo_import(owner=asker(request), code=code, now=timezone.now())))
