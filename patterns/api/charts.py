"""/api/charts"""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patterns.charting.payload import asked_chart, chart_payload

from .fields import Beside, Line, Place
from .renderers import PNGRenderer


class ChartQuestion(serializers.Serializer[Any]):
    symbol = serializers.CharField(max_length=20)
    interval = serializers.CharField(max_length=10, default="1day")
    match = serializers.UUIDField(required=False, default=None)
    as_of = serializers.CharField(max_length=40, required=False, default=None)
    rule = serializers.CharField(max_length=60, required=False, default="")


class ChartBar(serializers.Serializer[Any]):
    time = serializers.CharField(help_text="date of daily and weekly bars; of finer ones the opening in UTC seconds, as a number")
    open = serializers.FloatField()
    high = serializers.FloatField()
    low = serializers.FloatField()
    close = serializers.FloatField()
    volume = serializers.FloatField()


class ChartValue(serializers.Serializer[Any]):
    time = serializers.CharField()
    value = serializers.FloatField()


class Overlay(serializers.Serializer[Any]):
    name = serializers.CharField()
    values = ChartValue(many=True)


class ChartPoint(Place):
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes it off the class


class ChartMatch(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    pattern = serializers.CharField()
    title = serializers.CharField()
    side = serializers.CharField()
    state = serializers.CharField()
    score = serializers.FloatField()
    known_at = serializers.CharField()
    start = serializers.CharField()
    level = serializers.FloatField()
    entry = serializers.FloatField()
    stop = serializers.FloatField()
    target = serializers.FloatField()
    target2 = serializers.FloatField()
    risk_reward = serializers.FloatField()
    points = ChartPoint(many=True)
    lines = Line(many=True)
    evidence = Beside(allow_null=True)


class ChartAnswer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    interval = serializers.CharField()
    simulated = serializers.BooleanField()
    bars = ChartBar(many=True)
    overlays = Overlay(many=True)
    match = ChartMatch(allow_null=True)


PARAMETERS = [
    OpenApiParameter("symbol", required=True),
    OpenApiParameter("interval", default="1day"),
    OpenApiParameter("match", OpenApiTypes.UUID),
    OpenApiParameter("as_of", description="last bar shown; default: the latest"),
    OpenApiParameter("rule", description="stored rule that finds a match which no scan kept, such as of a setting of the lab"),
]


class ChartData(APIView):
    """What the browser chart draws: bars, averages, and a match with its points, lines and levels."""

    key_scope = "read"

    @extend_schema(operation_id="charts_data", parameters=PARAMETERS, responses=ChartAnswer)
    def get(self, request: Request) -> Response:
        asked = ChartQuestion(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(chart_payload(**asked.validated_data, now=timezone.now()))


class ChartImage(APIView):
    """The same picture as PNG, 1200 x 700 in the dark palette, drawn here."""

    key_scope = "read"
    renderer_classes = [PNGRenderer]

    @extend_schema(operation_id="charts_image", parameters=PARAMETERS, responses={(200, "image/png"): OpenApiTypes.BINARY})
    def get(self, request: Request) -> Response:
        # the drawing comes with a heavy library
        from patterns.charting.image import draw_chart

        asked = ChartQuestion(data=request.query_params)
        asked.is_valid(raise_exception=True)
        chart = asked_chart(**asked.validated_data, now=timezone.now())
        return Response(draw_chart(instrument=chart.instrument, interval=chart.interval, bars=chart.bars, match=chart.match))
