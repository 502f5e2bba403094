from django.urls import path

from .auth import Login, Logout
from .export import ArchiveFile, Export
from .keys import ApiKeys, OneApiKey
from .me import OwnProfile, Reopening
from .own_settings import SettingsOfOne

urlpatterns = [
    path("auth/login", Login.as_view(), name="auth-login"),
    path("auth/logout", Logout.as_view(), name="auth-logout"),
    path("auth/api-keys", ApiKeys.as_view(), name="api-keys"),
    path("auth/api-keys/<uuid:code>", OneApiKey.as_view(), name="api-key"),
    path("users/me", OwnProfile.as_view(), name="me"),
    path("users/me/reopen", Reopening.as_view(), name="reopen-me"),
    path("users/me/export", Export.as_view(), name="my-export"),
    path("users/me/export/<uuid:code>", ArchiveFile.as_view(), name="my-archive"),
    path("users/me/settings", SettingsOfOne.as_view(), name="my-settings"),
]
