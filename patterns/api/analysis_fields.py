"""Answers about one symbol, for the schema. Prices in the instrument's currency, percentages in percent units, null where unknown."""

from typing import Any

from rest_framework import serializers

from patterns.models import PatternMatch

from .fields import CandidateAnswer, MatchAnswer, Place


class HeadAnswer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    simulated = serializers.BooleanField()
    interval = serializers.CharField()
    as_of = serializers.CharField(help_text="the last bar")
    bars = serializers.IntegerField(help_text="how many were looked at")
    close = serializers.FloatField()


class TemplateRule(serializers.Serializer[Any]):
    rule = serializers.CharField()
    ok = serializers.BooleanField(allow_null=True)
    value = serializers.FloatField(allow_null=True)
    limit = serializers.FloatField(allow_null=True, help_text="what the value is compared with")


class StageAnswer(serializers.Serializer[Any]):
    number = serializers.IntegerField(allow_null=True, help_text="Weinstein's stages 1 to 4")
    name = serializers.ChoiceField(["unknown", "basing", "advancing", "topping", "declining"])
    since = serializers.CharField(allow_null=True)
    average_bars = serializers.IntegerField()


class ZoneAnswer(serializers.Serializer[Any]):
    role = serializers.ChoiceField(["support", "resistance", "inside"])
    low = serializers.FloatField()
    high = serializers.FloatField()
    price = serializers.FloatField()
    distance_pct = serializers.FloatField(help_text="from the close")
    touches = serializers.IntegerField()
    last_touch = serializers.CharField()
    strength = serializers.FloatField(help_text="touches, each worth half after 126 bars")


class LevelsAnswer(serializers.Serializer[Any]):
    zones = ZoneAnswer(many=True)
    pivots = serializers.DictField(child=serializers.FloatField(), allow_null=True, help_text="s3 s2 s1 pivot r1 r2 r3 of the last week")
    high_52 = serializers.FloatField(allow_null=True)
    low_52 = serializers.FloatField(allow_null=True)


class TrendLineAnswer(serializers.Serializer[Any]):
    along = serializers.ChoiceField(["lows", "highs"])
    touches = Place(many=True)
    price = serializers.FloatField(help_text="of the line at the last bar")
    distance_pct = serializers.FloatField()
    slope_pct = serializers.FloatField(help_text="a bar, of the close")
    known_at = serializers.CharField()
    broken_at = serializers.CharField(allow_null=True)


class FibonacciLevel(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["retracement", "extension"])
    ratio = serializers.FloatField()
    price = serializers.FloatField()
    distance_pct = serializers.FloatField()


class FibonacciAnswer(serializers.Serializer[Any]):
    up = serializers.BooleanField()
    to = Place()
    known_at = serializers.CharField()
    levels = FibonacciLevel(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": Place()}  # a word that Python keeps for itself


class CandlestickAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    side = serializers.ChoiceField(["long", "short", "neutral"])
    kind = serializers.ChoiceField(["reversal", "continuation", "neutral"])
    time = serializers.CharField()
    bars = serializers.IntegerField()
    rule = serializers.CharField()


class PartsAnswer(HeadAnswer):
    rs_rating = serializers.IntegerField(allow_null=True)
    trend_template = TemplateRule(many=True, allow_null=True, help_text="null but for daily bars")
    stage = StageAnswer(allow_null=True, help_text="null for intraday bars")
    levels = LevelsAnswer()
    trendlines = TrendLineAnswer(many=True)
    fibonacci = FibonacciAnswer(allow_null=True)
    candlesticks = CandlestickAnswer(many=True)


class IndicatorAnswer(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    scale = serializers.ChoiceField(["price", "percent", "ratio", "volume"])
    lengths = serializers.DictField(child=serializers.IntegerField())
    values = serializers.DictField(child=serializers.FloatField(allow_null=True), help_text="each line at the last bar")


class SeriesBar(serializers.Serializer[Any]):
    time = serializers.CharField()
    open = serializers.FloatField()
    high = serializers.FloatField()
    low = serializers.FloatField()
    close = serializers.FloatField()
    volume = serializers.FloatField()


class Exit(serializers.Serializer[Any]):
    r = serializers.IntegerField()
    share_pct = serializers.IntegerField(help_text="of the shares")
    price = serializers.FloatField()


class PlanInR(serializers.Serializer[Any]):
    """In R, of the best match whose entry is still ahead; how many shares that is says `/api/risk/plan`."""

    match = serializers.UUIDField()
    pattern = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    entry = serializers.FloatField()
    stop = serializers.FloatField()
    risk_per_share = serializers.FloatField()
    risk_pct = serializers.FloatField()
    target = serializers.FloatField()
    target_r = serializers.FloatField()
    target2 = serializers.FloatField()
    target2_r = serializers.FloatField()
    exits = Exit(many=True)


class AnalysisAnswer(PartsAnswer):
    universe = serializers.CharField(allow_null=True, help_text="in which it is rated")
    series = SeriesBar(many=True)
    indicators = IndicatorAnswer(many=True)
    matches = MatchAnswer(many=True)
    near_misses = CandidateAnswer(many=True)
    forming = CandidateAnswer(many=True)
    plan = PlanInR(allow_null=True)


class FramePattern(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    pattern = serializers.CharField()
    title = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    state = serializers.ChoiceField(PatternMatch.State.choices)
    score = serializers.FloatField()
    entry = serializers.FloatField()
    stop = serializers.FloatField()
    target = serializers.FloatField()


class Frame(serializers.Serializer[Any]):
    interval = serializers.CharField()
    name = serializers.CharField()
    available = serializers.BooleanField()
    reason = serializers.CharField(help_text="why it is not available")
    as_of = serializers.CharField(required=False)
    close = serializers.FloatField(required=False)
    trend = serializers.ChoiceField(["up", "flat", "down"], required=False)
    say = serializers.FloatField(required=False, help_text="-1 to 1: trend six parts, pattern four")
    pattern = FramePattern(required=False, allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField(), required=False)


class MultiTimeframeAnswer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    simulated = serializers.BooleanField()
    direction = serializers.ChoiceField(["up", "mixed", "down"])
    confluence = serializers.FloatField(help_text="0 to 100: how far the intervals agree, the longer ones weighing more")
    quality = serializers.ChoiceField(["high", "medium", "low"])
    intervals = Frame(many=True)
    reasons = serializers.ListField(child=serializers.CharField())
