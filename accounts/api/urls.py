from django.urls import path

from .auth import Login, Logout
from .keys import ApiKeys, OneApiKey

urlpatterns = [
    path("auth/login", Login.as_view(), name="auth-login"),
    path("auth/logout", Logout.as_view(), name="auth-logout"),
    path("auth/api-keys", ApiKeys.as_view(), name="api-keys"),
    path("auth/api-keys/<uuid:code>", OneApiKey.as_view(), name="api-key"),
]
