"""/api/trades/export, /api/trades/import"""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import invalid
from patterns.api.asker import asker
from trading.tables import LISTS as TITLED_LISTS
from trading.tables import Table, as_csv, as_xlsx, table_of

from .questions import NARROWING, narrowing_of

LISTS = [name for name, _ in TITLED_LISTS]


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
