from django.urls import path

from .auth import Login, Logout, RefreshToken
from .export import ArchiveFile, Export
from .keys import ApiKeys, OneApiKey
from .me import OwnProfile, Reopening
from .own_settings import SettingsOfOne
from .registration import ChangePassword, Register, RequestPasswordReset, ResetPassword, VerifyEmail

urlpatterns = [
    path("auth/register", Register.as_view(), name="auth-register"),
    path("auth/verify-email", VerifyEmail.as_view(), name="auth-verify-email"),
    path("auth/login", Login.as_view(), name="auth-login"),
    path("auth/logout", Logout.as_view(), name="auth-logout"),
    path("auth/refresh-token", RefreshToken.as_view(), name="auth-refresh-token"),
    path("auth/request-password-reset", RequestPasswordReset.as_view(), name="auth-request-password-reset"),
    path("auth/reset-password", ResetPassword.as_view(), name="auth-reset-password"),
    path("auth/change-password", ChangePassword.as_view(), name="auth-change-password"),
    path("auth/api-keys", ApiKeys.as_view(), name="api-keys"),
    path("auth/api-keys/<uuid:code>", OneApiKey.as_view(), name="api-key"),
    path("users/me", OwnProfile.as_view(), name="me"),
    path("users/me/reopen", Reopening.as_view(), name="reopen-me"),
    path("users/me/export", Export.as_view(), name="my-export"),
    path("users/me/export/<uuid:code>", ArchiveFile.as_view(), name="my-archive"),
    path("users/me/settings", SettingsOfOne.as_view(), name="my-settings"),
]
