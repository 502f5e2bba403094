"""Pages of trading."""

from django.urls import path

from .views import accounts, alerts, calculators, corrections, imports, journal, pictures, planner, trades, watchlist

app_name = "trading"
urlpatterns = [
    path("journal/", journal.whole, name="journal"),
    path("journal/new/", planner.new, name="new_trade"),
    path("journal/new/size/", planner.size, name="size"),
    path("journal/risk/", calculators.calculator, name="risk_size"),
    path("journal/risk/<str:kind>/", calculators.calculator, name="risk"),
    path("journal/discreet/", journal.discreet, name="discreet"),
    path("journal/examples/", journal.examples, name="examples"),
    path("journal/import/", imports.whole, name="import"),
    path("journal/import/<uuid:code>/", imports.one, name="import_one"),
    path("journal/import/<uuid:code>/undo/", imports.undo, name="import_undo"),
    path("journal/accounts/", accounts.whole, name="accounts"),
    path("journal/accounts/<uuid:code>/", accounts.one, name="account"),
    path("journal/accounts/<uuid:code>/opening/", accounts.opening, name="account_opening"),
    path("journal/fills/<str:symbol>/", trades.fills, name="fills"),
    path("journal/pictures/<uuid:code>/", pictures.screenshot, name="screenshot"),
    path("journal/pictures/<uuid:code>/delete/", pictures.drop_screenshot, name="drop_screenshot"),
    path("journal/<uuid:code>/", trades.one, name="trade"),
    path("journal/<uuid:code>/close/", trades.close, name="close"),
    path("journal/<uuid:code>/enter/", trades.enter, name="enter"),
    path("journal/<uuid:code>/change/", trades.change, name="change"),
    path("journal/<uuid:code>/fills/<int:number>/", corrections.fill, name="fill"),
    path("journal/<uuid:code>/facts/", corrections.facts, name="facts"),
    path("journal/<uuid:code>/lines/", corrections.line, name="trade_line"),
    path("journal/<uuid:code>/splits/", corrections.split, name="trade_split"),
    path("journal/<uuid:code>/checklist/", corrections.checklist, name="checklist"),
    path("journal/<uuid:code>/delete/", trades.delete, name="delete"),
    path("journal/<uuid:code>/picture/", pictures.picture, name="picture"),
    path("watchlist/", watchlist.whole, name="watchlist"),
    path("watchlist/watch/", watchlist.add, name="watch"),
    path("watchlist/move/", watchlist.move_many, name="watch_move"),
    path("watchlist/<str:ticker>/", watchlist.one, name="watched"),
    path("watchlist/<str:ticker>/remove/", watchlist.remove, name="unwatch"),
    path("alerts/", alerts.whole, name="alerts"),
    path("alerts/log/", alerts.log, name="alert_log"),
    path("alerts/log/<uuid:code>/acknowledge/", alerts.acknowledge, name="alert_acknowledge"),
    path("alerts/<uuid:code>/", alerts.one, name="alert"),
    path("alerts/<uuid:code>/switch/", alerts.switch, name="alert_switch"),
    path("alerts/<uuid:code>/test/", alerts.test, name="alert_test"),
    path("alerts/<uuid:code>/delete/", alerts.delete, name="alert_delete"),
]
