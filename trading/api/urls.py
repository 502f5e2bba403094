"""Addresses of trading under /api/; fixed words come before names."""

from django.urls import path

from . import alerts, watchlist

app_name = "trading-api"
urlpatterns = [
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
