"""The API says what it does, and what it says is stored."""

from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
from drf_spectacular.validation import validate_schema

STORED: Path = settings.BASE_DIR / "docs" / "openapi.yaml"


@pytest.fixture(scope="module")
def described() -> dict[str, object]:
    return SchemaGenerator().get_schema(request=None, public=True)


def test_the_stored_description_is_the_present_one(described: dict[str, object]) -> None:
    present = yaml.safe_load(OpenApiYamlRenderer().render(described, renderer_context={}))

    assert present == yaml.safe_load(STORED.read_text()), "The API has changed: look at it, then `make schema`."


def test_it_is_valid_openapi(described: dict[str, object]) -> None:
    validate_schema(described)


def test_every_operation_says_what_an_error_looks_like() -> None:
    for path, verbs in yaml.safe_load(STORED.read_text())["paths"].items():
        for verb, operation in verbs.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], f"{verb} {path}"


def test_no_path_ends_with_a_slash() -> None:
    assert [path for path in yaml.safe_load(STORED.read_text())["paths"] if path.endswith("/")] == []


@pytest.mark.django_db
def test_its_page_needs_no_inline_script_style_or_outside_host(client: Client) -> None:
    page = client.get("/api/docs").content.decode()

    assert "<style" not in page
    assert "style=" not in page
    assert "<script>" not in page
    assert "//" not in page.replace("http://testserver", "")
    assert client.get("/api/docs?script=")["Content-Type"].startswith("application/javascript")
