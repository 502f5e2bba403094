"""/api/patterns"""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.permissions import Anyone
from patterns.engine import registry
from patterns.engine.published import as_told, published_of
from patterns.models import ScanCandidate
from patterns.moments import said
from patterns.queries.health import health
from patterns.services.detection import detect

from .fields import CandidateAnswer, MatchAnswer, PublishedAnswer, Question

INCLUDED = {ScanCandidate.Kind.NEAR: "near_misses", ScanCandidate.Kind.FORMING: "forming"}


class Ticker(Question):
    ticker = serializers.CharField(max_length=20)
    include = serializers.ListField(
        child=serializers.ChoiceField(ScanCandidate.Kind.choices),
        max_length=2,
        required=False,
        default=list,
        help_text="what to tell beside the matches: `near` (misses of exactly one rule), `forming` (the last anchor is only developing)",
    )


class DetectionAnswer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    simulated = serializers.BooleanField()
    interval = serializers.CharField()
    as_of = serializers.CharField(help_text="as asked, else the last bar")
    bars_last_date = serializers.CharField()
    bars = serializers.IntegerField(help_text="how many were looked at")
    universe = serializers.CharField(allow_null=True, help_text="in which it is rated")
    matches = MatchAnswer(many=True)
    near_misses = CandidateAnswer(many=True, required=False, help_text="only when asked for; never counted in evidence")
    forming = CandidateAnswer(many=True, required=False, help_text="only when asked for; without levels")


class Detect(APIView):
    """Current matches of all detectors in one symbol, best first."""

    key_scope = "read"

    @extend_schema(operation_id="patterns_detect", request=Ticker, responses=DetectionAnswer)
    def post(self, request: Request) -> Response:
        asked = Ticker(data=request.data)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data
        found = detect(
            ticker=question["ticker"],
            interval=question["interval"],
            as_of=question["as_of"],
            patterns=question["patterns"],
            now=timezone.now(),
        )
        instrument = found.instrument
        answer = {
            "symbol": instrument.symbol,
            "name": instrument.name,
            "simulated": instrument.is_simulated,
            "interval": found.interval,
            "as_of": said(found.as_of or found.last_at, found.interval),
            "bars_last_date": said(found.last_at, found.interval),
            "bars": found.bars.size,
            "universe": instrument.home.name if instrument.home else None,
            "matches": found.matches(),
        }
        for kind in question["include"]:
            answer[INCLUDED[kind]] = found.candidates(kind)
        return Response(answer)


class PatternAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    side = serializers.ChoiceField(["long", "short", "both"])


class ParameterAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    default = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()
    unit = serializers.CharField(help_text="bars (daily), fraction, atr or count")
    whole = serializers.BooleanField()
    help = serializers.CharField()


class MarkAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    weight = serializers.FloatField()


class ClauseRule(serializers.Serializer[Any]):
    text = serializers.CharField()
    unit = serializers.CharField()
    op = serializers.CharField(allow_null=True)
    limit = serializers.JSONField(allow_null=True, help_text="a number, two for a range, or the name of a parameter")
    soft = serializers.BooleanField(help_text="lowers the score where it fails; a shape is not dropped for it")
    near = serializers.ListField(child=serializers.CharField(), help_text="parameters that a near miss may miss; empty: none can be told")


class PublishedRow(serializers.Serializer[Any]):
    pattern = serializers.CharField()
    side = serializers.ChoiceField(["long", "short"])
    kind = serializers.CharField(help_text="the variant or kind it tells apart")
    figures = PublishedAnswer()


class DetectorAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    side = serializers.ChoiceField(["long", "short", "both"])
    kind = serializers.ChoiceField(["continuation", "reversal", "neutral"])
    summary = serializers.CharField()
    horizon = serializers.CharField()
    rules = serializers.ListField(child=serializers.CharField())
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes it off the class
    min_bars = serializers.IntegerField()
    patterns = PatternAnswer(many=True)
    published = PublishedRow(many=True, help_text="what books say; empty: nothing is published")
    variants = serializers.ListField(child=serializers.CharField())
    parameters = ParameterAnswer(many=True)
    clauses = ClauseRule(many=True)
    forming = serializers.BooleanField(help_text="whether its shapes can be told before their last anchor is confirmed")
    marks = MarkAnswer(many=True)


class CatalogAnswer(serializers.Serializer[Any]):
    detectors = DetectorAnswer(many=True)


class Catalog(APIView):
    """Every detector: what it looks for, by which rules and parameters, and where they come from."""

    key_scope = "read"
    permission_classes = [Anyone]

    @extend_schema(operation_id="patterns_catalog", responses=CatalogAnswer)
    def get(self, request: Request) -> Response:
        return Response({"detectors": [described(detector) for detector in registry.detectors().values()]})


def described(detector: registry.Detector) -> dict[str, Any]:
    return {
        "name": detector.name,
        "title": detector.title,
        "side": detector.side,
        "kind": detector.kind,
        "summary": detector.summary,
        "horizon": detector.horizon,
        "rules": detector.rules,
        "source": detector.source,
        "min_bars": detector.min_bars,
        "patterns": [{"name": pattern.name, "title": pattern.title, "side": pattern.side} for pattern in detector.patterns],
        "published": [
            {"pattern": pattern.name, "side": side, "kind": kind, "figures": as_told(figures)}
            for pattern in detector.patterns
            for side, kind, figures in published_of(pattern.name)
        ],
        "variants": [variant for variant in detector.variants if variant],
        "parameters": [
            {
                "name": param.name,
                "default": param.default,
                "low": param.bounds.low,
                "high": param.bounds.high,
                "unit": param.bounds.unit,
                "whole": param.is_whole,
                "help": param.bounds.help,
            }
            for param in detector.parameters
        ],
        "clauses": [
            {
                "text": clause.text,
                "unit": clause.unit,
                "op": clause.op,
                "limit": clause.limit,
                "soft": clause.soft,
                "near": [cut.param for cut in detector.cuts if cut.clause == number],
            }
            for number, clause in enumerate(detector.clauses)
        ],
        "forming": detector.forming is not None,
        "marks": [{"name": name, "weight": weight} for name, weight in detector.marks],
    }


class HealthAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(["ok", "late", "empty"])
    detectors = serializers.IntegerField()
    instruments = serializers.IntegerField()
    bars_last_date = serializers.CharField(allow_null=True)
    last_scan = serializers.DateTimeField(allow_null=True, help_text="when the last one was finished")
    scans_waiting = serializers.IntegerField()
    oldest_wait_seconds = serializers.FloatField(allow_null=True)


class Health(APIView):
    """Whether patterns can be looked for: `empty` without bars, `late` if a scan has waited for ten minutes."""

    key_scope = "read"
    permission_classes = [Anyone]

    @extend_schema(operation_id="patterns_health", responses=HealthAnswer)
    def get(self, request: Request) -> Response:
        return Response(HealthAnswer(health(now=timezone.now())).data)
