"""Pages of the market."""

from django.urls import path

from . import views

app_name = "patterns"
urlpatterns = [
    path("scanner/", views.scanner, name="scanner"),
    path("scanner/<uuid:code>/cancel/", views.cancel_scan, name="cancel_scan"),
    path("scanner/<uuid:code>/<uuid:match>/", views.preview, name="preview"),
    path("symbols/", views.symbols, name="symbols"),
    path("symbols/<str:symbol>/", views.symbol, name="symbol"),
    path("patterns/", views.catalogue, name="catalogue"),
    path("patterns/<slug:name>/", views.detector, name="detector"),
    path("help/data/", views.help_data, name="help_data"),
]
