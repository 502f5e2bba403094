from django.urls import path

from .auth import Login, Logout

urlpatterns = [
    path("auth/login", Login.as_view(), name="auth-login"),
    path("auth/logout", Logout.as_view(), name="auth-logout"),
]
