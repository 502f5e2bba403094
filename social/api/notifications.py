"""/api/notifications"""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.pagination import CursorPages
from legend.lib.tables import CSV_TYPE, XLSX_TYPE, CSVFile, Table, XLSXFile, table_response, wants_file
from patterns.api.asker import asker
from social.models import Notification
from social.services.notifications import mark_read, sentence, unread_count

COLUMNS = ("updated_at", "kind", "title", "text", "count", "actors", "url", "created_at", "read_at", "code")


class NotificationAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    kind = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField(help_text="one sentence, with who caused it")
    count = serializers.IntegerField(help_text="how many of the same kind about the same thing are in it")
    actors = serializers.ListField(child=serializers.CharField(), help_text="usernames, the latest first")
    url = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    read_at = serializers.DateTimeField(allow_null=True)


class NotificationPage(serializers.Serializer[Any]):
    unread = serializers.IntegerField(help_text="in all")
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = NotificationAnswer(many=True)


class ReadQuestion(serializers.Serializer[Any]):
    codes = serializers.ListField(child=serializers.UUIDField(), max_length=200, required=False, help_text="without: all")


class ReadAnswer(serializers.Serializer[Any]):
    marked = serializers.IntegerField(help_text="how many were unread until now")
    unread = serializers.IntegerField()


def told(row: Notification) -> dict[str, Any]:
    columns = ("code", "kind", "title", "count", "actors", "url", "created_at", "updated_at", "read_at")
    return {**{name: getattr(row, name) for name in columns}, "text": sentence(row)}


class Latest(CursorPages):
    ordering = ("-updated_at", "-id")


class Notifications(APIView):
    """What one was told, latest first; whole as CSV or XLSX (`?format=` or Accept). POST and DELETE mark as read."""

    key_scope = "social"
    renderer_classes = [JSONRenderer, CSVFile, XLSXFile]

    @extend_schema(
        operation_id="notifications_list",
        parameters=[
            OpenApiParameter("unread", OpenApiTypes.BOOL, description="only those"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("format", enum=["json", "csv", "xlsx"]),
        ],
        responses={(200, "application/json"): NotificationPage, (200, CSV_TYPE): OpenApiTypes.STR, (200, XLSX_TYPE): OpenApiTypes.BINARY},
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        asked = Which(data=request.query_params)
        asked.is_valid(raise_exception=True)
        mine = Notification.objects.owned_by(asker(request))
        meant = mine.unread() if asked.validated_data["unread"] else mine
        if wants_file(request):
            rows = (told(row) for row in meant.order_by(*Latest.ordering).iterator(chunk_size=1000))
            table = Table("notifications", COLUMNS, rows, frozenset(("text", "title", "actors", "url", "code")))
            return table_response(table, name="legend-notifications", file_format=request.accepted_renderer.format)
        pages = Latest()
        page = pages.paginate_queryset(meant, request, view=self) or []
        answer = pages.get_paginated_response(NotificationAnswer([told(row) for row in page], many=True).data)
        answer.data = {"unread": unread_count(asker(request)), **answer.data}
        return answer

    @extend_schema(operation_id="notifications_read", request=ReadQuestion, responses=ReadAnswer)
    def post(self, request: Request) -> Response:
        return self._mark(request)

    @extend_schema(operation_id="notifications_read_delete", request=ReadQuestion, responses=ReadAnswer)
    def delete(self, request: Request) -> Response:
        return self._mark(request)

    def _mark(self, request: Request) -> Response:
        asked = ReadQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        marked = mark_read(person=asker(request), codes=asked.validated_data.get("codes"), now=timezone.now())
        return Response(ReadAnswer({"marked": marked, "unread": unread_count(asker(request))}).data)


class Which(serializers.Serializer[Any]):
    """Which are meant."""

    unread = serializers.BooleanField(required=False, default=False)
