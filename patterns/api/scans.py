"""/api/scan"""

import datetime as dt
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import NotFound
from legend.lib.pagination import CursorPages
from patterns.models import Scan
from patterns.models.scan import ScanQuerySet
from patterns.moments import check_interval, said
from patterns.services.presentation import tidy
from patterns.services.saved_rules import chosen_rules
from patterns.services.scans import progress_of, request_scan, withdraw
from patterns.services.universes import find_universe, shown_name

from .asker import asker
from .fields import Question


class ScanQuestion(Question):
    saved = serializers.ListField(
        child=serializers.UUIDField(),
        max_length=100,
        required=False,
        default=list,
        help_text="detectors of one's own, beside the patterns; alone when no pattern is named",
    )


class UniverseQuestion(ScanQuestion):
    universe = serializers.CharField(max_length=60)


class SymbolsQuestion(ScanQuestion):
    symbols = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=1000)


class Reason(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    reason = serializers.CharField()


class RuleAnswer(serializers.Serializer[Any]):
    detector = serializers.CharField()
    params = serializers.DictField(child=serializers.FloatField())


class ScanSummary(serializers.Serializer[Any]):
    """A scan and how far it is."""

    code = serializers.UUIDField()
    kind = serializers.ChoiceField(Scan.Kind.choices)
    status = serializers.ChoiceField(Scan.Status.choices)
    universe = serializers.CharField(allow_null=True)
    symbols = serializers.ListField(child=serializers.CharField())
    interval = serializers.CharField()
    as_of = serializers.CharField(help_text="the last bar it may know")
    bars_last_date = serializers.CharField(allow_null=True, help_text="the last bar there was")
    total = serializers.IntegerField(help_text="instruments")
    done = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="instruments per second")
    seconds_left = serializers.FloatField(allow_null=True)
    asked_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    status_url = serializers.CharField()
    results_url = serializers.CharField()


class ScanAnswer(ScanSummary):
    """The same with everything needed to repeat it, and what was left out."""

    data_version = serializers.CharField()
    rules = RuleAnswer(many=True)
    skipped = Reason(many=True, help_text="not looked at, and why")
    failed = Reason(many=True, help_text="looked at in vain, and why")


def told(scan: Scan, now: dt.datetime) -> dict[str, Any]:
    """The figures of ScanSummary."""
    progress = progress_of(scan=scan, now=now)
    return {
        "code": scan.code,
        "kind": scan.kind,
        "status": scan.status,
        "universe": shown_name(scan.universe) if scan.universe else None,
        "symbols": scan.symbols,
        "interval": scan.interval,
        "as_of": said(scan.as_of, scan.interval),
        "bars_last_date": said(scan.bars_last_at, scan.interval) if scan.bars_last_at else None,
        "total": scan.total,
        "done": progress.done,
        "rate": tidy(progress.rate),
        "seconds_left": tidy(progress.seconds_left),
        "asked_at": scan.created_at,
        "started_at": scan.started_at,
        "finished_at": scan.finished_at,
        "status_url": reverse("patterns-api:scan", args=[scan.code]),
        "results_url": reverse("patterns-api:scan-results", args=[scan.code]),
    }


def told_whole(scan: Scan, now: dt.datetime) -> dict[str, Any]:
    """The figures of ScanAnswer."""
    rules = [{"detector": rule.detector, "params": rule.params} for rule in scan.rules.order_by("detector")]
    return told(scan, now) | {"data_version": scan.data_version, "rules": rules, "skipped": scan.skipped, "failed": scan.failed}


def accepted(scan: Scan) -> Response:
    body = ScanSummary(told(scan, timezone.now())).data
    return Response(body, status=202, headers={"Location": body["status_url"]})


class ScanUniverse(APIView):
    """Starts a scan of a universe, or joins the same one that is under way."""

    key_scope = "scan"

    @extend_schema(operation_id="scan_universe", request=UniverseQuestion, responses={202: ScanSummary})
    def post(self, request: Request) -> Response:
        asked = UniverseQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data
        scan = request_scan(
            universe=find_universe(name=question["universe"], user=asker(request)),
            rules=chosen_rules(owner=asker(request), patterns=question["patterns"], saved=question["saved"]),
            interval=question["interval"],
            as_of=question["as_of"],
            by=asker(request),
            now=timezone.now(),
        )
        return accepted(scan)


@extend_schema(exclude=True)
class ScanUniverseAgain(ScanUniverse):
    """The same at its older address."""


class ScanSymbols(APIView):
    """Starts a scan of a list of symbols, each rated within its home universe."""

    key_scope = "scan"

    @extend_schema(operation_id="scan_custom", request=SymbolsQuestion, responses={202: ScanSummary})
    def post(self, request: Request) -> Response:
        asked = SymbolsQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        question = asked.validated_data
        scan = request_scan(
            symbols=question["symbols"],
            rules=chosen_rules(owner=asker(request), patterns=question["patterns"], saved=question["saved"]),
            interval=question["interval"],
            as_of=question["as_of"],
            by=asker(request),
            now=timezone.now(),
        )
        return accepted(scan)


class OneScan(APIView):
    """A scan the person may see: of a shared universe, or asked by themselves."""

    key_scope = "scan"

    @extend_schema(operation_id="scan_get", responses=ScanAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(ScanAnswer(told_whole(visible_scan(request, code), timezone.now())).data)

    @extend_schema(
        operation_id="scan_cancel", request=None, responses=ScanAnswer, description="Withdraws; the last who asked cancels the scan by it."
    )
    def delete(self, request: Request, code: UUID) -> Response:
        scan = withdraw(code=visible_scan(request, code).code, by=asker(request), now=timezone.now())
        return Response(ScanAnswer(told_whole(scan, timezone.now())).data)


class ScanStatus(APIView):
    """The same by `?code=`."""

    key_scope = "read"

    @extend_schema(
        operation_id="scan_status", parameters=[OpenApiParameter("code", OpenApiTypes.UUID, required=True)], responses=ScanAnswer
    )
    def get(self, request: Request) -> Response:
        asked = Code(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(ScanAnswer(told_whole(visible_scan(request, asked.validated_data["code"]), timezone.now())).data)


class Code(serializers.Serializer[Any]):
    code = serializers.UUIDField()


def visible_scan(request: Request, code: UUID) -> Scan:
    """NotFound for everybody else, as if there were none."""
    scan = Scan.objects.visible_to(request.user).select_related("universe").filter(code=code).first()
    if scan is None:
        raise NotFound("There is no such scan, or not for you.", code="unknown_scan")
    return scan


class LatestScan(APIView):
    """The finished scan of the latest close, of a universe and an interval if they are named; else a daily one goes before others."""

    key_scope = "read"

    @extend_schema(
        operation_id="scan_latest", parameters=[OpenApiParameter("universe"), OpenApiParameter("interval")], responses=ScanAnswer
    )
    def get(self, request: Request) -> Response:
        scan = latest_scan(request, Scan.objects.visible_to(request.user))
        return Response(ScanAnswer(told_whole(scan, timezone.now())).data)


class Which(serializers.Serializer[Any]):
    """Which scans are meant."""

    universe = serializers.CharField(max_length=60, required=False)
    interval = serializers.CharField(max_length=10, required=False)


def asked_scans(request: Request, scans: ScanQuerySet) -> ScanQuerySet:
    """Those of the universe and interval that the address names. ValidationError, UnknownUniverse."""
    asked = Which(data=request.query_params)
    asked.is_valid(raise_exception=True)
    if name := asked.validated_data.get("universe"):
        scans = scans.filter(universe=find_universe(name=name, user=asker(request)))
    if interval := asked.validated_data.get("interval"):
        scans = scans.filter(interval=check_interval(interval))
    return scans.select_related("universe")


def latest_scan(request: Request, scans: ScanQuerySet) -> Scan:
    """By the latest close, of those the one finished last; a daily one unless another interval is named. NotFound if there is none."""
    scan = asked_scans(request, scans.finished()).by_close().first()
    if scan is None:
        raise NotFound("No such scan is finished yet; ask for one with POST /api/scan/universe.", code="no_scan")
    return scan


class History(CursorPages):
    ordering = "-id"


class ScanPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = ScanSummary(many=True)


class ScanHistory(APIView):
    """All scans the person may see, latest first."""

    key_scope = "read"

    @extend_schema(
        operation_id="scan_history",
        parameters=[
            OpenApiParameter("universe"),
            OpenApiParameter("interval"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=ScanPage,
    )
    def get(self, request: Request) -> Response:
        scans = asked_scans(request, Scan.objects.visible_to(request.user).with_done())
        pages, now = History(), timezone.now()
        page = pages.paginate_queryset(scans, request, view=self) or []
        return pages.get_paginated_response(ScanSummary([told(scan, now) for scan in page], many=True).data)
