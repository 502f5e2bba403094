"""Pages of social."""

from django.urls import path

from .views import notifications, people

app_name = "social"
urlpatterns = [
    path("people/<str:username>/avatar", people.avatar, name="avatar"),
    path("notifications/", notifications.whole, name="notifications"),
    path("notifications/bell/", notifications.bell, name="bell"),
    path("notifications/<uuid:code>/", notifications.go, name="notification"),
]
