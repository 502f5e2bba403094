"""What `/api/docs` shows: the description of the API, cut into groups, operations and fields for people."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString
from drf_spectacular.generators import SchemaGenerator

from .openapi import VERBS

Described = Mapping[str, Any]
JSON = "application/json"
BY_KEY = '-H "Authorization: Api-Key $KEY"'
BY_TOKEN = '-H "Authorization: Bearer $TOKEN"'
DEEPEST = 3  # an answer within an answer within an answer
FORMATS = {"date-time": "time", "date": "date", "uuid": "code", "decimal": "number as text", "binary": "file", "email": "e-mail address"}
TYPES = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "object": "object", "array": "list"}
GROUPS = {
    "auth": "Signing in and keys",
    "users": "People",
    "patterns": "Patterns and evidence",
    "scan": "Scans",
    "top-setups": "Best setups",
    "universe": "Universes",
    "analyze": "One symbol, whole",
    "advanced": "One symbol, in parts",
    "multitimeframe": "Several intervals",
    "charts": "Charts",
    "trades": "Trades",
    "analytics": "Analytics",
    "portfolio": "Accounts and ledgers",
    "risk": "Risk calculators",
    "watchlist": "Watchlist",
    "alerts": "Alerts",
    "notifications": "Notifications",
}


@dataclass(frozen=True)
class Field:
    name: str
    kind: str
    is_needed: bool
    note: SafeString
    depth: int = 0
    place: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    note: SafeString
    fields: tuple[Field, ...]
    media: str


@dataclass(frozen=True)
class Operation:
    code: str
    verb: str
    path: str
    lead: SafeString
    text: SafeString
    scope: str
    is_open: bool
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answers: tuple[Answer, ...]
    example: str


@dataclass(frozen=True)
class Group:
    name: str
    title: str
    operations: tuple[Operation, ...]


@cache
def reference() -> tuple[Group, ...]:
    """Every operation there is, in the order in which somebody new would want them. Worked out once in a process."""
    described: Described = SchemaGenerator().get_schema(request=None, public=True)
    by_name: dict[str, list[Operation]] = {name: [] for name in GROUPS}
    for path, item in described["paths"].items():
        for verb, operation in item.items():
            if verb in VERBS:
                by_name.setdefault(operation["tags"][0], []).append(_operation(described, path, verb, operation))
    return tuple(Group(name, GROUPS.get(name, name.capitalize()), tuple(found)) for name, found in by_name.items() if found)


def _operation(described: Described, path: str, verb: str, operation: Described) -> Operation:
    said, _, rest = operation.get("description", "").partition("\n\nKeys need the scope")
    lead, _, more = said.strip().partition("\n\n")
    parameters = tuple(_parameter(one) for one in operation.get("parameters", ()))
    body = _body(described, operation)
    return Operation(
        code=operation["operationId"],
        verb=verb.upper(),
        path=path,
        lead=marked(lead),
        text=marked(more),
        scope=rest.strip(" `.\n"),
        is_open=not operation.get("security") or {} in operation["security"],
        parameters=parameters,
        body=tuple(_fields(described, body)),
        answers=tuple(_answer(described, status, answer) for status, answer in operation["responses"].items()),
        example=_example(path, verb, operation, parameters, body, described),
    )


def _parameter(one: Described) -> Field:
    schema = one["schema"]
    return Field(one["name"], _kind({}, schema), one.get("required", False), _note(schema, one.get("description", "")), place=one["in"])


def _body(described: Described, operation: Described) -> Described:
    content: Described = operation.get("requestBody", {}).get("content", {})
    return next((_resolved(described, one["schema"]) for one in content.values()), {})


def _answer(described: Described, status: str, answer: Described) -> Answer:
    whole = _resolved(described, answer)
    content = whole.get("content", {})
    media = next(iter(content), "")
    is_json = media == JSON
    fields = _fields(described, content[media].get("schema", {})) if is_json else ()
    return Answer(status, marked(whole.get("description", "")), tuple(fields), "" if is_json else media)


def _fields(described: Described, schema: Described, depth: int = 0) -> Iterator[Field]:
    """The names in an object, those within it below them."""
    schema = _resolved(described, schema)
    if "items" in schema:
        yield from _fields(described, schema["items"], depth)
    for one in schema.get("oneOf", ()):
        yield from _fields(described, one, depth)
    for name, one in schema.get("properties", {}).items():
        inner = _resolved(described, one)
        yield Field(name, _kind(described, one), name in schema.get("required", ()), _note(inner, inner.get("description", "")), depth)
        if depth + 1 < DEEPEST:
            yield from _fields(described, inner, depth + 1)


def _resolved(described: Described, schema: Described) -> Described:
    """The thing itself where only its name is given, or where it is said to be nothing else or null."""
    if "$ref" in schema:
        where: Any = described
        for word in schema["$ref"].removeprefix("#/").split("/"):
            where = where[word]
        return _resolved(described, where)
    real = [one for one in schema.get("oneOf", schema.get("allOf", ())) if one.get("type") != "null"]
    if len(real) == 1:
        return {**_resolved(described, real[0]), **{name: value for name, value in schema.items() if name not in ("oneOf", "allOf")}}
    return schema


def _kind(described: Described, schema: Described) -> str:
    inner = _resolved(described, schema)
    types = inner.get("type", "object")
    names = [types] if isinstance(types, str) else list(types)
    names += [one.get("type", "") for one in schema.get("oneOf", ()) if "type" in one]
    real = [one for one in names if one != "null"]
    kind = FORMATS.get(inner.get("format", "")) or TYPES.get(real[0] if real else "", "anything")
    if real == ["array"]:
        kind = f"list of {_kind(described, inner.get('items', {})).removesuffix(' or null')}"
    return f"{kind} or null" if "null" in names else kind


def _note(schema: Described, said: str) -> SafeString:
    """What is said of a field, what it may be and what it is when left out."""
    parts = [said.rstrip(".")] if said else []
    chosen = [str(one) for one in schema.get("enum", ()) if one not in (None, "")]
    parts += [f"one of {', '.join(f'`{one}`' for one in chosen)}"] if chosen else []
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        parts.append(f"{low} to {high}")
    elif low is not None or high is not None:
        parts.append(f"at least {low}" if low is not None else f"at most {high}")
    if schema.get("default") not in (None, "", [], {}):
        parts.append(f"default `{json.dumps(schema['default']).strip(chr(34))}`")
    return marked("; ".join(parts))


def marked(text: str) -> SafeString:
    """Words between backticks as code."""
    return SafeString(re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(text.split()))))  # escaped


def _example(path: str, verb: str, operation: Described, parameters: tuple[Field, ...], body: Described, described: Described) -> str:
    """A call of it with curl: what it needs and nothing else."""
    query = "&".join(f"{one.name}=…" for one in parameters if one.place == "query" and one.is_needed)
    address = f'"$LEGEND{path}{f"?{query}" if query else ""}"'
    lines = [f"curl {address}" if verb == "get" else f"curl -X {verb.upper()} {address}"]
    if ways := operation.get("security"):
        lines.append(BY_KEY if any("apiKey" in way for way in ways) else BY_TOKEN)
    required = body.get("required", ())
    if needed := {name: _sample(_kind(described, one)) for name, one in body.get("properties", {}).items() if name in required}:
        lines += [f"-H 'Content-Type: {JSON}'", f"-d '{json.dumps(needed, ensure_ascii=False)}'"]
    return " \\\n  ".join(lines)


def _sample(kind: str) -> Any:
    return {"whole number": 1, "number": 1.0, "true or false": True, "object": {}}.get(kind, [] if kind.startswith("list") else "…")
