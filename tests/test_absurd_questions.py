"""Every page asked with values that no form of it would send: it answers with a page, in words, and nothing breaks."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, QueryDict
from django.test import Client

from accounts.models import User
from legend.lib.rates import Rate

from .access_examples import examples
from .test_access import TABLE

pytestmark = pytest.mark.django_db
HUGE = "9" * 40
ABSURD = (
    *("-1", "0", HUGE, "1e999", "NaN", "-Infinity", "\N{ARABIC-INDIC DIGIT FIVE}", "\N{SUPERSCRIPT TWO}"),
    *("99999-01-01", "0000-00-00", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59-14:00", "2024-02-30"),
    *("garbage", "'\"<b>", "\N{SNOWMAN}" * 300, "\ud800", "a\0b", "../../x", "00000000-0000-0000-0000-000000000000", "{}"),
)
EACH = 4  # pages share parameters: each value is asked of a parameter alone at every fourth, of all together at every page
TOLD = (200, 302, 400, 404, 422)
NO_PAGES = ("/api/", "/admin/", "/healthz", "/readyz", "/favicon.ico")


class Noticing(QueryDict):
    """The question of an address, which notices what it is asked for."""

    def __init__(self, text: str, names: set[str]) -> None:
        super().__init__(text)
        self.names = names

    def __getitem__(self, name: str) -> Any:
        self.names.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)

    def getlist(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().getlist(name, default)


@pytest.fixture
def noticed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names that pages looked for in the address."""
    names: set[str] = set()

    def question(request: WSGIRequest) -> Noticing:
        found: Noticing = request.__dict__.setdefault("noticing", Noticing(request.META.get("QUERY_STRING", ""), names))
        return found

    monkeypatch.setattr(WSGIRequest, "GET", property(question))
    return names


def pages() -> Iterator[str]:
    for route in TABLE:
        if "GET" in route.methods and not route.path.startswith(NO_PAGES):
            yield route.path


def sent_by(answer: HttpResponse) -> set[str]:
    """What forms of the page send in the address; a page may take all of it at once without asking by name."""
    if answer.streaming:
        return set()
    forms = re.findall(r"<form[^>]*method=\"get\".*?</form>", answer.content.decode(errors="replace"), re.S)
    return {name for form in forms for name in re.findall(r'name="([\w.-]+)"', form)}


def test_no_page_breaks_on_a_question_it_cannot_mean(
    alice: User, client: Client, noticed: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for scope in settings.RATES:
        monkeypatch.setitem(settings.RATES, scope, Rate.parse("100000/second"))
    monkeypatch.setattr("accounts.sessions.SEEN_EVERY", timedelta(days=1))
    known = examples(alice)
    client.force_login(alice)
    client.raise_request_exception = False
    asked, wrong = 0, []
    for turn, path in enumerate(pages()):
        address = urlsplit(known.get(path, path)).path
        noticed.clear()
        first = client.get(address)
        names = sorted(noticed | sent_by(first))
        for number, value in enumerate(ABSURD):
            alone = [{name: value} for place, name in enumerate(names) if (turn + place + number) % EACH == 0]
            for told in [*alone, dict.fromkeys(names, value)]:
                headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"} if len(told) > 1 else {}
                answer = client.get(f"{address}?{urlencode(told, errors='surrogatepass')}", headers=headers)
                asked += 1
                if answer.status_code not in TOLD:
                    wrong.append(f"{answer.status_code} {address}?{urlencode(told, errors='surrogatepass')[:120]} {headers}")
    assert not wrong, "\n".join(wrong)
    assert asked > 500
