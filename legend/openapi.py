"""How the API describes itself: tags by path, one description of all errors, the ways to sign in."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from legend.lib.permissions import needed_scope

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "help", "errors"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:legend:problem:invalid"]},
        "title": {"type": "string", "examples": ["Invalid input"]},
        "status": {"type": "integer", "examples": [400]},
        "detail": {"type": "string", "description": "a sentence for people"},
        "code": {"type": "string", "description": "a stable word for programs"},
        "help": {"type": "string", "description": "what to do next, for people"},
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
REFUSALS = {
    400: ("Invalid", "Something sent cannot be right; `errors` names the fields."),
    401: ("NotSignedIn", "Nobody known: no token or key, or one that is over."),
    403: ("Forbidden", "Not for this account, or not with this key."),
    404: ("NotFound", "There is none, or it belongs to somebody else."),
    406: ("NotAcceptable", "The header Accept asks for what this operation does not speak."),
    409: ("Conflict", "It is not as the request takes it to be."),
    413: ("TooLarge", "More was sent than is read."),
    415: ("UnsupportedMediaType", "The body is neither JSON nor a form."),
    422: ("KeyReused", "This Idempotency-Key came with another body before."),
    429: ("TooMany", "A limit is reached; `Retry-After` says for how many seconds."),
    503: ("Unavailable", "Something outside that is needed does not answer."),
}


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
    """Say for every operation with which refusals it may answer, and once what those look like."""
    parts = result.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    parts["responses"] = {name: _refusal(status, text) for status, (name, text) in REFUSALS.items()}
    let_anything_be_null(parts["schemas"])
    for address, path in result["paths"].items():
        for verb in VERBS & path.keys():
            operation = path[verb]
            said = operation["responses"]
            # the view names these without describing them
            bare = {int(status) for status, answer in said.items() if "content" not in answer and int(status) in REFUSALS}
            for status in sorted(bare):
                del said[str(status)]
            for status in sorted(bare | refusals_of(address, verb, operation)):
                said.setdefault(str(status), {"$ref": f"#/components/responses/{REFUSALS[status][0]}"})
            operation["responses"] = dict(sorted(said.items()))
    return result


def refusals_of(address: str, verb: str, operation: dict[str, Any]) -> set[int]:
    """The statuses with which an operation may refuse, by what it takes."""
    takes = {one["name"] for one in operation.get("parameters", [])}
    found = {400, 406, 429}
    if operation.get("security") or address.startswith("/api/auth/"):
        found |= {401, 403}
    if takes or "requestBody" in operation:
        found |= {404}
    if verb != "get":
        found |= {409, 413, 415}
    if "Idempotency-Key" in takes:
        found |= {422}
    return found


def _refusal(status: int, text: str) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": text,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds"}}
    return answer


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
