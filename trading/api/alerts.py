"""/api/alerts"""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.models import Once
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from patterns.moments import said as bar_time
from patterns.services.universes import shown_name
from trading.conditions import CONDITIONS
from trading.models import Alert, AlertEvent, AlertResult
from trading.services import alerts as service

from .watchlist import IDEMPOTENT


class AlertParams(serializers.DictField):
    """What the kind asks for; GET /api/alerts/list?kinds=1 … see `params` of each kind in the description."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > 20:
            raise serializers.ValidationError("No kind of alert has so many parameters.")
        return super().to_internal_value(data)


def explained() -> str:
    """The kinds and their parameters, for the schema."""
    kinds = []
    for condition in CONDITIONS.values():
        params = [
            f"{one.name} ({'one of ' + ', '.join(name for name, _ in one.choices) if one.choices else one.kind})"
            for one in condition.params
        ]
        kinds.append(f"{condition.kind}: {condition.help} On {', '.join(condition.scopes)}. Parameters: {', '.join(params)}.")
    return " ".join(kinds)


class AlertQuestion(serializers.Serializer[Any]):
    kind = serializers.CharField(max_length=20, help_text=explained())
    symbol = serializers.CharField(max_length=20, required=False, allow_null=True, help_text="one of symbol, universe and watchlist")
    universe = serializers.CharField(max_length=60, required=False, allow_null=True)
    watchlist = serializers.BooleanField(required=False, default=False, help_text="true: whatever one watches")
    interval = serializers.CharField(max_length=10, required=False, default="1day")
    params = AlertParams(required=False, default=dict, help_text="what its kind asks for")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    repeating = serializers.BooleanField(required=False, default=False)
    pause_minutes = serializers.IntegerField(required=False, default=0, min_value=0, max_value=service.LONGEST_PAUSE)
    channels = serializers.ListField(
        child=serializers.CharField(max_length=20), max_length=10, required=False, default=list, help_text="empty: as one's preferences say"
    )


class AlertChange(AlertQuestion):
    status = serializers.ChoiceField([Alert.Status.ACTIVE, Alert.Status.PAUSED], required=False)


class CodeQuestion(serializers.Serializer[Any]):
    code = serializers.UUIDField()


class AlertAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    kind = serializers.ChoiceField(list(CONDITIONS))
    sentence = serializers.CharField(help_text="the wish in words")
    symbol = serializers.CharField(allow_null=True)
    universe = serializers.CharField(allow_null=True)
    watchlist = serializers.BooleanField()
    interval = serializers.CharField()
    params = serializers.DictField()
    note = serializers.CharField()
    repeating = serializers.BooleanField()
    pause_minutes = serializers.IntegerField()
    channels = serializers.ListField(child=serializers.CharField())
    status = serializers.ChoiceField(Alert.Status.choices)
    fired_count = serializers.IntegerField()
    last_fired_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class ChannelResult(serializers.Serializer[Any]):
    channel = serializers.CharField()
    status = serializers.ChoiceField(AlertResult.Status.choices)
    detail = serializers.CharField()
    at = serializers.DateTimeField()


class EventAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    alert = serializers.UUIDField(allow_null=True, help_text="null when the alert was deleted")
    cause = serializers.ChoiceField(AlertEvent.Cause.choices)
    kind = serializers.CharField()
    interval = serializers.CharField()
    bar = serializers.CharField(help_text="the bar on which it came true")
    sentence = serializers.CharField()
    values = serializers.DictField(help_text="what was measured")
    url = serializers.CharField()
    results = ChannelResult(many=True)
    created_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)


class AlertPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = AlertAnswer(many=True)


class EventPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = EventAnswer(many=True)


def told(alert: Alert) -> dict[str, Any]:
    columns = (
        "code",
        "kind",
        "interval",
        "params",
        "note",
        "pause_minutes",
        "channels",
        "status",
        "fired_count",
        "last_fired_at",
        "created_at",
    )
    return {
        **{name: getattr(alert, name) for name in columns},
        "sentence": service.said(alert),
        "symbol": alert.instrument.symbol if alert.instrument else None,
        "universe": shown_name(alert.universe) if alert.universe else None,
        "watchlist": alert.on_watchlist,
        "repeating": alert.is_repeating,
    }


def told_event(event: AlertEvent) -> dict[str, Any]:
    """Reads `event.alert` and `event.results`."""
    columns = ("code", "cause", "kind", "interval", "sentence", "values", "url", "created_at", "acknowledged_at")
    results = [{"channel": one.channel, "status": one.status, "detail": one.detail, "at": one.at} for one in event.results.all()]
    return {
        **{name: getattr(event, name) for name in columns},
        "alert": event.alert.code if event.alert else None,
        "bar": bar_time(event.bar_at, event.interval),
        "results": results,
    }


def asked(serializer: type[serializers.Serializer[Any]], request: Request) -> Any:
    question = serializer(data=request.data)
    question.is_valid(raise_exception=True)
    return question.validated_data


class CreateAlert(APIView):
    """Keeps a wish to be told. It looks at bars and scans that come after the last bar there is."""

    key_scope = "journal"

    @extend_schema(operation_id="alerts_create", parameters=[IDEMPOTENT], request=AlertQuestion, responses={201: AlertAnswer})
    def post(self, request: Request) -> Response:
        wish = asked(AlertQuestion, request)
        once = Once.read(request.headers.get("Idempotency-Key"), wish)
        return Response(AlertAnswer(told(service.create_alert(owner=asker(request), wish=wish, once=once))).data, status=201)


class ListAlerts(APIView):
    """One's own, latest first."""

    key_scope = "journal"

    @extend_schema(
        operation_id="alerts_list",
        parameters=[
            OpenApiParameter("status", enum=Alert.Status.values),
            OpenApiParameter("kind", enum=list(CONDITIONS)),
            OpenApiParameter("symbol"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=AlertPage,
    )
    def get(self, request: Request) -> Response:
        question = Which(data=request.query_params)
        question.is_valid(raise_exception=True)
        alerts = service.list_alerts(owner=asker(request), **question.validated_data)
        pages = CursorPages()
        page = pages.paginate_queryset(alerts, request, view=self) or []
        return pages.get_paginated_response(AlertAnswer([told(alert) for alert in page], many=True).data)


class Which(serializers.Serializer[Any]):
    """Which alerts are meant."""

    status = serializers.ChoiceField(Alert.Status.choices, required=False, default="")
    kind = serializers.ChoiceField(list(CONDITIONS), required=False, default="")
    symbol = serializers.CharField(max_length=20, required=False, default="")


class UpdateAlert(APIView):
    """The wish anew, whole. A done alert waits again by it."""

    key_scope = "journal"

    @extend_schema(operation_id="alerts_update", request=AlertChange, responses=AlertAnswer)
    def put(self, request: Request, code: UUID) -> Response:
        service.find_alert(owner=asker(request), code=code)
        changed = service.change_alert(owner=asker(request), code=code, wish=asked(AlertChange, request))
        return Response(AlertAnswer(told(changed)).data)


class OneAlert(APIView):
    """One of the person's alerts; for everybody else there is none."""

    key_scope = "journal"

    @extend_schema(operation_id="alerts_get", responses=AlertAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(AlertAnswer(told(service.find_alert(owner=asker(request), code=code))).data)

    @extend_schema(operation_id="alerts_delete", request=None, responses={204: None}, description="The log of what it told stays.")
    def delete(self, request: Request, code: UUID) -> Response:
        service.delete_alert(owner=asker(request), code=code)
        return Response(status=204)


class AlertLog(APIView):
    """Every time an alert came true, latest first, with what was measured and what became of it on each channel."""

    key_scope = "journal"

    @extend_schema(
        operation_id="alerts_log",
        parameters=[
            OpenApiParameter("alert", OpenApiTypes.UUID, description="of one alert only"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=EventPage,
    )
    def get(self, request: Request) -> Response:
        question = WhichLog(data=request.query_params)
        question.is_valid(raise_exception=True)
        pages = CursorPages()
        page = pages.paginate_queryset(service.log_of(owner=asker(request), **question.validated_data), request, view=self) or []
        return pages.get_paginated_response(EventAnswer([told_event(event) for event in page], many=True).data)


class WhichLog(serializers.Serializer[Any]):
    """Whose log is meant."""

    alert = serializers.UUIDField(required=False, default=None, allow_null=True)


class AcknowledgeEvent(APIView):
    """Says that one has seen it."""

    key_scope = "journal"

    @extend_schema(operation_id="alerts_acknowledge", request=None, responses=EventAnswer)
    def post(self, request: Request, code: UUID) -> Response:
        event = service.acknowledge(owner=asker(request), code=code, now=timezone.now())
        return Response(EventAnswer(told_event(event)).data)


class TestAlert(APIView):
    """Sends the alert's message now, marked as a test, on every channel it would use."""

    key_scope = "journal"

    @extend_schema(operation_id="alerts_test", request=CodeQuestion, responses={202: EventAnswer})
    def post(self, request: Request) -> Response:
        event = service.test_alert(owner=asker(request), code=asked(CodeQuestion, request)["code"], now=timezone.now())
        return Response(EventAnswer(told_event(event)).data, status=202)
