"""Lists of matches as files, beside JSON."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import BaseRenderer, JSONRenderer

from patterns.tables import as_csv, as_xlsx


class CSVRenderer(BaseRenderer):
    media_type = "text/csv"
    format = "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        # the mark at the beginning tells spreadsheets that it is UTF-8
        return as_csv(data).encode("utf-8-sig") if isinstance(data, list) else _refusal(data)


class XLSXRenderer(BaseRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return as_xlsx(data) if isinstance(data, list) else _refusal(data)


class PNGRenderer(BaseRenderer):
    media_type = "image/png"
    format = "png"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return data if isinstance(data, bytes) else _refusal(data)


def _refusal(problem: Mapping[str, Any]) -> bytes:
    """Whatever was asked for, a refusal is problem+json."""
    return bytes(JSONRenderer().render(problem))
