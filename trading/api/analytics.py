"""/api/analytics"""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from legend.lib.errors import invalid
from legend.lib.money import is_currency, minor_places
from patterns.api.asker import asker
from trading.preferences import preferences_of
from trading.presentation import told_calendar, told_equity, told_figures, told_group
from trading.queries.equity import equities
from trading.queries.journal import GROUPS, Figures, calendar, figures, groups
from trading.stats.decimals import as_ratio
from trading.stats.luck import in_percent

from .answers import CalendarAnswer, DistributionAnswer, EquityAnswer, GroupsAnswer, PerformanceAnswer
from .questions import NARROWING, narrowing_of


def told_confidence(found: Figures) -> dict[str, Any]:
    sure = found.confidence
    low, high = sure.interval or (None, None)
    normal = sure.risk_normalised
    return {
        "win_rate_low": as_ratio(in_percent(low)),
        "win_rate_high": as_ratio(in_percent(high)),
        "shrunk_expectancy_r": as_ratio(sure.shrunk_r),
        "probability_of_edge": as_ratio(sure.psr),
        "trades_needed": sure.trades_needed,
        "consistency": as_ratio(sure.consistency),
        "risk_normalised_return": as_ratio(in_percent(normal.gained)) if normal else None,
        "risk_normalised_drawdown": as_ratio(normal.drawdown_pct) if normal else None,
    }


class Performance(APIView):
    """The statistics, and how sure they make one."""

    key_scope = "journal"

    @extend_schema(operation_id="analytics_performance", parameters=NARROWING, responses=PerformanceAnswer)
    def get(self, request: Request) -> Response:
        found = figures(owner=asker(request), narrowing=narrowing_of(request))
        return Response(told_figures(found) | told_confidence(found))


class Patterns(APIView):
    """The same trades in groups, by setup unless told otherwise; ordered by win rate, shrunk towards the overall one."""

    key_scope = "journal"
    BY = OpenApiParameter("by", enum=GROUPS, description="default: pattern. A trade with two tags counts in both rows.")

    @extend_schema(operation_id="analytics_patterns", parameters=[BY, *NARROWING], responses=GroupsAnswer)
    def get(self, request: Request) -> Response:
        by = request.query_params.get("by", "pattern")
        if by not in GROUPS:
            raise invalid("by", f"Trades are grouped by {', '.join(GROUPS)}.", "unknown_group")
        narrowing = narrowing_of(request)
        whole = figures(owner=asker(request), narrowing=narrowing)
        rows = groups(owner=asker(request), narrowing=narrowing, by=by)
        told = [told_group(row, whole.places, whole.currency is None) for row in rows]
        return Response({"by": by, "currency": whole.currency, "results": told})


class Calendar(APIView):
    """What exits realised by day, week, month and year, in your time zone and one currency."""

    key_scope = "journal"
    CURRENCY = OpenApiParameter("currency", description="default: that of the trades, else yours")

    @extend_schema(operation_id="analytics_calendar", parameters=[CURRENCY, *NARROWING], responses=CalendarAnswer)
    def get(self, request: Request) -> Response:
        owner, narrowing = asker(request), narrowing_of(request)
        currency = request.query_params.get("currency") or _currency(owner, figures(owner=owner, narrowing=narrowing))
        if not is_currency(currency):
            raise invalid("currency", f"{currency[:10]!r} is no currency; write its code, such as USD.", "unknown_currency")
        found = calendar(owner=owner, narrowing=narrowing, currency=currency)
        return Response(told_calendar(found, currency, preferences_of(owner).zone.key))


def _currency(owner: Any, found: Figures) -> str:
    return found.currency or max(found.by_currency, key=lambda one: found.by_currency[one].total_trades)


class Distribution(APIView):
    """How the R-multiples are spread."""

    key_scope = "journal"

    @extend_schema(operation_id="analytics_distribution", parameters=NARROWING, responses=DistributionAnswer)
    def get(self, request: Request) -> Response:
        found = figures(owner=asker(request), narrowing=narrowing_of(request))
        bins = [{"low": one.low, "high": one.high, "count": one.count} for one in found.bins]
        summary = found.summary
        return Response({"bins": bins, "total_trades": summary.total_trades, "trades_without_r": summary.trades_without_r})


class Equity(APIView):
    """Cumulative R, and each account with a ledger day by day of the period, open trades marked to the market. A return is that of a whole
    account: narrowed by more than days and account there is none."""

    key_scope = "journal"

    @extend_schema(operation_id="analytics_equity", parameters=NARROWING, responses=EquityAnswer)
    def get(self, request: Request) -> Response:
        owner, narrowing = asker(request), narrowing_of(request)
        found = figures(owner=owner, narrowing=narrowing)
        today = timezone.now().astimezone(preferences_of(owner).zone).date()
        accounts = [
            told_equity(account, equity, minor_places(account.currency))
            for account, equity in equities(owner=owner, narrowing=narrowing, today=today)
        ]
        line = [
            {
                "day": step.day.isoformat(),
                "total_r": as_ratio(step.level),
                "drawdown_r": as_ratio(step.drawdown),
                "risk_normalised_return": as_ratio(in_percent(step.grown - 1)),
            }
            for step in found.curve
        ]
        return Response({"r": line, "accounts": accounts})
