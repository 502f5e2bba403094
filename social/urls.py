"""Pages of social."""

from django.urls import path

from . import views

app_name = "social"
urlpatterns = [
    path("people/<str:username>/avatar", views.avatar, name="avatar"),
]
