"""/api/portfolio"""

from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.models import Once
from legend.lib.money import minor_places
from legend.lib.pagination import CursorPages
from patterns.api.asker import asker
from trading.models import TradingAccount
from trading.presentation import told_account, told_book, told_flow
from trading.queries.positions import books
from trading.services.ledgers import add_cash_flow, change_account, create_account, delete_account, find_account

from .answers import AccountAnswer, FlowAnswer, FlowPage, PortfolioAnswer
from .questions import KEY, PAGES, amount, optional


class AccountQuestion(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60)
    currency = serializers.CharField(max_length=3)
    opening_balance = optional(help_text="begins the ledger; without one there is no return in percent")
    opened_on = serializers.DateField(required=False, allow_null=True, default=None, help_text="default: today")


class AccountChange(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=60, required=False)
    archived = serializers.BooleanField(required=False)
    opening_balance = amount(required=False, help_text="once trading began, a correction dated today is added instead")
    opened_on = serializers.DateField(required=False)


class FlowQuestion(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["deposit", "withdrawal", "dividend", "borrow_cost"])
    amount = amount(help_text="without a sign; a dividend that a short pays is negative")
    on = serializers.DateField()
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    trade = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="of a dividend or borrow cost")


class Portfolio(APIView):
    """Accounts with their open positions at the last close, exposure and open risk."""

    key_scope = "journal"

    @extend_schema(operation_id="portfolio", responses=PortfolioAnswer)
    def get(self, request: Request) -> Response:
        return Response({"accounts": [told_book(book) for book in books(owner=asker(request))]})


class Accounts(APIView):
    """Trading accounts."""

    key_scope = "journal"

    @extend_schema(operation_id="portfolio_accounts", responses=AccountAnswer(many=True))
    def get(self, request: Request) -> Response:
        return Response([told_account(one) for one in TradingAccount.objects.owned_by(asker(request))])

    @extend_schema(operation_id="portfolio_accounts_create", parameters=[KEY], request=AccountQuestion, responses={201: AccountAnswer})
    def post(self, request: Request) -> Response:
        asked = AccountQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        once = Once.read(request.headers.get("Idempotency-Key"), asked.validated_data)
        made = create_account(owner=asker(request), now=timezone.now(), once=once, **asked.validated_data)
        return Response(told_account(made), status=201)


class OneAccount(APIView):
    """An account of one's own; for everybody else there is none."""

    key_scope = "journal"

    @extend_schema(operation_id="portfolio_accounts_get", responses=AccountAnswer)
    def get(self, request: Request, code: UUID) -> Response:
        return Response(told_account(find_account(owner=asker(request), code=code)))

    @extend_schema(operation_id="portfolio_accounts_change", request=AccountChange, responses=AccountAnswer)
    def patch(self, request: Request, code: UUID) -> Response:
        find_account(owner=asker(request), code=code)
        asked = AccountChange(data=request.data)
        asked.is_valid(raise_exception=True)
        return Response(told_account(change_account(owner=asker(request), code=code, now=timezone.now(), changes=asked.validated_data)))

    @extend_schema(operation_id="portfolio_accounts_delete", request=None, responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        """Only an account without trades."""
        delete_account(owner=asker(request), code=code)
        return Response(status=204)


class LatestFirst(CursorPages):
    ordering: tuple[str, ...] = ("-on", "-id")


class CashFlows(APIView):
    """The lines of an account's ledger."""

    key_scope = "journal"

    @extend_schema(operation_id="portfolio_cash_flows", parameters=PAGES, responses=FlowPage)
    def get(self, request: Request, code: UUID) -> Response:
        account = find_account(owner=asker(request), code=code)
        pages, places = LatestFirst(), minor_places(account.currency)
        page = pages.paginate_queryset(account.cash_flows.select_related("trade"), request, view=self) or []
        answer: Response = pages.get_paginated_response([told_flow(one, places) for one in page])
        return answer

    @extend_schema(operation_id="portfolio_cash_flows_add", parameters=[KEY], request=FlowQuestion, responses={201: FlowAnswer})
    def post(self, request: Request, code: UUID) -> Response:
        find_account(owner=asker(request), code=code)
        asked = FlowQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        once = Once.read(request.headers.get("Idempotency-Key"), asked.validated_data)
        made = add_cash_flow(owner=asker(request), account=code, now=timezone.now(), once=once, **asked.validated_data)
        return Response(told_flow(made, minor_places(made.account.currency)), status=201)
