"""/api/analyze, /api/advanced, /api/multitimeframe"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patterns.services import analysis
from patterns.services.multitimeframe import WEIGHTS, multitimeframe

from .analysis_fields import (
    AnalysisAnswer,
    CandlestickAnswer,
    FibonacciAnswer,
    HeadAnswer,
    LevelsAnswer,
    MultiTimeframeAnswer,
    PartsAnswer,
    TrendLineAnswer,
)

PARAMETERS = [
    OpenApiParameter("ticker", required=True),
    OpenApiParameter("interval", default="1day"),
    OpenApiParameter("as_of", description="the last bar it may know; default: the latest"),
]


class SymbolQuestion(serializers.Serializer[Any]):
    ticker = serializers.CharField(max_length=20)
    interval = serializers.CharField(max_length=10, default="1day")
    as_of = serializers.CharField(max_length=40, required=False, default=None)


class AnalysisQuestion(SymbolQuestion):
    bars = serializers.IntegerField(min_value=0, max_value=2000, default=analysis.BARS)


def asked(request: Request, question: type[SymbolQuestion]) -> dict[str, Any]:
    read = question(data=request.query_params)
    read.is_valid(raise_exception=True)
    return read.validated_data


class Analyze(APIView):
    """One symbol, the whole picture at a close: bars, indicators, matches with evidence, trend template, stage, RS, levels, plan in R."""

    key_scope = "read"

    @extend_schema(
        operation_id="analyze",
        parameters=[*PARAMETERS, OpenApiParameter("bars", OpenApiTypes.INT, description="how many of the last; default 250, at most 2000")],
        responses=AnalysisAnswer,
    )
    def get(self, request: Request) -> Response:
        return Response(analysis.analyze(**asked(request, AnalysisQuestion), now=timezone.now()))


def _part(request: Request, name: str, work: Callable[[analysis.Subject], Any]) -> Response:
    one = analysis.subject(**asked(request, SymbolQuestion), now=timezone.now())
    return Response({**one.head(), name: work(one)})


class TrendLinesAnswer(HeadAnswer):
    trendlines = TrendLineAnswer(many=True)


class TrendLines(APIView):
    """Lines along confirmed lows and along highs that price has respected, with most touches first."""

    key_scope = "read"

    @extend_schema(operation_id="advanced_trendlines", parameters=PARAMETERS, responses=TrendLinesAnswer)
    def get(self, request: Request) -> Response:
        return _part(request, "trendlines", analysis.trendlines_of)


class FibonacciOfSymbol(HeadAnswer):
    fibonacci = FibonacciAnswer(allow_null=True)


class Fibonacci(APIView):
    """Retracements and extensions of the last leg between two confirmed swings."""

    key_scope = "read"

    @extend_schema(operation_id="advanced_fibonacci", parameters=PARAMETERS, responses=FibonacciOfSymbol)
    def get(self, request: Request) -> Response:
        return _part(request, "fibonacci", analysis.fibonacci_of)


class LevelsOfSymbol(HeadAnswer):
    levels = LevelsAnswer()


class Levels(APIView):
    """Zones of support and resistance, pivots of the last week, the year's extremes."""

    key_scope = "read"

    @extend_schema(operation_id="advanced_levels", parameters=PARAMETERS, responses=LevelsOfSymbol)
    def get(self, request: Request) -> Response:
        return _part(request, "levels", analysis.levels_of)


class CandlesticksAnswer(HeadAnswer):
    candlesticks = CandlestickAnswer(many=True)


class Candlesticks(APIView):
    """Candlestick patterns that are complete on one of the last ten bars, newest first: context, no signals."""

    key_scope = "read"

    @extend_schema(operation_id="advanced_candlesticks", parameters=PARAMETERS, responses=CandlesticksAnswer)
    def get(self, request: Request) -> Response:
        return _part(request, "candlesticks", analysis.candlesticks_of)


class Comprehensive(APIView):
    """All the parts at once, with trend template, stage and RS rating."""

    key_scope = "read"

    @extend_schema(operation_id="advanced_comprehensive", parameters=PARAMETERS, responses=PartsAnswer)
    def get(self, request: Request) -> Response:
        one = analysis.subject(**asked(request, SymbolQuestion), now=timezone.now())
        return Response({**one.head(), **analysis.parts_of(one)})


class FramesQuestion(serializers.Serializer[Any]):
    ticker = serializers.CharField(max_length=20)
    as_of = serializers.CharField(max_length=40, required=False, allow_null=True, default=None)
    intervals = serializers.ListField(
        child=serializers.CharField(max_length=10),
        max_length=len(WEIGHTS),
        required=False,
        default=list,
        help_text=f"of {', '.join(WEIGHTS)}; default: all",
    )


class MultiTimeframe(APIView):
    """Weekly, daily, 4 hours and 1 hour, as far as there are bars: trend and best pattern of each, and how far they agree."""

    key_scope = "read"

    @extend_schema(operation_id="multitimeframe_analyze", request=FramesQuestion, responses=MultiTimeframeAnswer)
    def post(self, request: Request) -> Response:
        question = FramesQuestion(data=request.data)
        question.is_valid(raise_exception=True)
        return Response(multitimeframe(**question.validated_data, now=timezone.now()))
