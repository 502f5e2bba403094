"""Alive, ready, and what the doctor says."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from legend import views
from legend.telemetry.health import Finding


def test_healthz_needs_nothing(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_readyz_asks_database_cache_and_broker(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.json() == {"status": "ok", "checks": ["database", "cache", "broker"]}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_what_is_silent_is_named_but_not_explained_to_strangers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    silent = Finding("cache", False, "redis://:password@10.0.0.7 refused")
    monkeypatch.setattr(views, "NEEDED", (lambda: silent,))
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "cache"
    assert "password" not in answer.content.decode()


def test_a_database_that_is_gone_is_found_out(django_db_blocker: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from legend.telemetry import health

    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health.connection, "cursor", refuse)

    assert not health.ask_database().ok


@pytest.mark.django_db
def test_the_doctor_speaks_json() -> None:
    out = StringIO()
    try:
        call_command("doctor", format="json", stdout=out)
    except SystemExit as ended:
        assert ended.code == 1
    told = json.loads(out.getvalue())

    assert {"mode", "data folder", "secret key", "database", "tables", "cache", "broker", "worker", "kernels", "bars", "demo"} <= {
        finding["name"] for finding in told["findings"]
    }
    assert all(finding["advice"] for finding in told["findings"] if not finding["ok"])
    assert told["ok"] == (not any(finding["needed"] and not finding["ok"] for finding in told["findings"]))


@pytest.mark.django_db
def test_every_page_carries_the_headers(client: Client) -> None:
    answer = client.get("/sign-in")
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))

    assert policy["default-src"] == "'self'"
    assert policy["img-src"] == "'self' data:"
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
