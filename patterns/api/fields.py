"""What several answers of the market have in common, for reading input and for the schema."""

from typing import Any

from rest_framework import serializers

from patterns.models import Interval, PatternMatch, ScanCandidate

INTERVALS = [value for value, _ in Interval.choices]


class Question(serializers.Serializer[Any]):
    """What every question to the market may say; the services judge the values and name those there are."""

    interval = serializers.CharField(max_length=10, default="1day", help_text=f"one of {', '.join(INTERVALS)}")
    as_of = serializers.CharField(
        max_length=40,
        required=False,
        allow_null=True,
        default=None,
        help_text="last bar it may know, such as 2017-06-30; default: the latest",
    )
    patterns = serializers.ListField(
        child=serializers.CharField(max_length=60),
        max_length=100,
        required=False,
        default=list,
        help_text="default: all",
    )


class Place(serializers.Serializer[Any]):
    time = serializers.CharField()
    price = serializers.FloatField()


class Point(Place):
    role = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # DRF takes it off the class
    confirmed_at = serializers.CharField(help_text="the close at which it was known")


class Line(serializers.Serializer[Any]):
    role = serializers.CharField()
    to = Place()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": Place()}  # a word that Python keeps for itself


class Clause(serializers.Serializer[Any]):
    text = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    unit = serializers.CharField()
    op = serializers.CharField(allow_null=True, help_text="<=, >= or in; null where it only informs")
    limit = serializers.JSONField(allow_null=True, help_text="a number, or two for a range")
    ok = serializers.BooleanField(allow_null=True)


class ScorePart(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    points = serializers.FloatField()
    possible = serializers.FloatField()


class Mark(serializers.Serializer[Any]):
    name = serializers.CharField()
    weight = serializers.FloatField()
    value = serializers.FloatField()


class Beside(serializers.Serializer[Any]):
    """The track record in short; results in R, rates as fractions of 1, null where undefined."""

    edge = serializers.FloatField(allow_null=True, help_text="mean result minus that of random entries of the same month")
    edge_low = serializers.FloatField(allow_null=True, help_text="95 %")
    edge_high = serializers.FloatField(allow_null=True)
    trades = serializers.IntegerField()
    target_first = serializers.FloatField(allow_null=True)
    claim = serializers.ChoiceField(["edge", "loses", "none", "few"], help_text="what may be said")
    sentence = serializers.CharField()


class Params(serializers.DictField):
    """Parameters of a detector by name; the registry knows which there are and their bounds."""

    child = serializers.FloatField()

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (len(data) > 100 or any(len(str(name)) > 60 for name in data)):
            raise serializers.ValidationError("No detector has so many parameters, or parameters with such names.")
        return super().to_internal_value(data)


class Missed(serializers.Serializer[Any]):
    """The one limit that a near miss does not keep."""

    text = serializers.CharField()
    value = serializers.FloatField()
    unit = serializers.CharField()
    op = serializers.CharField()
    limit = serializers.FloatField()
    away_pct = serializers.FloatField(help_text="how far beyond the limit, in percent of it")


class CandidatePoint(Point):
    developing = serializers.BooleanField(help_text="not confirmed: it may still move")


class CandidateAnswer(serializers.Serializer[Any]):
    """What is nearly a match at a close: `near` misses exactly one rule, `forming` waits for its last anchor and has no levels yet."""

    kind = serializers.ChoiceField(ScanCandidate.Kind.choices)
    symbol = serializers.CharField()
    name = serializers.CharField()
    sector = serializers.CharField()
    interval = serializers.CharField()
    pattern = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    state = serializers.ChoiceField(ScanCandidate.Kind.choices, help_text="the same as kind")
    score = serializers.FloatField()
    start = serializers.CharField()
    known_at = serializers.CharField(allow_null=True)
    level = serializers.FloatField(allow_null=True)
    entry = serializers.FloatField(allow_null=True)
    stop = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    target2 = serializers.FloatField(allow_null=True)
    risk_pct = serializers.FloatField(allow_null=True)
    risk_reward = serializers.FloatField(allow_null=True)
    current_price = serializers.FloatField()
    distance_pct = serializers.FloatField(allow_null=True)
    rs_rating = serializers.IntegerField(allow_null=True)
    points = CandidatePoint(many=True)
    lines = Line(many=True)
    clauses = Clause(many=True)
    missed = Missed(allow_null=True)
    developing = serializers.ListField(child=serializers.CharField(), help_text="anchors that are not confirmed")
    analysis = serializers.CharField()


class PublishedAnswer(serializers.Serializer[Any]):
    """Upper bounds from a book, in percent but for the rank: a number, or two where the kinds of a pattern differ."""

    rank = serializers.JSONField(allow_null=True)
    of = serializers.IntegerField(allow_null=True)
    fail = serializers.JSONField(allow_null=True, help_text="moved less than 5 %")  # type: ignore[assignment]  # as below
    move = serializers.JSONField(allow_null=True, help_text="mean, to the ultimate high or low")
    back = serializers.JSONField(allow_null=True, help_text="came back to the level")
    target = serializers.JSONField(allow_null=True, help_text="reached the full target")
    note = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # DRF takes it off the class
    sentence = serializers.CharField()


class GroupMember(serializers.Serializer[Any]):
    """Another find over the same structure."""

    code = serializers.UUIDField()
    pattern = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    state = serializers.ChoiceField(PatternMatch.State.choices)
    score = serializers.FloatField()
    entry = serializers.FloatField()
    stop = serializers.FloatField()
    target = serializers.FloatField()
    known_at = serializers.CharField()
    chart_url = serializers.CharField(allow_null=True)


class MatchAnswer(serializers.Serializer[Any]):
    """A match as some close shows it. Times of daily and weekly bars are plain dates; percentages are in percent units."""

    code = serializers.UUIDField()
    symbol = serializers.CharField()
    name = serializers.CharField()
    sector = serializers.CharField()
    interval = serializers.CharField()
    pattern = serializers.CharField()
    title = serializers.CharField()
    variant = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    state = serializers.ChoiceField(PatternMatch.State.choices)
    reason = serializers.CharField(help_text="why it expired")
    triggered_at = serializers.CharField(allow_null=True)
    confirmed_at = serializers.CharField(allow_null=True, help_text="first close beyond entry")
    ended_at = serializers.CharField(allow_null=True)
    throwback_at = serializers.CharField(allow_null=True, help_text="came back to within 1 % of the level; most do")
    busted_at = serializers.CharField(allow_null=True, help_text="closed beyond the other side of the pattern before it had moved 10 %")
    near = serializers.BooleanField(help_text="ready, and the close within 3 % of entry")
    volume_ratio = serializers.FloatField(allow_null=True, help_text="volume of the trigger bar over the mean of the 50 bars before it")
    is_new = serializers.BooleanField(help_text="the previous scan did not show it")
    score = serializers.FloatField(help_text="0 to 100; orders shapes by quality, not a probability")
    grade = serializers.CharField()
    score_parts = ScorePart(many=True)
    marks = Mark(many=True)
    level = serializers.FloatField()
    entry = serializers.FloatField()
    stop = serializers.FloatField()
    target = serializers.FloatField()
    target2 = serializers.FloatField()
    risk_pct = serializers.FloatField()
    risk_reward = serializers.FloatField()
    risk_reward2 = serializers.FloatField()
    start = serializers.CharField()
    known_at = serializers.CharField(help_text="the first close at which it could have been known; nothing later influenced it")
    points = Point(many=True)
    lines = Line(many=True)
    touches = serializers.IntegerField()
    clauses = Clause(many=True)
    criteria_met = serializers.ListField(child=serializers.CharField())
    analysis = serializers.CharField()
    consolidation_days = serializers.IntegerField(help_text="bars from the first point to known_at")
    volume_dry_up = serializers.FloatField(allow_null=True)
    rs_rating = serializers.IntegerField(allow_null=True)
    current_price = serializers.FloatField()
    change_pct = serializers.FloatField(allow_null=True)
    distance_pct = serializers.FloatField(help_text="to entry; positive while entry is ahead")
    distance_atr = serializers.FloatField(allow_null=True)
    atr_pct = serializers.FloatField(allow_null=True)
    flags = serializers.ListField(child=serializers.CharField())
    kind = serializers.CharField(help_text="of a double top or bottom: Adam or Eve")
    footprint = serializers.CharField(help_text="of a contraction: weeks, depth of each leg in percent, number of legs")
    hints = serializers.ListField(child=serializers.CharField(), help_text="what is usual of its like in its state; no trigger")
    published = PublishedAnswer(allow_null=True, help_text="null: none published")
    opposite = serializers.FloatField(allow_null=True, help_text="far side; a close beyond it before a move of 10 % is a bust")
    group = serializers.CharField(help_text="shared by the successors of one structure in one instrument")
    members = GroupMember(many=True, help_text="other finds over the same structure, in the order of the leading names")
    evidence = Beside(allow_null=True, help_text="what the same rule did before on the same universe; null where that is not known")
    chart_url = serializers.CharField(allow_null=True)
