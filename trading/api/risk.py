"""/api/risk: calculators, for anybody."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import invalid
from legend.lib.permissions import Anyone
from trading import risk
from trading.services.amounts import check_amount
from trading.stats.decimals import as_money, as_price, as_quantity, as_ratio
from trading.stats.luck import in_percent

from .answers import figure
from .questions import amount, optional

Answer = TypeVar("Answer")
SIDES = ["long", "short"]


def calculated(work: Callable[[], Answer]) -> Answer:
    """What cannot be calculated with is said beside its field."""
    try:
        return work()
    except risk.BadRisk as fault:
        raise invalid(fault.field, str(fault), fault.code) from None


def read(question: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """The checked question: every amount is one that a row could keep."""
    asked = question(data=request.data)
    asked.is_valid(raise_exception=True)
    for name, field in asked.fields.items():
        value = asked.validated_data.get(name)
        if value is not None and isinstance(field, serializers.DecimalField):
            check_amount(value, name, zero=True, negative=True, largest=risk.LARGEST)
    return asked.validated_data  # type: ignore[no-any-return]


class SizeQuestion(serializers.Serializer[Any]):
    side = serializers.ChoiceField(SIDES, default="long")
    entry_price = amount()
    stop_loss = amount()
    equity = optional()
    risk_percent = optional(help_text="of equity, in percent units")
    risk_amount = optional(help_text="a fixed amount instead")
    commission = amount(default=Decimal(0), help_text="per share and way")
    fractions = serializers.BooleanField(default=False, help_text="parts of a share, rounded down at 4 places")


class SizeAnswer(serializers.Serializer[Any]):
    shares = serializers.CharField()
    risk_amount = serializers.CharField(help_text="asked for")
    risk_per_share = serializers.CharField()
    total_risk = serializers.CharField(help_text="of these shares")
    cost = serializers.CharField()
    cost_pct = figure("of equity")
    warnings = serializers.ListField(child=serializers.CharField())


def told_size(size: risk.PositionSize) -> dict[str, Any]:
    return {
        "shares": as_quantity(size.shares),
        "risk_amount": as_money(size.risk_amount),
        "risk_per_share": as_price(size.risk_per_share),
        "total_risk": as_money(size.total_risk),
        "cost": as_money(size.cost),
        "cost_pct": as_ratio(size.cost_pct),
        "warnings": list(size.warnings),
    }


class PositionSize(APIView):
    """How many shares risk no more than that."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_position_size", request=SizeQuestion, responses=SizeAnswer)
    def post(self, request: Request) -> Response:
        told = read(SizeQuestion, request)
        size = calculated(
            lambda: risk.position_size(
                entry=told["entry_price"],
                stop=told["stop_loss"],
                side=told["side"],
                equity=told["equity"],
                risk_pct=told["risk_percent"],
                risk_amount=told["risk_amount"],
                commission=told["commission"],
                fractions=told["fractions"],
            )
        )
        return Response(told_size(size))


class RewardQuestion(serializers.Serializer[Any]):
    side = serializers.ChoiceField(SIDES, default="long")
    entry_price = amount()
    stop_loss = amount()
    target_price = amount()


class RewardAnswer(serializers.Serializer[Any]):
    risk_reward = serializers.CharField()
    risk_per_share = serializers.CharField()
    reward_per_share = serializers.CharField()
    break_even_win_rate = serializers.CharField(help_text="percent of wins needed at this reward")


class RiskReward(APIView):
    """What could be won for what is risked."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_reward", request=RewardQuestion, responses=RewardAnswer)
    def post(self, request: Request) -> Response:
        told = read(RewardQuestion, request)
        entry, stop, target = told["entry_price"], told["stop_loss"], told["target_price"]
        ratio = calculated(lambda: risk.risk_reward(side=told["side"], entry=entry, stop=stop, target=target))
        return Response(
            {
                "risk_reward": as_ratio(ratio),
                "risk_per_share": as_price(abs(entry - stop)),
                "reward_per_share": as_price(abs(target - entry)),
                "break_even_win_rate": as_ratio(risk.breakeven_win_rate(ratio)),
            }
        )


class KellyQuestion(serializers.Serializer[Any]):
    win_rate = amount(help_text="percent of the decided trades")
    payoff_ratio = amount(help_text="average win over average loss")
    decided_trades = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=0)


class KellyAnswer(serializers.Serializer[Any]):
    kelly = serializers.CharField(help_text="percent of equity; 0 without an edge")
    half_kelly = serializers.CharField()
    raw = serializers.CharField(help_text="may be negative")
    warnings = serializers.ListField(child=serializers.CharField())


class KellyCriterion(APIView):
    """The share of equity that grows fastest at these odds, and half of it."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_kelly", request=KellyQuestion, responses=KellyAnswer)
    def post(self, request: Request) -> Response:
        told = read(KellyQuestion, request)
        found = calculated(lambda: risk.kelly(win_rate=told["win_rate"] / 100, payoff=told["payoff_ratio"], decided=told["decided_trades"]))
        return Response(
            {
                "kelly": as_ratio(in_percent(found.full)),
                "half_kelly": as_ratio(in_percent(found.half)),
                "raw": as_ratio(in_percent(found.raw)),
                "warnings": list(found.warnings),
            }
        )


class EvenQuestion(serializers.Serializer[Any]):
    payoff_ratio = optional(help_text="gives the win rate needed")
    side = serializers.ChoiceField(SIDES, default="long")
    entry_price = optional(help_text="with commission: gives the price at which it is paid for")
    commission = amount(default=Decimal(0), help_text="per share and way")


class EvenAnswer(serializers.Serializer[Any]):
    win_rate = figure("percent")
    price = figure()


class BreakEven(APIView):
    """The win rate needed at a payoff, and the price at which commissions are earned."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_break_even", request=EvenQuestion, responses=EvenAnswer)
    def post(self, request: Request) -> Response:
        told = read(EvenQuestion, request)
        payoff, entry = told["payoff_ratio"], told["entry_price"]
        if payoff is None and entry is None:
            raise invalid("payoff_ratio", "Give a payoff ratio, or an entry price with a commission.", "required")
        rate = None if payoff is None else calculated(lambda: risk.breakeven_win_rate(payoff))
        price = (
            None
            if entry is None
            else calculated(lambda: risk.breakeven_price(side=told["side"], entry=entry, commission=told["commission"]))
        )
        return Response({"win_rate": as_ratio(rate), "price": as_price(price)})


class RecoveryQuestion(serializers.Serializer[Any]):
    loss_percent = amount()


class RecoveryAnswer(serializers.Serializer[Any]):
    gain_percent = figure("null when all is lost")


class Recovery(APIView):
    """The gain that makes up for a loss."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_recovery", request=RecoveryQuestion, responses=RecoveryAnswer)
    def post(self, request: Request) -> Response:
        told = read(RecoveryQuestion, request)
        return Response({"gain_percent": as_ratio(calculated(lambda: risk.recovery_pct(told["loss_percent"])))})


class PartQuestion(serializers.Serializer[Any]):
    percent = amount()
    r = amount()


class PlanQuestion(SizeQuestion):
    target_price = optional()
    open_risk = amount(default=Decimal(0), help_text="of the other open trades, in money")
    exits = PartQuestion(many=True, required=False, help_text="default: 50, 30 and 20 % at 1R, 2R and 3R")


class PlannedExitAnswer(serializers.Serializer[Any]):
    shares = serializers.CharField()
    r = serializers.CharField()
    price = serializers.CharField()


class PlanAnswer(SizeAnswer):
    risk_reward = figure()
    open_risk_pct = figure("of equity, with this trade")
    exits = PlannedExitAnswer(many=True)


class Plan(APIView):
    """Position size, exits in parts, and what should make one think twice."""

    permission_classes = [Anyone]
    key_scope = "read"

    @extend_schema(operation_id="risk_plan", request=PlanQuestion, responses=PlanAnswer)
    def post(self, request: Request) -> Response:
        told = read(PlanQuestion, request)
        parts = [(one["percent"], one["r"]) for one in told.get("exits") or []]
        made = calculated(
            lambda: risk.plan(
                entry=told["entry_price"],
                stop=told["stop_loss"],
                side=told["side"],
                target=told["target_price"],
                equity=told["equity"],
                risk_pct=told["risk_percent"],
                risk_amount=told["risk_amount"],
                commission=told["commission"],
                fractions=told["fractions"],
                open_risk=told["open_risk"],
                exits=parts or risk.DEFAULT_EXITS,
            )
        )
        exits = [{"shares": as_quantity(one.shares), "r": as_ratio(one.r), "price": as_price(one.price)} for one in made.exits]
        ratios = {"risk_reward": as_ratio(made.risk_reward), "open_risk_pct": as_ratio(made.open_risk_pct)}
        return Response(told_size(made.size) | ratios | {"exits": exits, "warnings": list(made.warnings)})
