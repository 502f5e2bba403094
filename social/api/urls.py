"""Addresses of social under /api/; fixed words come before names."""

from django.urls import path

from . import notifications

app_name = "social-api"
urlpatterns = [
    path("notifications", notifications.Notifications.as_view(), name="notifications"),
]
