"""The API says what it does, and what it says is stored."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

from legend.reference import marked, reference

STORED: Path = settings.BASE_DIR / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def described() -> dict[str, object]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_stored_description_is_the_present_one(described: dict[str, object]) -> None:
    present = yaml.safe_load(OpenApiYamlRenderer().render(described, renderer_context={}))

    assert present == yaml.safe_load(STORED.read_text()), "The API has changed: look at it, then `make schema`."


def test_it_is_valid_openapi(described: dict[str, object]) -> None:
    validate_schema(described)


def test_every_operation_says_with_what_it_may_refuse() -> None:
    """400 and 429 are everywhere, 401 and 403 where somebody is asked for; what a status means, and its form, is said once."""
    described = yaml.safe_load(STORED.read_text())
    refusals = {f"#/components/responses/{name}": answer for name, answer in described["components"]["responses"].items()}
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert all(answer["content"] == problem and answer["description"] for answer in refusals.values())
    assert described["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "detail", "code", "help", "errors"]
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            answers = operation["responses"]
            needed = {"400", "429"} | ({"401", "403"} if operation.get("security") else set())
            needed |= {"413", "415"} if "requestBody" in operation else set()
            needed |= {"404"} if "{" in path else set()
            assert needed <= answers.keys() and "default" not in answers, f"{verb} {path}"
            assert all(answers[status]["$ref"] in refusals for status in answers if int(status) >= 400), f"{verb} {path}"


def test_no_path_ends_with_a_slash() -> None:
    assert [path for path in yaml.safe_load(STORED.read_text())["paths"] if path.endswith("/")] == []


@pytest.mark.django_db
def test_its_page_needs_no_inline_script_style_or_outside_host(client: Client) -> None:
    page = client.get("/api/docs").content.decode()

    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


@pytest.mark.django_db
def test_its_page_tells_every_operation_with_what_it_takes_and_answers(client: Client, described: dict[str, Any]) -> None:
    page = client.get("/api/docs").content.decode()
    for path, verbs in described["paths"].items():
        for verb, operation in verbs.items():
            part = page.split(f'id="{operation["operationId"]}"')[1].split("</section>")[0]
            assert path in part and verb.upper() in part
            assert all(f"<dt>{one['name']}" in part for one in operation.get("parameters", ()))
            assert all(status in part for status in operation["responses"])


def test_a_field_says_what_it_is_what_it_may_be_and_what_it_is_when_left_out() -> None:
    (alerts,) = [group for group in reference() if group.name == "alerts"]
    (create,) = [one for one in alerts.operations if one.path == "/api/alerts/create"]
    fields = {one.name: one for one in create.body}
    assert (fields["kind"].kind, fields["kind"].is_needed) == ("text", True)
    assert (fields["symbol"].kind, fields["symbol"].is_needed) == ("text or null", False)
    assert fields["interval"].note == "default <code>1day</code>"
    assert fields["pause_minutes"].note == "0 to 129600; default <code>0</code>"
    assert fields["channels"].kind == "list of text"
    assert create.scope == "journal" and not create.is_open
    assert create.example.splitlines()[0] == 'curl -X POST "$LEGEND/api/alerts/create" \\'


def test_what_is_written_of_the_api_is_never_markup() -> None:
    assert marked("a < b, `<script>`") == "a &lt; b, <code>&lt;script&gt;</code>"
