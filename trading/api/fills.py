"""/api/trades/{code}/fills"""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.models import Once
from legend.lib.money import minor_places
from patterns.api.asker import asker
from trading.presentation import told_fill
from trading.services.corrections import change_fill, remove_fill
from trading.services.trades import add_fill, find_trade

from .answers import FillAnswer, TradeAnswer
from .questions import KEY, FillChange, FillQuestion
from .trades import whole


class Fills(APIView):
    """The executions of a trade, in order."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_fills", responses=FillAnswer(many=True))
    def get(self, request: Request, code: UUID) -> Response:
        trade = find_trade(owner=asker(request), code=code)
        places = minor_places(trade.account.currency)
        return Response([told_fill(fill, places) for fill in trade.fills.all()])

    @extend_schema(operation_id="trades_fills_add", parameters=[KEY], request=FillQuestion, responses={201: TradeAnswer})
    def post(self, request: Request, code: UUID) -> Response:
        """Open a plan, add to a trade, or take out of it. A closed trade takes no more (409)."""
        find_trade(owner=asker(request), code=code)
        asked = FillQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        once = Once.read(request.headers.get("Idempotency-Key"), {"trade": code, "fill": asked.validated_data})
        trade = add_fill(owner=asker(request), code=code, told=asked.as_input(), now=timezone.now(), once=once)
        return Response(whole(trade), status=201)


class OneFill(APIView):
    """Correct an execution, or take one back that did not happen."""

    key_scope = "journal"

    @extend_schema(operation_id="trades_fills_change", request=FillChange, responses=TradeAnswer)
    def patch(self, request: Request, code: UUID, number: int) -> Response:
        find_trade(owner=asker(request), code=code)
        asked = FillChange(data=request.data)
        asked.is_valid(raise_exception=True)
        trade = change_fill(owner=asker(request), code=code, number=number, changes=asked.validated_data, now=timezone.now())
        return Response(whole(trade))

    @extend_schema(operation_id="trades_fills_remove", request=None, responses=TradeAnswer)
    def delete(self, request: Request, code: UUID, number: int) -> Response:
        return Response(whole(remove_fill(owner=asker(request), code=code, number=number, now=timezone.now())))
