"""/api/patterns/saved"""

from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.models import Once
from legend.lib.tables import CSV_TYPE, XLSX_TYPE, CSVFile, Table, XLSXFile, table_response, wants_file
from patterns.models import SavedRule
from patterns.services.saved_rules import delete_saved, find_saved, lab_rule, rename_saved, save_rule, saved_rules

from .asker import asker
from .fields import Params


class SavedQuestion(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    detector = serializers.CharField(max_length=60)
    params = Params(required=False, default=dict, help_text="those that differ from the defaults")


class NewName(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)


class SavedAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    name = serializers.CharField()
    detector = serializers.CharField()
    params = serializers.DictField(child=serializers.FloatField(), help_text="all of them")
    created_at = serializers.DateTimeField()


def told(saved: SavedRule) -> dict[str, Any]:
    rule = saved.rule
    return {"code": saved.code, "name": saved.name, "detector": rule.detector, "params": rule.params, "created_at": saved.created_at}


class SavedRules(APIView):
    """One's own detectors: settings kept under a name, to scan with them. The list also as CSV or XLSX (`?format=` or Accept)."""

    key_scope = "scan"
    renderer_classes = [JSONRenderer, CSVFile, XLSXFile]

    @extend_schema(
        operation_id="patterns_saved_list",
        parameters=[OpenApiParameter("format", enum=["json", "csv", "xlsx"])],
        responses={
            (200, "application/json"): SavedAnswer(many=True),
            (200, CSV_TYPE): OpenApiTypes.STR,
            (200, XLSX_TYPE): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        rows = [told(saved) for saved in saved_rules(owner=asker(request))]
        if wants_file(request):
            texts = frozenset(("name", "code", "params"))
            columns = ("name", "detector", "params", "created_at", "code")
            flat = (row | {"params": ", ".join(f"{name} {value:g}" for name, value in row["params"].items())} for row in rows)
            table = Table("detectors", columns, flat, texts)
            return table_response(table, name="legend-detectors", file_format=request.accepted_renderer.format)
        return Response(SavedAnswer(rows, many=True).data)

    @extend_schema(
        operation_id="patterns_saved_create",
        parameters=[
            OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, description="sent again it answers the same detector")
        ],
        request=SavedQuestion,
        responses={201: SavedAnswer},
    )
    def post(self, request: Request) -> Response:
        asked = SavedQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        once = Once.read(request.headers.get("Idempotency-Key"), wish)
        rule = lab_rule(detector=wish["detector"], params=wish["params"])
        saved = save_rule(owner=asker(request), name=wish["name"], rule=rule, once=once)
        return Response(SavedAnswer(told(saved)).data, status=201)


class OneSavedRule(APIView):
    """One of the person's detectors; for everybody else there is none."""

    key_scope = "scan"

    @extend_schema(operation_id="patterns_saved_get", responses=SavedAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(SavedAnswer(told(find_saved(owner=asker(request), code=code))).data)

    @extend_schema(operation_id="patterns_saved_rename", request=NewName, responses=SavedAnswer)
    def patch(self, request: Request, code: UUID) -> Response:
        find_saved(owner=asker(request), code=code)
        asked = NewName(data=request.data)
        asked.is_valid(raise_exception=True)
        saved = rename_saved(owner=asker(request), code=code, name=asked.validated_data["name"])
        return Response(SavedAnswer(told(saved)).data)

    @extend_schema(operation_id="patterns_saved_delete", request=None, responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        delete_saved(owner=asker(request), code=code)
        return Response(status=204)
