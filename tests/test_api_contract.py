"""What /api/schema promises is what the API does: no fault of ours, no answer that is not described, whatever is sent."""

import itertools
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation.hypothesis.builder import HypothesisTestConfig, HypothesisTestMode, create_test
from schemathesis.generation.meta import TestPhase
from schemathesis.generation.overrides import Override
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from accounts.auth import issue_access_token
from accounts.models import User
from legend.lib.rates import Rate

from .access_examples import examples
from .test_access import ADDRESSES, METHODS

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")]
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
BOUNDED = hypothesis_settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# its answer is this very description
LEFT_OUT = {"/api/schema"}


@pytest.fixture(autouse=True)
def _no_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for scope in settings.RATES:
        monkeypatch.setitem(settings.RATES, scope, Rate.parse("100000/second"))


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """A request would drop the connection in whose transaction the test runs; Django's own test client takes the same care."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def operations() -> Iterator[Any]:
    schema = schemathesis.openapi.from_wsgi("/api/schema", app=get_wsgi_application())
    schema.config.phases.coverage.unexpected_methods = set()  # tests/test_access.py asks them
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path not in LEFT_OUT:
            yield operation


def blanks(path: str, example: str | None) -> dict[str, str]:
    """What fills the blanks of `path` in `example`."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    found = re.fullmatch(pattern, (example or "").split("?")[0])
    return found.groupdict() if found else {}


def faults(headers: dict[str, str], filled: dict[str, str], tries: int) -> list[str]:
    """Every operation, asked with its examples, at the edges of each parameter and body, valid and not, and `tries` times at random.

    The same at every run. Nothing of it stays; every kind of fault of an operation is told once.
    """
    found: dict[str, str] = {}
    for operation in operations():
        config = HypothesisTestConfig(
            project=operation.schema.config,
            modes=list(HypothesisTestMode),
            settings=hypothesis_settings(BOUNDED, max_examples=tries),
            override=Override(path_parameters=blanks(operation.path, filled.get(operation.path))),
        )
        create_test(operation=operation, test_func=asker(operation.label, headers, found), config=config)()
    return sorted(found.values())


def asker(label: str, headers: dict[str, str], found: dict[str, str]) -> Callable[[Any], None]:
    edges = itertools.count(1)

    def ask(case: Any) -> None:
        if case.meta.phase.name is TestPhase.COVERAGE and (number := next(edges)) > EDGES and number % EVERY:
            return
        with transaction.atomic():
            try:
                case.call_and_validate(headers={**headers, "Accept-Encoding": "identity"}, checks=CHECKS)
            except FailureGroup as failures:
                for failure in failures.exceptions:
                    kind = f"{label}: {type(failure).__name__} {str(failure)[:300]}"
                    found.setdefault(kind, f"{kind}\n{case.as_curl_command()[:600]}")
            transaction.set_rollback(True)

    return ask


# an operation with many parameters has hundreds of edges: the first are all asked, of the others every so many
EDGES, EVERY = 12, 15
TRIES = int(os.environ.get("LEGEND_SCHEMA_TRIES", "2"))


def test_a_signed_in_person_meets_no_fault_and_no_surprise(alice: User) -> None:
    filled = examples(alice)
    headers = {"Authorization": f"Bearer {issue_access_token(alice)}"}
    found = faults(headers, filled, TRIES)
    assert not found, "\n\n".join(found)


def test_a_stranger_meets_no_fault_and_no_surprise(db: None) -> None:
    found = faults({}, {}, TRIES)
    assert not found, "\n\n".join(found)


PROBLEM = {"type", "title", "status", "detail", "code", "help", "errors"}
API = sorted(path for path, view in ADDRESSES.items() if hasattr(view, "cls") and path not in {"/api/schema", "/api/docs"})


@pytest.mark.parametrize("method", METHODS)
def test_every_refusal_of_the_api_says_what_is_wrong_and_what_to_do(client: Any, method: str) -> None:
    """As nobody: 400, 401, 404, 405, 429. Each is a problem with a code for programs and a sentence for people."""
    for path in API:
        address = re.sub(r"\{(\w+)\}", "00000000-0000-4000-8000-000000000000", path)
        answer = client.generic(method, address, b"{", content_type="application/json")
        if answer.status_code < 400:
            continue
        assert answer["Content-Type"] == "application/problem+json", (method, path)
        told = answer.json()
        assert told.keys() == PROBLEM and told["status"] == answer.status_code, (method, path)
        assert all(told[text].endswith((".", "!")) and " " in told[text] for text in ("detail", "help")), (method, path, told)
        assert told["code"].isascii(), (method, path, told)
        if answer.status_code == 401:
            assert answer["WWW-Authenticate"], (method, path)
            assert told["code"] != "not_authenticated" or "/api/auth/login" in told["help"], (method, path, told["help"])
        if answer.status_code == 429:
            assert int(answer["Retry-After"]) >= 1
