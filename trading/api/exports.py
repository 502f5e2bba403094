"""/api/trades/export, /api/trades/import"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models.preferences import time_zones
from legend.lib.errors import invalid
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from trading.importing.brokers import BROKERS, FIELDS
from trading.models import TradeImport
from trading.preferences import preferences_of
from trading.presentation import moment
from trading.services.imports import LARGEST_TEXT, Preview, import_trades, preview_import, undo_import
from trading.stats.decimals import as_price, as_quantity
from trading.tables import LISTS, Table, as_csv, as_xlsx, table_of

from .questions import NARROWING, PAGES, narrowing_of

BROKER_NAMES = [one.name for one in BROKERS]


class CSVTable(BaseRenderer):
    media_type, format = "text/csv", "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        # the mark at the beginning tells spreadsheets that it is UTF-8
        return as_csv(data).encode("utf-8-sig") if isinstance(data, Table) else bytes(JSONRenderer().render(data))


class XLSXTable(BaseRenderer):
    media_type, format = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return as_xlsx(data) if isinstance(data, Table) else bytes(JSONRenderer().render(data))


class ExportTrades(APIView):
    """A list of the journal as a file. Text that a spreadsheet would take for a formula gets an apostrophe."""

    key_scope = "journal"
    renderer_classes = [CSVTable, XLSXTable]
    LIST = OpenApiParameter("list", enum=LISTS, description="default: closed")
    FORMAT = OpenApiParameter("format", enum=["csv", "xlsx"])

    @extend_schema(
        operation_id="trades_export",
        parameters=[LIST, FORMAT, *NARROWING],
        responses={(200, "text/csv"): OpenApiTypes.STR, (200, XLSXTable.media_type): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> Response:
        what = request.query_params.get("list", "closed")
        if what not in LISTS:
            raise invalid("list", f"There are the lists {', '.join(LISTS)}.", "unknown_list")
        table = table_of(owner=asker(request), what=what, narrowing=narrowing_of(request))
        name = f"legend-{what}-{timezone.now():%Y-%m-%d}.{request.accepted_renderer.format}"
        return Response(table, headers={"Content-Disposition": f'attachment; filename="{name}"'})


class ImportQuestion(serializers.Serializer[Any]):
    """The file itself, or its text."""

    file = serializers.FileField(required=False, max_length=200)
    csv = serializers.CharField(required=False, max_length=LARGEST_TEXT, trim_whitespace=False)
    broker = serializers.ChoiceField(BROKER_NAMES, default="generic")
    account = serializers.UUIDField(required=False, allow_null=True, default=None)
    time_zone = serializers.CharField(max_length=64, required=False, help_text="of times without one; default: yours")
    mapping = serializers.DictField(
        child=serializers.CharField(max_length=200), required=False, help_text=f"column names for {', '.join(FIELDS)}"
    )
    preview = serializers.BooleanField(default=False, help_text="only tell what would happen")


class RowAnswer(serializers.Serializer[Any]):
    row = serializers.IntegerField()
    state = serializers.ChoiceField(["new", "known", "refused"])
    reason = serializers.CharField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)
    symbol = serializers.CharField(allow_null=True)
    side = serializers.CharField(allow_null=True)
    quantity = serializers.CharField(allow_null=True)
    price = serializers.CharField(allow_null=True)
    fee = serializers.CharField(allow_null=True)


class PreviewAnswer(serializers.Serializer[Any]):
    columns = serializers.ListField(child=serializers.CharField())
    mapping = serializers.DictField(child=serializers.CharField())
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    refused = serializers.IntegerField()
    skipped = serializers.IntegerField(help_text="rows that are no executions")
    rows = RowAnswer(many=True)


class ImportAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    broker = serializers.CharField()
    file_name = serializers.CharField()
    account = serializers.UUIDField()
    taken = serializers.IntegerField(help_text="executions that were new")
    known = serializers.IntegerField()
    refused = serializers.JSONField(help_text="[{row, reason}]")
    created_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class ImportPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ImportAnswer(many=True)


def told_import(one: TradeImport) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("broker", "file_name", "taken", "known", "refused")}
    return told | {
        "code": str(one.code),
        "account": str(one.account.code),
        "created_at": moment(one.created_at),
        "undone_at": moment(one.undone_at),
    }


def told_preview(found: Preview, most: int = 2000) -> dict[str, Any]:
    """Rows in the file's order, the first ones where there are very many."""
    rows: list[dict[str, Any]] = [
        {"row": one.row, "state": "refused", "reason": one.reason} | dict.fromkeys(("at", "symbol", "side", "quantity", "price", "fee"))
        for one in found.refused
    ]
    for state, executions in (("new", found.new), ("known", found.known)):
        rows += [
            {
                "row": one.row,
                "state": state,
                "reason": None,
                "at": moment(one.at),
                "symbol": one.symbol,
                "side": "buy" if one.buys else "sell",
                "quantity": as_quantity(one.quantity),
                "price": as_price(one.price),
                "fee": as_price(one.fee),
            }
            for one in executions
        ]
    return {
        "columns": found.parsed.columns,
        "mapping": found.parsed.mapping,
        "new": len(found.new),
        "known": len(found.known),
        "refused": len(found.refused),
        "skipped": found.parsed.skipped,
        "rows": sorted(rows, key=lambda row: row["row"])[:most],
    }


def text_of(file: Any) -> str:
    """An uploaded file as text. Invalid where it is none."""
    content: bytes = file.read(LARGEST_TEXT + 1)
    for coding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    raise invalid("file", "The file is no text that can be read.", "unreadable")


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
        rows = TradeImport.objects.filter(owner=asker(request)).select_related("account")
        page = pages.paginate_queryset(rows, request, view=self) or []
        answer: Response = pages.get_paginated_response([told_import(one) for one in page])
        return answer

    @extend_schema(operation_id="trades_import", request=ImportQuestion, responses={200: PreviewAnswer, 201: ImportAnswer})
    def post(self, request: Request) -> Response:
        asked = ImportQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        told, owner = asked.validated_data, asker(request)
        file = told.get("file")
        text = told.get("csv") if file is None else text_of(file)
        if text is None:
            raise invalid("file", "Send a file, or its text as csv.", "required")
        wish: dict[str, Any] = {
            "owner": owner,
            "text": text,
            "broker": told["broker"],
            "zone": zone_named(told.get("time_zone"), preferences_of(owner).zone),
            "account": told["account"],
            "mapping": told.get("mapping"),
            "now": timezone.now(),
        }
        if told["preview"]:
            return Response(told_preview(preview_import(**wish)))
        return Response(told_import(import_trades(**wish, file_name=getattr(file, "name", "") or "")), status=201)


class OneImport(APIView):
    """Take a file back as a whole."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_import_undo", request=None, responses=ImportAnswer)
    def delete(self, request: Request, code: UUID) -> Response:
        return Response(told_import(undo_import(owner=asker(request), code=code, now=timezone.now())))
