"""Everything under /api/. Errors are formed by `legend.lib.problem`, the schema by `legend.openapi`."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path(
        "docs",
        SpectacularSwaggerSplitView.as_view(permission_classes=[AllowAny], template_name="drf/docs.html", url_name="schema"),
        name="api-docs",
    ),
    path("", include("accounts.api.urls")),
    path("", include("patterns.api.urls")),
    path("", include("trading.api.urls")),
    path("", include("social.api.urls")),
]
