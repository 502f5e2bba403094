"""Addresses of trading under /api/; fixed words come before names."""

from django.urls import path

from . import alerts, analytics, exports, fills, imports, portfolio, risk, trades, watchlist

app_name = "trading-api"
urlpatterns = [
    path("trades/create", trades.CreateTrade.as_view(), name="trade-create"),
    path("trades/close", trades.CloseTrade.as_view(), name="trade-close"),
    path("trades/open", trades.OpenTrades.as_view(), name="trades-open"),
    path("trades/closed", trades.ClosedTrades.as_view(), name="trades-closed"),
    path("trades/statistics", trades.Statistics.as_view(), name="trade-statistics"),
    path("trades/export", exports.ExportTrades.as_view(), name="trades-export"),
    path("trades/import", imports.ImportTrades.as_view(), name="trades-import"),
    path("trades/import/<uuid:code>", imports.OneImport.as_view(), name="trade-import"),
    path("trades/<uuid:code>", trades.OneTrade.as_view(), name="trade"),
    path("trades/<uuid:code>/fills", fills.Fills.as_view(), name="trade-fills"),
    path("trades/<uuid:code>/fills/<int:number>", fills.OneFill.as_view(), name="trade-fill"),
    path("trades/<uuid:code>/events", trades.TradeEvents.as_view(), name="trade-events"),
    path("trades/<uuid:code>/split", trades.TradeSplit.as_view(), name="trade-split"),
    path("analytics/performance", analytics.Performance.as_view(), name="performance"),
    path("analytics/patterns", analytics.Patterns.as_view(), name="analytics-patterns"),
    path("analytics/calendar", analytics.Calendar.as_view(), name="analytics-calendar"),
    path("analytics/distribution", analytics.Distribution.as_view(), name="analytics-distribution"),
    path("analytics/equity", analytics.Equity.as_view(), name="analytics-equity"),
    path("portfolio", portfolio.Portfolio.as_view(), name="portfolio"),
    path("portfolio/accounts", portfolio.Accounts.as_view(), name="accounts"),
    path("portfolio/accounts/<uuid:code>", portfolio.OneAccount.as_view(), name="account"),
    path("portfolio/accounts/<uuid:code>/cash-flows", portfolio.CashFlows.as_view(), name="cash-flows"),
    path("risk/position-size", risk.PositionSize.as_view(), name="position-size"),
    path("risk/risk-reward", risk.RiskReward.as_view(), name="risk-reward"),
    path("risk/kelly-criterion", risk.KellyCriterion.as_view(), name="kelly"),
    path("risk/break-even", risk.BreakEven.as_view(), name="break-even"),
    path("risk/recovery", risk.Recovery.as_view(), name="recovery"),
    path("risk/plan", risk.Plan.as_view(), name="risk-plan"),
    path("watchlist", watchlist.Watchlist.as_view(), name="watchlist"),
    path("watchlist/add", watchlist.AddToWatchlist.as_view(), name="watchlist-add"),
    path("watchlist/remove/<str:ticker>", watchlist.RemoveFromWatchlist.as_view(), name="watchlist-remove"),
    path("watchlist/<str:ticker>", watchlist.OneWatched.as_view(), name="watched"),
    path("alerts/create", alerts.CreateAlert.as_view(), name="alert-create"),
    path("alerts/list", alerts.ListAlerts.as_view(), name="alert-list"),
    path("alerts/update/<uuid:code>", alerts.UpdateAlert.as_view(), name="alert-update"),
    path("alerts/test", alerts.TestAlert.as_view(), name="alert-test"),
    path("alerts/log", alerts.AlertLog.as_view(), name="alert-log"),
    path("alerts/log/<uuid:code>/acknowledge", alerts.AcknowledgeEvent.as_view(), name="alert-acknowledge"),
    path("alerts/<uuid:code>", alerts.OneAlert.as_view(), name="alert"),
]
