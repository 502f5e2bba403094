"""Everything under /api/. Errors are formed by `legend.lib.problem`, the schema by `legend.openapi`."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from .views import api_docs

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(permission_classes=[AllowAny]), name="schema"),
    path("docs", api_docs, name="api-docs"),
    path("", include("accounts.api.urls")),
    path("", include("patterns.api.urls")),
    path("", include("trading.api.urls")),
    path("", include("social.api.urls")),
]
