"""/api/patterns/evidence"""

import datetime as dt
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import NotFound
from patterns.engine.claims import Tries
from patterns.models import Evidence, PatternMatch
from patterns.moments import check_interval, said
from patterns.queries.evidence import Entry, entries_of, survivorship, track_record, tries_on
from patterns.queries.trades import examples_of
from patterns.services.evidence import COSTS, HORIZONS, Terms, evidence_version, progress_of, request_evidence
from patterns.services.presentation import tidy
from patterns.services.rules import meant_patterns
from patterns.services.saved_rules import lab_rule
from patterns.services.universes import find_universe, shown_name

from .asker import asker
from .fields import Params

RATE = "fraction of 1"


class Figures(serializers.Serializer[Any]):
    """What came of the matches. Results are in R, rates are fractions of 1; null where undefined."""

    matches = serializers.IntegerField()
    triggered = serializers.IntegerField()
    waiting_at_end = serializers.IntegerField(help_text="neither triggered nor over when the data end: not in the trigger rate")
    trigger_rate = serializers.FloatField(allow_null=True, help_text="of the matches of which it is known whether they triggered")
    trades = serializers.IntegerField(help_text="triggered and ended")
    running_at_end = serializers.IntegerField(help_text="triggered, but the data end before they do: left out")
    target_first = serializers.FloatField(allow_null=True)
    target_first_low = serializers.FloatField(allow_null=True, help_text="Wilson interval, 95 %")
    target_first_high = serializers.FloatField(allow_null=True)
    mean_r = serializers.FloatField(allow_null=True)
    mean_r_low = serializers.FloatField(allow_null=True, help_text="95 %, bootstrap over calendar months")
    mean_r_high = serializers.FloatField(allow_null=True)
    median_r = serializers.FloatField(allow_null=True)
    profit_factor = serializers.FloatField(allow_null=True)
    median_bars = serializers.FloatField(allow_null=True, help_text="from trigger to exit")
    control_mean_r = serializers.FloatField(allow_null=True, help_text="of 20 random entries of the same month for each trade")
    edge = serializers.FloatField(allow_null=True, help_text="mean_r - control_mean_r")
    edge_low = serializers.FloatField(allow_null=True)
    edge_high = serializers.FloatField(allow_null=True)


class Headline(Figures):
    median_r_low = serializers.FloatField(allow_null=True)
    median_r_high = serializers.FloatField(allow_null=True)


class Bucket(serializers.Serializer[Any]):
    to = serializers.FloatField(allow_null=True)
    n = serializers.IntegerField()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # `from` is a word that Python keeps for itself
        return {"from": serializers.FloatField(allow_null=True), **super().get_fields()}


class Equity(serializers.Serializer[Any]):
    months = serializers.ListField(child=serializers.CharField())
    r = serializers.ListField(child=serializers.FloatField(), help_text="sum of R up to each month of the span")
    control = serializers.ListField(child=serializers.FloatField())


class Noise(serializers.Serializer[Any]):
    """Matches per 100 ticker-years."""

    real = serializers.FloatField(allow_null=True)
    shuffled = serializers.FloatField(allow_null=True, help_text="on the same days in random order")


class Entries(Headline):
    pattern = serializers.CharField()
    side = serializers.ChoiceField(PatternMatch.Side.choices)
    mfe_median = serializers.FloatField(allow_null=True, help_text="best excursion, fraction of the fill")
    mae_median = serializers.FloatField(allow_null=True)
    failed_5_pct = serializers.FloatField(allow_null=True, help_text="share that never moved 5 %")
    throwback_rate = serializers.FloatField(allow_null=True)
    bust_rate = serializers.FloatField(allow_null=True)
    out_of_sample = Headline(help_text="the last third of the span alone")
    by_year = serializers.DictField(child=Figures())
    by_score_band = serializers.DictField(child=Figures())
    by_regime = serializers.DictField(child=Figures())
    by_rs_band = serializers.DictField(child=Figures())
    by_template = serializers.DictField(child=Figures())
    distribution = Bucket(many=True)
    equity = Equity()
    noise = Noise(allow_null=True)
    tried = serializers.IntegerField(help_text="patterns and settings looked at on this universe")
    luck_ratio = serializers.FloatField(allow_null=True, help_text="what the best of so many reaches by luck")
    beyond_luck = serializers.FloatField(allow_null=True, help_text="probability of being above that; an edge is claimed at 0.95")
    below_luck = serializers.FloatField(allow_null=True, help_text="probability of being below its mirror; a loss is claimed at 0.95")
    claim = serializers.ChoiceField(["edge", "loses", "none", "few"])
    sentence = serializers.CharField()


class EvidenceAnswer(serializers.Serializer[Any]):
    universe = serializers.CharField()
    interval = serializers.CharField()
    to = serializers.CharField()
    as_of = serializers.CharField(help_text="the last bar it knows")
    is_current = serializers.BooleanField(help_text="nothing has changed since it was worked out")
    horizon = serializers.IntegerField()
    costs = serializers.FloatField()
    confirm = serializers.CharField(help_text="what triggers: touch, or close")
    data_version = serializers.CharField()
    worked_out_at = serializers.DateTimeField()
    instruments = serializers.IntegerField()
    settings_tried = serializers.IntegerField()
    survivorship = serializers.CharField(allow_null=True)
    patterns = Entries(many=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {**super().get_fields(), "from": serializers.CharField()}


class EvidenceQuestion(serializers.Serializer[Any]):
    universe = serializers.CharField(max_length=60)
    interval = serializers.CharField(max_length=10, default="1day")
    pattern = serializers.CharField(max_length=60, default="")
    side = serializers.ChoiceField(["", *PatternMatch.Side.values], default="")


class LabQuestion(serializers.Serializer[Any]):
    """A detector with some parameters changed, on a universe; what is not said is as everywhere."""

    universe = serializers.CharField(max_length=60)
    detector = serializers.CharField(max_length=60)
    params = Params(required=False, default=dict)
    interval = serializers.CharField(max_length=10, default="1day")
    to = serializers.CharField(max_length=40, required=False, allow_null=True, default=None, help_text="the last bar it may know")
    side = serializers.ChoiceField(["", *PatternMatch.Side.values], default="", help_text="show this side only")
    horizon = serializers.IntegerField(default=Evidence.HORIZON, help_text=f"bars, {HORIZONS[0]} to {HORIZONS[1]}")
    costs = serializers.FloatField(default=Evidence.COSTS, help_text=f"a side, {RATE}, at most {COSTS[1]:g}")
    confirm = serializers.ChoiceField(
        Evidence.Confirm.values,
        default=Evidence.Confirm.TOUCH.value,
        help_text="touch: at entry; close: at the open after a close beyond it",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        since = serializers.CharField(max_length=40, required=False, allow_null=True, default=None, help_text="matches known from then on")
        return {**super().get_fields(), "from": since}


class Example(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    pattern = serializers.CharField()
    side = serializers.CharField()
    known_at = serializers.CharField()
    triggered_at = serializers.CharField()
    fill = serializers.FloatField()
    stop = serializers.FloatField()
    score = serializers.FloatField()
    r = serializers.FloatField()
    state = serializers.CharField()


class LabResult(EvidenceAnswer):
    examples = Example(many=True, help_text="eight trades of each pattern and side, from the best to the worst in even steps")


class LabAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    status = serializers.ChoiceField(Evidence.Status.choices)
    detail = serializers.CharField(help_text="why it failed")
    detector = serializers.CharField()
    params = serializers.DictField(child=serializers.FloatField())
    done = serializers.IntegerField(help_text="instruments")
    total = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="instruments per second")
    seconds_left = serializers.FloatField(allow_null=True)
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    status_url = serializers.CharField()
    result = LabResult(allow_null=True)


class EvidenceOfUniverse(APIView):
    """Track record of patterns on a universe, and the pattern lab."""

    key_scope = "scan"

    @extend_schema(
        operation_id="patterns_evidence",
        parameters=[
            OpenApiParameter("universe", required=True),
            OpenApiParameter("interval", default="1day"),
            OpenApiParameter("pattern", description="a pattern, or a detector with all of its patterns; default: all"),
            OpenApiParameter("side", enum=PatternMatch.Side.values),
        ],
        responses=EvidenceAnswer,
    )
    def get(self, request: Request) -> Response:
        asked = EvidenceQuestion(data=request.query_params)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data
        universe = find_universe(name=question["universe"], user=asker(request))
        interval = check_interval(question["interval"])
        patterns = meant_patterns(patterns=[question["pattern"]] if question["pattern"] else [])
        found = track_record(universe=universe, interval=interval, patterns=patterns, side=question["side"])
        if found is None:
            detail = f"No evidence of {interval} is there for {shown_name(universe)} yet; it is worked out after each scan."
            raise NotFound(detail, code="no_evidence")
        return Response(_told(found.newest, found.entries, found.tries))

    @extend_schema(
        operation_id="patterns_evidence_lab",
        request=LabQuestion,
        responses={200: LabAnswer, 202: LabAnswer},
        description="The pattern lab. 200 when the answer is there already, else 202 with the address that tells how far it is.",
    )
    def post(self, request: Request) -> Response:
        asked = LabQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        question, now = asked.validated_data, timezone.now()
        row = request_evidence(
            universe=find_universe(name=question["universe"], user=asker(request)),
            rules=[lab_rule(detector=question["detector"], params=question["params"])],
            interval=question["interval"],
            since=question["from"],
            until=question["to"],
            terms=Terms(question["horizon"], question["costs"], question["confirm"]),
            by=asker(request),
            now=now,
        )[0]
        body = _progress(row, question["side"], now)
        done = row.status == Evidence.Status.DONE
        return Response(body, status=200 if done else 202, headers={} if done else {"Location": body["status_url"]})


class OneEvidence(APIView):
    """How far an answer of the lab is, and the answer."""

    key_scope = "read"

    @extend_schema(
        operation_id="patterns_evidence_get",
        parameters=[OpenApiParameter("side", enum=PatternMatch.Side.values)],
        responses=LabAnswer,
    )
    def get(self, request: Request, code: UUID) -> Response:
        rows = Evidence.objects.visible_to(request.user).defer("packed").select_related("universe", "rule")
        row = rows.filter(code=code).first()
        if row is None:
            raise NotFound("There is no such evidence, or not for you.", code="unknown_evidence")
        side = serializers.ChoiceField(["", *PatternMatch.Side.values]).run_validation(request.query_params.get("side", ""))
        return Response(_progress(row, side, timezone.now()))


def _progress(row: Evidence, side: str, now: dt.datetime) -> dict[str, Any]:
    progress = progress_of(evidence=row, now=now)
    url = reverse("patterns-api:one-evidence", args=[row.code])
    return {
        "code": row.code,
        "status": row.status,
        "detail": row.fault,
        "detector": row.rule.detector,
        "params": row.rule.params,
        "done": row.done,
        "total": row.total,
        "rate": tidy(progress.rate),
        "seconds_left": tidy(progress.seconds_left),
        "asked_at": row.created_at,
        "expires_at": row.expires_at,
        "status_url": f"{url}?{urlencode({'side': side})}" if side else url,
        "result": _result(row, side) if row.status == Evidence.Status.DONE else None,
    }


def _result(row: Evidence, side: str) -> dict[str, Any]:
    place = (row.universe_id, row.interval)
    tries = tries_on([place])[place]
    entries = [entry for entry in entries_of(row, tries, whole=True) if side in ("", entry["side"])]
    examples = [example for example in examples_of(evidence=row) if side in ("", example["side"])]
    return {**_told(row, entries, tries), "examples": examples}


def _told(row: Evidence, entries: list[Entry], tries: Tries) -> dict[str, Any]:
    return {
        "universe": shown_name(row.universe),
        "interval": row.interval,
        "from": said(row.since, row.interval),
        "to": said(row.until, row.interval),
        "as_of": said(row.until, row.interval),
        "is_current": evidence_version(universe=row.universe, interval=row.interval) == row.data_version,
        "horizon": row.horizon,
        "costs": row.costs,
        "confirm": row.confirm,
        "data_version": row.data_version,
        "worked_out_at": row.finished_at,
        "instruments": row.total,
        "settings_tried": tries.looks,
        "survivorship": survivorship(row.universe, row.left_out),
        "patterns": entries,
    }
