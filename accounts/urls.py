"""Pages of people."""

from django.urls import path

from .own import closing, export, keys, preferences, profile, sessions
from .views import passwords, signing_in, signing_up

app_name = "accounts"
urlpatterns = [
    path("sign-in", signing_in.sign_in, name="sign_in"),
    path("sign-in/demo", signing_in.demo, name="demo"),
    path("sign-out", signing_in.sign_out, name="sign_out"),
    path("sign-up", signing_up.sign_up, name="sign_up"),
    path("confirm/<str:code>", signing_up.confirm, name="confirm"),
    path("forgot-password", passwords.forgot, name="forgot"),
    path("reset-password/<str:code>", passwords.reset, name="reset"),
    path("settings/password", passwords.change_password, name="change_password"),
    path("settings/address", signing_up.change_address, name="change_address"),
    path("settings/", profile.first, name="settings"),
    path("settings/profile", profile.profile, name="profile"),
    path("settings/profile/picture", profile.picture, name="picture"),
    path("settings/profile/picture/remove", profile.remove_picture, name="remove_picture"),
    path("settings/privacy", profile.privacy, name="privacy"),
    path("settings/preferences", preferences.preferences, name="preferences"),
    path("settings/notifications", preferences.notifications, name="notifications"),
    path("settings/look", preferences.look, name="look"),
    path("settings/first-steps/hide", preferences.hide_steps, name="hide_checklist"),
    path("settings/keys", keys.keys, name="keys"),
    path("settings/keys/<uuid:code>/revoke", keys.revoke, name="revoke_key"),
    path("settings/sessions", sessions.sessions, name="sessions"),
    path("settings/sessions/end", sessions.end_all, name="end_sessions"),
    path("settings/sessions/<uuid:code>/end", sessions.end_one, name="end_session"),
    path("settings/clients/<uuid:code>/end", sessions.end_client, name="end_client"),
    path("settings/export", export.export, name="export"),
    path("settings/export/<uuid:code>", export.download, name="download_archive"),
    path("settings/close", closing.close, name="close"),
    path("settings/close/undo", closing.reopen, name="reopen"),
]
