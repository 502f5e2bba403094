"""/api/watchlist"""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import invalid
from legend.lib.models import Once
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from trading.models import WatchItem
from trading.queries.watchlist import Row, rows_of, watchlist
from trading.services.watchlists import MOST_ITEMS, MOST_TAGS, change_watch, find_watched, move, unwatch, watch

IDEMPOTENT = OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, description="sent again it answers the same")


class Details(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=MOST_TAGS, required=False)
    entry = serializers.FloatField(required=False, allow_null=True)
    stop = serializers.FloatField(required=False, allow_null=True)
    target = serializers.FloatField(required=False, allow_null=True)
    alert_threshold_pct = serializers.FloatField(required=False, help_text="so close to entry it is breaking out; in % of it")


class WatchQuestion(Details):
    ticker = serializers.CharField(max_length=20, required=False)
    match = serializers.UUIDField(required=False, help_text="instead of a ticker: a match, with its levels")


class Changes(Details):
    status = serializers.CharField(max_length=20, required=False, help_text=f"one of {', '.join(WatchItem.Status.values)}")


class MoveQuestion(serializers.Serializer[Any]):
    tickers = serializers.ListField(child=serializers.CharField(max_length=20), min_length=1, max_length=MOST_ITEMS)
    status = serializers.CharField(max_length=20)


class WatchAnswer(serializers.Serializer[Any]):
    symbol = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(WatchItem.Status.choices)
    status_at = serializers.DateTimeField()
    status_note = serializers.CharField(help_text="what moved it there")
    next_statuses = serializers.ListField(child=serializers.CharField())
    reason = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    side = serializers.CharField(help_text="long, short, or empty when no level says")
    entry = serializers.FloatField(allow_null=True)
    stop = serializers.FloatField(allow_null=True)
    target = serializers.FloatField(allow_null=True)
    alert_threshold_pct = serializers.FloatField()
    match = serializers.UUIDField(allow_null=True, help_text="the pattern match it came from")
    price = serializers.FloatField(allow_null=True, help_text="the last daily close")
    price_date = serializers.DateField(allow_null=True)
    change_pct = serializers.FloatField(allow_null=True)
    distance_pct = serializers.FloatField(allow_null=True, help_text="from the price to entry in % of the price, without sign")
    created_at = serializers.DateTimeField()


class WatchPage(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = WatchAnswer(many=True)


def told(row: Row) -> dict[str, Any]:
    item = row.item
    columns = (
        "status",
        "status_at",
        "status_note",
        "reason",
        "tags",
        "side",
        "entry",
        "stop",
        "target",
        "alert_threshold_pct",
        "created_at",
    )
    return {
        "symbol": item.instrument.symbol,
        "name": item.instrument.name,
        **{name: getattr(item, name) for name in columns},
        "next_statuses": list(item.next_statuses),
        "match": item.match.code if item.match else None,
        "price": row.price,
        "price_date": row.price_date,
        "change_pct": row.change_pct,
        "distance_pct": row.distance_pct,
    }


def answer(item: WatchItem, status: int = 200) -> Response:
    return Response(WatchAnswer(told(rows_of([item])[0])).data, status=status)


class Newest(CursorPages):
    ordering = ("-status_at", "-id")


class Watchlist(APIView):
    """What one watches, the latest change of status first."""

    key_scope = "journal"

    @extend_schema(
        operation_id="watchlist_list",
        parameters=[
            OpenApiParameter("status", description=f"one of {', '.join(WatchItem.Status.values)}; active means all that are not over"),
            OpenApiParameter("tag"),
            OpenApiParameter("cursor"),
            OpenApiParameter("limit", OpenApiTypes.INT),
        ],
        responses=WatchPage,
    )
    def get(self, request: Request) -> Response:
        asked = request.query_params
        items = watchlist(owner=asker(request), status=asked.get("status", ""), tag=asked.get("tag", ""))
        pages = Newest()
        page = pages.paginate_queryset(items, request, view=self) or []
        return pages.get_paginated_response(WatchAnswer([told(row) for row in rows_of(page)], many=True).data)

    @extend_schema(operation_id="watchlist_move", request=MoveQuestion, responses=WatchAnswer(many=True))
    def patch(self, request: Request) -> Response:
        """Gives many items their next status at once: all of them, or none."""
        asked = MoveQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        items = move(owner=asker(request), **asked.validated_data, now=timezone.now())
        return Response(WatchAnswer([told(row) for row in rows_of(items)], many=True).data)


class AddToWatchlist(APIView):
    """Puts a symbol on the list, or a match with its levels. One that was completed or skipped starts anew."""

    key_scope = "journal"

    @extend_schema(operation_id="watchlist_add", parameters=[IDEMPOTENT], request=WatchQuestion, responses={201: WatchAnswer})
    def post(self, request: Request) -> Response:
        asked = WatchQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        details = dict(asked.validated_data)
        ticker, match = details.pop("ticker", None), details.pop("match", None)
        if (ticker is None) == (match is None):
            raise invalid("ticker", "Name a ticker, or a match.", "one_of_two")
        once = Once.read(request.headers.get("Idempotency-Key"), asked.validated_data)
        item = watch(owner=asker(request), now=timezone.now(), ticker=ticker, match=match, details=details, once=once)
        return answer(item, 201)


class OneWatched(APIView):
    """One symbol of one's own list; what somebody else watches is not found."""

    key_scope = "journal"

    @extend_schema(operation_id="watchlist_get", responses=WatchAnswer)
    def get(self, request: Request, ticker: str) -> Response:
        return answer(find_watched(owner=asker(request), ticker=ticker))

    @extend_schema(operation_id="watchlist_change", request=Changes, responses=WatchAnswer)
    def patch(self, request: Request, ticker: str) -> Response:
        asked = Changes(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        return answer(change_watch(owner=asker(request), ticker=ticker, changes=asked.validated_data, now=timezone.now()))

    @extend_schema(operation_id="watchlist_delete", request=None, responses={204: None})
    def delete(self, request: Request, ticker: str) -> Response:
        unwatch(owner=asker(request), ticker=ticker)
        return Response(status=204)


class RemoveFromWatchlist(APIView):
    """The same as DELETE of the symbol's own address."""

    key_scope = "journal"

    @extend_schema(operation_id="watchlist_remove", request=None, responses={204: None})
    def delete(self, request: Request, ticker: str) -> Response:
        unwatch(owner=asker(request), ticker=ticker)
        return Response(status=204)
