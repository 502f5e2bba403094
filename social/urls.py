"""Pages of social."""

from django.urls import path

from .views import people

app_name = "social"
urlpatterns = [
    path("people/<str:username>/avatar", people.avatar, name="avatar"),
]
