"""/api/trades/export"""

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from legend.lib.tables import CSV_TYPE, XLSX_TYPE, CSVFile, XLSXFile, table_response
from patterns.api.asker import asker
from trading.tables import LISTS, table_of

from .questions import NARROWING, narrowing_of

NAMES = [name for name, _ in LISTS]
OWN_NARROWING = {"watchlist": ("status", "tag"), "alerts": ("status", "kind", "symbol")}


class ExportTrades(APIView):
    """A list of yours as a file, narrowed as its page is. Text that a spreadsheet would take for a formula gets an apostrophe."""

    key_scope = "journal"
    renderer_classes = [CSVFile, XLSXFile]
    LIST = OpenApiParameter("list", enum=NAMES, description="default: closed")
    FORMAT = OpenApiParameter("format", enum=["csv", "xlsx"])
    STATUS = OpenApiParameter("status", description="of the watchlist and of alerts")
    KIND = OpenApiParameter("kind", description="of alerts")

    @extend_schema(
        operation_id="trades_export",
        parameters=[LIST, FORMAT, STATUS, KIND, *NARROWING],
        responses={(200, CSV_TYPE): OpenApiTypes.STR, (200, XLSX_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        what = request.query_params.get("list", "closed")
        asked = {name: request.query_params.get(name, "") for name in OWN_NARROWING.get(what, ())}
        table = table_of(owner=asker(request), what=what, narrowing=narrowing_of(request), asked=asked)
        name = f"legend-{what}-{timezone.now():%Y-%m-%d}"
        return table_response(table, name=name, file_format=request.accepted_renderer.format)
