"""Addresses of trading under /api/; fixed words come before names."""

from django.urls import URLPattern

app_name = "trading-api"
urlpatterns: list[URLPattern] = []
