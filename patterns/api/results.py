"""/api/scan/{code}/results, /api/top-setups"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.pagination import CursorPages
from patterns.engine.registry import default_rules
from patterns.models import PatternMatch, Scan, ScanCandidate, ScanResult
from patterns.moments import said
from patterns.queries.evidence import Entry, Named, by_evidence, evidence_of_results, named, strength
from patterns.queries.results import OPEN, members_of
from patterns.queries.scanner import rated_from
from patterns.services.candidates import check_kept
from patterns.services.presentation import present
from patterns.services.rules import meant_patterns, store_rules

from .fields import CandidateAnswer, MatchAnswer
from .renderers import CSVRenderer, XLSXRenderer
from .scans import ScanSummary, latest_scan, told, visible_scan


class ScanFilter(filters.FilterSet):
    pattern = filters.CharFilter(method="of_pattern")
    side = filters.ChoiceFilter(field_name="match__side", choices=PatternMatch.Side.choices)
    state = filters.MultipleChoiceFilter(choices=PatternMatch.State.choices, help_text="default: ready and triggered")
    min_score = filters.NumberFilter("match__score", lookup_expr="gte")
    sector = filters.CharFilter("match__instrument__sector", lookup_expr="iexact")
    min_rs = filters.NumberFilter("rs_rating", lookup_expr="gte")
    max_atr_pct = filters.NumberFilter("atr_pct", lookup_expr="lte")
    new = filters.BooleanFilter("is_new")
    grouped = filters.BooleanFilter(method="one_of_each", help_text="one row a structure; default true")

    class Meta:
        model = ScanResult
        fields: list[str] = []

    def of_pattern(self, queryset: QuerySet[ScanResult], name: str, value: str) -> QuerySet[ScanResult]:
        return queryset.filter(match__pattern__in=meant_patterns(patterns=[value]))

    def filter_queryset(self, queryset: QuerySet[ScanResult]) -> QuerySet[ScanResult]:
        shown = super().filter_queryset(queryset)
        shown = shown if self.form.cleaned_data["state"] else shown.filter(state__in=OPEN)
        # last, since what leads is the first of those that are asked for
        return shown if self.form.cleaned_data["grouped"] is False else shown.leading()  # type: ignore[attr-defined]

    def one_of_each(self, queryset: QuerySet[ScanResult], name: str, value: bool) -> QuerySet[ScanResult]:
        return queryset  # `filter_queryset` does it


class CandidateFilter(filters.FilterSet):
    pattern = filters.CharFilter(method="of_pattern")
    side = filters.ChoiceFilter(choices=PatternMatch.Side.choices)
    min_score = filters.NumberFilter("score", lookup_expr="gte")
    sector = filters.CharFilter("instrument__sector", lookup_expr="iexact")

    min_rs = filters.NumberFilter(method="rated", min_value=0, max_value=99)

    class Meta:
        model = ScanCandidate
        fields: list[str] = []

    def of_pattern(self, queryset: QuerySet[ScanCandidate], name: str, value: str) -> QuerySet[ScanCandidate]:
        return queryset.filter(pattern__in=meant_patterns(patterns=[value]))

    def rated(self, queryset: QuerySet[ScanCandidate], name: str, value: Decimal) -> QuerySet[ScanCandidate]:
        return rated_from(queryset, float(value))


class ClosestFirst(CursorPages):
    ordering = ("rank",)


class BestFirst(CursorPages):
    ordering = ("-score", "-strength", "id")


class MatchPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = PolymorphicProxySerializer(
        component_name="MatchOrCandidate", serializers=[MatchAnswer, CandidateAnswer], resource_type_field_name=None, many=True
    )


class ScanResults(APIView):
    """What a scan shows, best first; as pages of JSON, or whole as CSV or XLSX (`?format=` or Accept). Pieces that are done are in it."""

    key_scope = "read"
    renderer_classes = [JSONRenderer, CSVRenderer, XLSXRenderer]

    @extend_schema(
        operation_id="scan_results",
        parameters=[
            OpenApiParameter("pattern"),
            OpenApiParameter("side", enum=PatternMatch.Side.values),
            OpenApiParameter(
                "state",
                enum=[*PatternMatch.State.values, ScanCandidate.Kind.NEAR],
                many=True,
                description="default: ready and triggered; `forming` or `near`, asked alone, lists what is no match: CandidateAnswer",
            ),
            OpenApiParameter("min_score", OpenApiTypes.FLOAT),
            OpenApiParameter("sector"),
            OpenApiParameter("min_rs", OpenApiTypes.INT),
            OpenApiParameter("max_atr_pct", OpenApiTypes.FLOAT),
            OpenApiParameter("new", OpenApiTypes.BOOL, description="not shown by the scan before"),
            OpenApiParameter("grouped", OpenApiTypes.BOOL, description="one row a structure, with its `members`; default true"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
            OpenApiParameter("format", enum=["json", "csv", "xlsx"]),
        ],
        responses={
            (200, "application/json"): MatchPage,
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"): OpenApiTypes.BINARY,
            409: None,  # near misses and forming shapes are not there yet
        },
    )
    def get(self, request: Request, code: UUID) -> Response:
        scan = visible_scan(request, code)
        if kind := _candidate_kind(request):
            return self._candidates(request, scan, kind)
        beside = evidence_of_results(ScanResult.objects.filter(scan=scan), scan.interval)
        rows = filtered(request, ScanResult.objects.filter(scan=scan), beside)
        file_format = request.accepted_renderer.format
        if file_format != "json":
            name = f"legend-{said(scan.as_of, scan.interval)[:10]}.{file_format}"
            best_first = rows.order_by(*BestFirst.ordering)
            return Response(_present(best_first, scan, beside), headers={"Content-Disposition": f'attachment; filename="{name}"'})
        pages = BestFirst()
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response(_present(page, scan, beside))

    def _candidates(self, request: Request, scan: Scan, kind: str) -> Response:
        """Closest first. They are kept after the scan; 409 until then."""
        check_kept(scan=scan)
        asked = CandidateFilter(request.query_params, queryset=scan.candidates.filter(kind=kind))
        if not asked.is_valid():
            raise serializers.ValidationError({field: [str(error) for error in errors] for field, errors in asked.errors.items()})
        file_format = request.accepted_renderer.format
        if file_format != "json":
            name = f"legend-{said(scan.as_of, scan.interval)[:10]}-{kind}.{file_format}"
            told = [row.told for row in asked.qs.order_by("rank")]
            return Response(told, headers={"Content-Disposition": f'attachment; filename="{name}"'})
        pages = ClosestFirst()
        page = pages.paginate_queryset(asked.qs, request, view=self) or []
        return pages.get_paginated_response([row.told for row in page])


def _candidate_kind(request: Request) -> str | None:
    """The kind of candidates that is asked for; ValidationError if matches are asked for with it."""
    states = request.query_params.getlist("state")
    kinds = [state for state in states if state in ScanCandidate.Kind.values]
    if kinds and len(states) > 1:
        raise serializers.ValidationError({"state": [f"{kinds[0]} is asked alone: such rows are no matches."]})
    return kinds[0] if kinds else None


def filtered(request: Request, rows: QuerySet[ScanResult], beside: Mapping[Named, Entry]) -> QuerySet[ScanResult]:
    """Rows as the address asks, with what ranks them; ValidationError for values that cannot be."""
    ranked = rows.select_related("match__instrument").annotate(score=F("match__score"), strength=by_evidence(beside))
    asked = ScanFilter(request.query_params, queryset=ranked)
    if not asked.is_valid():
        raise serializers.ValidationError({field: [str(error) for error in errors] for field, errors in asked.errors.items()})
    return asked.qs


def _present(rows: Iterable[ScanResult], scan: Scan, beside: Mapping[Named, Entry]) -> list[dict[str, Any]]:
    shown = list(rows)
    members = members_of(shown)
    return [
        present(match=row.match, shown=row, as_of=scan.as_of, evidence=beside.get(named(row.match)), members=members[row.pk])
        for row in shown
    ]


class Setups(serializers.Serializer[Any]):
    scan = ScanSummary()
    new = serializers.IntegerField(help_text="how many of the setups the scan before did not show")
    setups = MatchAnswer(many=True)


class TopSetups(APIView):
    """Best current matches of the latest whole scan, one per symbol; those the scan before did not show are marked `is_new`."""

    key_scope = "read"

    @extend_schema(
        operation_id="top_setups",
        parameters=[
            OpenApiParameter("universe"),
            OpenApiParameter("interval"),
            OpenApiParameter("limit", OpenApiTypes.INT, description="default 20, at most 100"),
            OpenApiParameter("pattern"),
            OpenApiParameter("side", enum=PatternMatch.Side.values),
            OpenApiParameter("min_score", OpenApiTypes.FLOAT),
            OpenApiParameter("new", OpenApiTypes.BOOL),
        ],
        responses=Setups,
    )
    def get(self, request: Request) -> Response:
        asked = Limit(data=request.query_params)
        asked.is_valid(raise_exception=True)
        whole = [row.pk for row in store_rules(rules=default_rules())]
        scan = latest_scan(request, Scan.objects.visible_to(request.user).filter(universe__isnull=False).with_exactly(whole))
        beside = evidence_of_results(ScanResult.objects.filter(scan=scan), scan.interval)
        rows = filtered(request, ScanResult.objects.filter(scan=scan, state__in=OPEN), beside).order_by(*BestFirst.ordering)
        best = {row.match.instrument_id: row for row in reversed(rows)}
        shown = sorted(best.values(), key=lambda row: (-row.match.score, -strength(row.match, beside)))[: asked.validated_data["limit"]]
        answer = {
            "scan": ScanSummary(told(scan, timezone.now())).data,
            "new": sum(row.is_new for row in shown),
            "setups": _present(shown, scan, beside),
        }
        return Response(answer)


class Limit(serializers.Serializer[Any]):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)
