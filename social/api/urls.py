"""Addresses of social under /api/; fixed words come before names."""

from django.urls import URLPattern

app_name = "social-api"
urlpatterns: list[URLPattern] = []
