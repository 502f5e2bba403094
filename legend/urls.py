"""Every address of the house."""

from django.contrib import admin
from django.urls import include, path

from accounts.views.signing_in import own_password, sign_in_to_desk, sign_out

from . import views

admin.site.site_header = admin.site.site_title = "Legend"
admin.site.index_title = "Moderators' desk"

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("favicon.ico", views.favicon),
    # the administration has no sign-in, sign-out and password of its own
    path("admin/login/", sign_in_to_desk),
    path("admin/logout/", sign_out),
    path("admin/password_change/", admin.site.admin_view(own_password)),
    path("admin/password_change/done/", admin.site.admin_view(own_password)),
    path("admin/", admin.site.urls),
    path("api/", include("legend.api")),
    path("", views.dashboard, name="dashboard"),
    path("", include("accounts.urls")),
    path("", include("patterns.urls")),
    path("", include("trading.urls")),
    path("", include("social.urls")),
]
handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
