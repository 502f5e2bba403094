"""What /api/schema promises is what the API does: no fault of ours, no answer that is not described, whatever is sent."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
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
    phases=[Phase.generate],
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
    for found in schemathesis.openapi.from_wsgi("/api/schema", app=get_wsgi_application()).get_all_operations():
        operation = found.ok()
        if operation.path not in LEFT_OUT:
            yield operation


def blanks(path: str, example: str | None) -> dict[str, str]:
    """What fills the blanks of `path` in `example`."""
    pattern = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))
    found = re.fullmatch(pattern, (example or "").split("?")[0])
    return found.groupdict() if found else {}


def faults(headers: dict[str, str], filled: dict[str, str], tries: dict[GenerationMode, int]) -> list[str]:
    """Every operation, asked in each way; nothing of it stays."""
    found: list[str] = []
    for operation in operations():
        known = blanks(operation.path, filled.get(operation.path))
        for mode, number in tries.items():

            @hypothesis_settings(BOUNDED, max_examples=number)
            @given(case=operation.as_strategy(generation_mode=mode, path_parameters=known or None))
            def asked(case: Any) -> None:
                with transaction.atomic():
                    case.call_and_validate(headers={**headers, "Accept-Encoding": "identity"}, checks=CHECKS)
                    transaction.set_rollback(True)

            try:
                asked()
            except BaseException as fault:
                if isinstance(fault, KeyboardInterrupt):
                    raise
                found.append(f"{operation.label} ({mode.value}): {type(fault).__name__} {str(fault)[:1500]}")
    return found


def test_a_signed_in_person_meets_no_fault_and_no_surprise(alice: User) -> None:
    filled = examples(alice)
    headers = {"Authorization": f"Bearer {issue_access_token(alice)}"}
    found = faults(headers, filled, {GenerationMode.POSITIVE: 2, GenerationMode.NEGATIVE: 1})
    assert not found, "\n\n".join(found)


def test_a_stranger_meets_no_fault_and_no_surprise(db: None) -> None:
    found = faults({}, {}, {GenerationMode.POSITIVE: 1})
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
