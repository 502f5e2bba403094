"""Pages of the market."""

from django.urls import path

from . import catalogue_views, lab_views, views

app_name = "patterns"
urlpatterns = [
    path("scanner/", views.scanner, name="scanner"),
    path("scanner/<uuid:code>/cancel/", views.cancel_scan, name="cancel_scan"),
    path("scanner/<uuid:code>/<uuid:match>/", views.preview, name="preview"),
    path("lab/", lab_views.lab, name="lab"),
    path("lab/save/", lab_views.save, name="lab_save"),
    path("lab/own/<uuid:code>/rename/", lab_views.rename, name="lab_rename"),
    path("lab/own/<uuid:code>/delete/", lab_views.delete, name="lab_delete"),
    path("symbols/", views.symbols, name="symbols"),
    path("symbols/<str:symbol>/", views.symbol, name="symbol"),
    path("symbols/<str:symbol>/context/", views.symbol_context, name="symbol_context"),
    path("patterns/", catalogue_views.catalogue, name="catalogue"),
    path("patterns/<slug:name>/", catalogue_views.detector, name="detector"),
    path("help/data/", views.help_data, name="help_data"),
]
