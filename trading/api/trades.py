"""/api/trades"""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.models import Once
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from trading.models import Trade
from trading.models.trade import TradeQuerySet
from trading.presentation import told_event, told_excursion, told_figures, told_trade
from trading.queries.excursions import excursion_of
from trading.queries.journal import closed_trades, figures, narrowed
from trading.services.corrections import change_trade
from trading.services.deleting import delete_trade
from trading.services.splits import apply_split, take_back_split
from trading.services.trades import FillInput, TradeInput, close_trade, create_trade, find_trade

from .answers import HistoryPage, StatisticsAnswer, TradeAnswer, TradePage
from .questions import (
    KEY,
    NARROWING,
    PAGES,
    CloseQuestion,
    MomentQuestion,
    SplitQuestion,
    TradeChange,
    TradeQuestion,
    fill_of,
    narrowing_of,
)


def whole(trade: Trade) -> dict[str, Any]:
    fills = list(trade.fills.all())
    return told_trade(trade, fills=fills) | {"excursion": told_excursion(excursion_of(trade, fills))}


class CreateTrade(APIView):
    """Enter a trade: one price and size, or its fills so far; or a plan."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_create", parameters=[KEY], request=TradeQuestion, responses={201: TradeAnswer})
    def post(self, request: Request) -> Response:
        asked = TradeQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        once = Once.read(request.headers.get("Idempotency-Key"), asked.validated_data)
        trade = create_trade(owner=asker(request), told=_as_input(asked.validated_data), now=timezone.now(), once=once)
        return Response(whole(trade), status=201)


def _as_input(told: dict[str, Any]) -> TradeInput:
    fills = [fill_of(one) for one in told["fills"]]
    if not fills and not told["planned"] and told["entry_price"] is not None and told["position_size"] is not None:
        at = told.get("entry_date") or timezone.now()
        fills = [FillInput("entry", at, told["entry_price"], told["position_size"], told["fee"])]
    return TradeInput(
        symbol=told["ticker"],
        side=told["side"],
        fills=fills,
        planned_entry=told["entry_price"],
        planned_quantity=told["position_size"],
        stop_loss=told["stop_loss"],
        target_price=told["target_price"],
        risk_amount=told["risk_amount"],
        account=told["account"],
        match=told["match"],
        pattern=told["pattern"],
        tags=told["tags"],
        checklist=told["checklist"],
        notes=told["notes"],
    )


class CloseTrade(APIView):
    """Exit an open trade, in part or whole. One that is closed already answers 409."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_close", parameters=[KEY], request=CloseQuestion, responses=TradeAnswer)
    def post(self, request: Request) -> Response:
        asked = CloseQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        told, now = asked.validated_data, timezone.now()
        fill = FillInput("exit", told.get("exit_date") or now, told["exit_price"], told["quantity"], told["fee"])
        once = Once.read(request.headers.get("Idempotency-Key"), {"close": told})
        return Response(whole(close_trade(owner=asker(request), code=told["code"], fill=fill, now=now, once=once)))


class NewestFirst(CursorPages):
    ordering: tuple[str, ...] = ("-recorded_at", "-id")


class LastClosedFirst(CursorPages):
    ordering: tuple[str, ...] = ("-closed_at", "-id")


def paged(view: APIView, request: Request, rows: TradeQuerySet, pages: CursorPages) -> Response:
    page = pages.paginate_queryset(rows.select_related("account", "match"), request, view=view) or []
    answer: Response = pages.get_paginated_response([told_trade(trade) for trade in page])
    return answer


class OpenTrades(APIView):
    """Open trades, newest first; `status=planned` lists plans."""

    key_scope = "journal"
    STATUS = OpenApiParameter("status", enum=["open", "planned"], description="default: open")

    @extend_schema(operation_id="trades_open", parameters=[STATUS, *NARROWING[2:8], *PAGES], responses=TradePage)
    def get(self, request: Request) -> Response:
        found = narrowed(owner=asker(request), narrowing=narrowing_of(request))
        rows = found.planned() if request.query_params.get("status") == Trade.Status.PLANNED else found.open()
        return paged(self, request, rows, NewestFirst())


class ClosedTrades(APIView):
    """Closed trades, the last closed first."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_closed", parameters=[*NARROWING, *PAGES], responses=TradePage)
    def get(self, request: Request) -> Response:
        rows = closed_trades(owner=asker(request), narrowing=narrowing_of(request))
        return paged(self, request, rows, LastClosedFirst())


class Statistics(APIView):
    """What the closed trades add up to. `undefined` tells why a figure is null."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_statistics", parameters=NARROWING, responses=StatisticsAnswer)
    def get(self, request: Request) -> Response:
        return Response(told_figures(figures(owner=asker(request), narrowing=narrowing_of(request))))


class OneTrade(APIView):
    """A trade of one's own; for everybody else there is none."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_get", responses=TradeAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(whole(find_trade(owner=asker(request), code=code)))

    @extend_schema(operation_id="trades_change", request=TradeChange, responses=TradeAnswer)
    def patch(self, request: Request, code: UUID) -> Response:
        """Facts leave a trace in the trade's history; notes, tags and the checklist change freely."""
        find_trade(owner=asker(request), code=code)
        asked = TradeChange(data=request.data)
        asked.is_valid(raise_exception=True)
        changed = change_trade(owner=asker(request), code=code, changes=asked.validated_data, now=timezone.now())
        return Response(whole(changed))

    @extend_schema(operation_id="trades_delete", request=None, responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        """After its first 15 minutes, the bare result of a trade that counted stays for rankings."""
        delete_trade(owner=asker(request), code=code, now=timezone.now())
        return Response(status=204)


class OldestFirst(CursorPages):
    ordering: tuple[str, ...] = ("at", "id")


class TradeEvents(APIView):
    """What was told about a trade, and when."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_events", parameters=PAGES, responses=HistoryPage)
    def get(self, request: Request, code: UUID) -> Response:
        trade = find_trade(owner=asker(request), code=code)
        pages = OldestFirst()
        page = pages.paginate_queryset(trade.events.select_related("by"), request, view=self) or []
        answer: Response = pages.get_paginated_response([told_event(event) for event in page])
        return answer


class TradeSplit(APIView):
    """Count the fills before a share split on its far side. No result changes; the same split again changes nothing."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_split", request=SplitQuestion, responses=TradeAnswer)
    def post(self, request: Request, code: UUID) -> Response:
        find_trade(owner=asker(request), code=code)
        asked = SplitQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(whole(apply_split(owner=asker(request), code=code, now=timezone.now(), **asked.validated_data)))

    AT = OpenApiParameter("at", OpenApiTypes.DATETIME, required=True, description="the moment with which it was applied")

    @extend_schema(operation_id="trades_split_take_back", parameters=[AT], request=None, responses=TradeAnswer)
    def delete(self, request: Request, code: UUID) -> Response:
        """Take back a split that was none."""
        find_trade(owner=asker(request), code=code)
        asked = MomentQuestion(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(whole(take_back_split(owner=asker(request), code=code, at=asked.validated_data["at"], now=timezone.now())))
