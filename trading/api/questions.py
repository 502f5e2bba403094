"""What trading is asked. The services judge amounts; here only their form is read."""

from decimal import Decimal
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from trading.queries.journal import Narrowing
from trading.services.trades import FillInput

KEY = OpenApiParameter("Idempotency-Key", location=OpenApiParameter.HEADER, description="sent again it answers the same thing")


def amount(**options: Any) -> serializers.DecimalField:
    """Any decimal; how large and how fine it may be is the services' to say."""
    return serializers.DecimalField(max_digits=40, decimal_places=20, **options)


def optional(**options: Any) -> serializers.DecimalField:
    return amount(required=False, allow_null=True, default=None, **options)


class FillQuestion(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(["entry", "exit"])
    at = serializers.DateTimeField(required=False, help_text="default: now")
    quantity = optional(help_text="of an exit: all that is left when missing")
    price = amount()
    fee = amount(default=Decimal(0))
    stop = optional(help_text="of an entry: the stop in force when missing")

    def as_input(self) -> FillInput:
        return fill_of(self.validated_data)


def fill_of(told: dict[str, Any]) -> FillInput:
    return FillInput(told["kind"], told.get("at") or timezone.now(), told["price"], told["quantity"], told["fee"], told["stop"])


class TradeQuestion(serializers.Serializer[Any]):
    """The short form, or `fills`; neither, or `planned`, makes a plan."""

    ticker = serializers.CharField(max_length=20)
    side = serializers.ChoiceField(["long", "short"], default="long")
    entry_price = optional()
    position_size = optional()
    entry_date = serializers.DateTimeField(required=False, help_text="default: now")
    fee = amount(default=Decimal(0))
    stop_loss = optional()
    target_price = optional()
    risk_amount = optional(help_text="1R as typed, instead of that of the stop")
    planned = serializers.BooleanField(default=False, help_text="nothing is bought yet")
    fills = FillQuestion(many=True, required=False, default=list)
    account = serializers.UUIDField(required=False, allow_null=True, default=None)
    match = serializers.UUIDField(required=False, allow_null=True, default=None)
    pattern = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=30, required=False, default=list)
    checklist = serializers.ListField(child=serializers.JSONField(), max_length=60, required=False, default=list)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="", trim_whitespace=False)


class CloseQuestion(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    exit_price = amount()
    quantity = optional(help_text="default: all that is left")
    exit_date = serializers.DateTimeField(required=False, help_text="default: now")
    fee = amount(default=Decimal(0))


class TradeChange(serializers.Serializer[Any]):
    """Only what is named changes."""

    ticker = serializers.CharField(max_length=20, required=False, source="symbol")
    side = serializers.ChoiceField(["long", "short"], required=False)
    entry_price = amount(required=False, allow_null=True, source="planned_entry", help_text="of a plan")
    position_size = amount(required=False, allow_null=True, source="planned_quantity", help_text="of a plan")
    stop_loss = amount(required=False, allow_null=True, help_text="the initial stop; changing it is a correction")
    current_stop = amount(required=False, allow_null=True, help_text="where the stop was moved to")
    target_price = amount(required=False, allow_null=True)
    risk_amount = amount(required=False, allow_null=True)
    account = serializers.UUIDField(required=False)
    match = serializers.UUIDField(required=False, allow_null=True)
    pattern = serializers.CharField(max_length=40, required=False, allow_blank=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=60), max_length=30, required=False)
    checklist = serializers.ListField(child=serializers.JSONField(), max_length=60, required=False)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, trim_whitespace=False)


class FillChange(serializers.Serializer[Any]):
    at = serializers.DateTimeField(required=False)
    quantity = amount(required=False)
    price = amount(required=False)
    fee = amount(required=False)


class SplitQuestion(serializers.Serializer[Any]):
    at = serializers.DateTimeField(help_text="fills before it are counted on its far side")
    new = serializers.IntegerField(min_value=1, max_value=1000)
    old = serializers.IntegerField(min_value=1, max_value=1000)


class MomentQuestion(serializers.Serializer[Any]):
    at = serializers.DateTimeField()


class NarrowingQuestion(serializers.Serializer[Any]):
    account = serializers.UUIDField(required=False)
    symbol = serializers.CharField(max_length=20, required=False)
    side = serializers.ChoiceField(["long", "short"], required=False)
    pattern = serializers.CharField(max_length=40, required=False)
    tag = serializers.CharField(max_length=30, required=False)
    source = serializers.ChoiceField(["manual", "import", "copy"], required=False)  # type: ignore[assignment]  # DRF has its own
    outcome = serializers.ChoiceField(["win", "loss", "break_even"], required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # words that Python and DRF keep for themselves
        days = {"from": serializers.DateField(required=False), "to": serializers.DateField(required=False)}
        return {**super().get_fields(), **days}


NARROWING = [
    OpenApiParameter("from", OpenApiTypes.DATE, description="first day of the last exit, in your time zone"),
    OpenApiParameter("to", OpenApiTypes.DATE, description="last day, included"),
    OpenApiParameter("account", OpenApiTypes.UUID),
    OpenApiParameter("symbol"),
    OpenApiParameter("side", enum=["long", "short"]),
    OpenApiParameter("pattern", description="the setup"),
    OpenApiParameter("tag"),
    OpenApiParameter("source", enum=["manual", "import", "copy"]),
    OpenApiParameter("outcome", enum=["win", "loss", "break_even"]),
]
PAGES = [OpenApiParameter("cursor"), OpenApiParameter("limit", OpenApiTypes.INT, description="at most 200")]


def narrowing_of(request: Request) -> Narrowing:
    """The trades that the address means. Invalid for values that cannot be."""
    asked = NarrowingQuestion(data=request.query_params)
    asked.is_valid(raise_exception=True)
    told = dict(asked.validated_data)
    return Narrowing(first=told.pop("from", None), last=told.pop("to", None), **told)
