"""How the API describes itself: tags by path, one description of all errors, the ways to sign in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from legend.lib.permissions import needed_scope

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:legend:problem:invalid"]},
        "title": {"type": "string", "examples": ["Invalid input"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {"type": "string", "description": "a sentence for people"},
        "code": {"type": "string", "description": "a stable word for programs"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "dotted path; empty for the whole"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}
VERBS = {"get", "post", "put", "patch", "delete"}


class Schema(AutoSchema):
    """Groups operations by the first word of their path."""

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/").split("/")[0]]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """What a DELETE answers with, where it says so; drf-spectacular takes it for an answer without a body."""
        answer = self.get_response_serializers()
        if self.method == "DELETE" and answer is not None and not isinstance(answer, dict):
            return {"200": self._get_response_for_code(answer, "200", direction=direction)}
        return super()._get_response_bodies(direction)

    def get_auth(self) -> list[dict[str, list[str]]]:
        """Keys are named only where one will do."""
        ways: list[dict[str, list[str]]] = super().get_auth()
        return ways if needed_scope(self.view, self.method) else [way for way in ways if ApiKeyScheme.name not in way]

    def get_description(self) -> str:  # type: ignore[override]
        scope = needed_scope(self.view, self.method)
        said = str(super().get_description() or "")
        return f"{said}\n\nKeys need the scope `{scope}`.".strip() if scope else said


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.auth.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The `access` of POST /api/auth/login."}


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "accounts.auth.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        described = "`Api-Key lgd_…`: a key of POST /api/auth/api-keys, for what its scopes allow."
        return {"type": "apiKey", "in": "header", "name": "Authorization", "description": described}


def describe_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say once for every operation what an error looks like."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    answer = {
        "description": "Anything that went wrong",
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    let_anything_be_null(result["components"]["schemas"])
    for path in result["paths"].values():
        for verb in VERBS & path.keys():
            path[verb]["responses"].setdefault("default", answer)
    return result


def let_anything_be_null(part: Any) -> None:
    """Any JSON value that may also be null: said as one of two schemas, null would match both and so neither."""
    if isinstance(part, dict):
        if part.get("oneOf") == [{}, {"type": "null"}]:
            del part["oneOf"]
        for below in part.values():
            let_anything_be_null(below)
    elif isinstance(part, list):
        for below in part:
            let_anything_be_null(below)
