"""/api/universe"""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import NotFound
from legend.lib.models import Once
from legend.lib.pagination import CursorPages
from patterns.models import Instrument, Universe, UniverseMember
from patterns.moments import last_bar_by
from patterns.services.universes import (
    MAX_SYMBOLS,
    change_list,
    create_list,
    delete_list,
    find_universe,
    list_universes,
    members,
    shown_name,
)

from .asker import asker


class UniverseSummary(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    shared = serializers.BooleanField(help_text="false for an own list")
    code = serializers.UUIDField(allow_null=True, help_text="of an own list")
    size = serializers.IntegerField(help_text="instruments it has or had")


class Member(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    sector = serializers.CharField()
    industry = serializers.CharField()
    exchange = serializers.CharField()
    joined = serializers.DateField(allow_null=True)
    left = serializers.DateField(allow_null=True)


class MemberPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = Member(many=True)


class UniverseAnswer(UniverseSummary):
    members = MemberPage()


class OwnList(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    name = serializers.CharField()
    symbols = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()


class ListQuestion(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    symbols = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=MAX_SYMBOLS)


def summary(universe: Universe, size: int) -> dict[str, Any]:
    shared = universe.owner_id is None
    return {
        "name": shown_name(universe),
        "title": universe.title,
        "shared": shared,
        "code": None if shared else universe.code,
        "size": size,
    }


def own(universe: Universe, symbols: list[str]) -> dict[str, Any]:
    return OwnList({"code": universe.code, "name": shown_name(universe), "symbols": symbols, "created_at": universe.created_at}).data


class UniverseList(APIView):
    """The shared universes and the person's own lists."""

    key_scope = "read"

    @extend_schema(operation_id="universe_list", responses=UniverseSummary(many=True))
    def get(self, request: Request) -> Response:
        found = [summary(universe, getattr(universe, "size", 0)) for universe in list_universes(user=asker(request))]
        return Response(UniverseSummary(found, many=True).data)


class BySymbol(CursorPages):
    ordering = ("symbol", "id")
    page_size = 100
    max_page_size = 1000


class OneUniverse(APIView):
    """A universe with its members, by symbol; with `as_of` those of that day."""

    key_scope = "read"

    @extend_schema(
        operation_id="universe_get",
        parameters=[
            OpenApiParameter("as_of", OpenApiTypes.DATE),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT, description="at most 1000"),
        ],
        responses=UniverseAnswer,
    )
    def get(self, request: Request, name: str) -> Response:
        universe = find_universe(name=name.replace("\0", ""), user=asker(request))
        asked = request.query_params.get("as_of")
        day = last_bar_by(asked, "1day", now=timezone.now()).date() if asked else None
        found = members(universe=universe, day=day)
        pages = BySymbol()
        page: list[Instrument] = pages.paginate_queryset(found, request, view=self) or []
        stays = {stay.instrument_id: stay for stay in _latest_stays(universe, page)}
        rows = [
            {
                "symbol": one.symbol,
                "name": one.name,
                "sector": one.sector,
                "industry": one.industry,
                "exchange": one.exchange,
                "joined": stays[one.pk].joined,
                "left": stays[one.pk].left,
            }
            for one in page
        ]
        listed = pages.get_paginated_response(Member(rows, many=True).data).data
        return Response({**UniverseSummary(summary(universe, found.count())).data, "members": listed})


def _latest_stays(universe: Universe, page: list[Instrument]) -> QuerySet[UniverseMember]:
    """Ordered so that of several stays of one instrument the latest comes last."""
    return UniverseMember.objects.filter(universe=universe, instrument__in=page).order_by("joined")


class OwnLists(APIView):
    """The person's own symbol lists."""

    key_scope = "scan"

    @extend_schema(operation_id="universe_custom_list", responses=OwnList(many=True))
    def get(self, request: Request) -> Response:
        lists = Universe.objects.filter(owner=asker(request)).prefetch_related("members__instrument").order_by("name")
        return Response([own(one, sorted(member.instrument.symbol for member in one.members.all())) for one in lists])

    @extend_schema(
        operation_id="universe_custom_create",
        parameters=[
            OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, description="sent again it answers the same list")
        ],
        request=ListQuestion,
        responses={201: OwnList},
    )
    def post(self, request: Request) -> Response:
        asked = ListQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        once = Once.read(request.headers.get("Idempotency-Key"), wish)
        created = create_list(owner=asker(request), title=wish["name"], symbols=wish["symbols"], once=once)
        return Response(own(created, _symbols(created)), status=201)


class OneOwnList(APIView):
    """One of the person's lists; for everybody else there is none."""

    key_scope = "scan"

    @extend_schema(operation_id="universe_custom_get", responses=OwnList)
    def get(self, request: Request, code: UUID) -> Response:
        found = _own(request, code)
        return Response(own(found, _symbols(found)))

    @extend_schema(operation_id="universe_custom_change", request=ListQuestion, responses=OwnList)
    def put(self, request: Request, code: UUID) -> Response:
        found = _own(request, code)
        asked = ListQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        changed = change_list(owner=asker(request), name=shown_name(found), title=wish["name"], symbols=wish["symbols"])
        return Response(own(changed, _symbols(changed)))

    @extend_schema(operation_id="universe_custom_delete", request=None, responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        delete_list(owner=asker(request), name=shown_name(_own(request, code)))
        return Response(status=204)


def _own(request: Request, code: UUID) -> Universe:
    found = Universe.objects.filter(owner=asker(request), code=code).first()
    if found is None:
        raise NotFound("You have no such list.", code="unknown_universe")
    return found


def _symbols(universe: Universe) -> list[str]:
    return list(members(universe=universe).values_list("symbol", flat=True))
