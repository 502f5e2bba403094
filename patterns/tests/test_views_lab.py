"""The pattern lab: Alice moves sliders, keeps a detector and scans with it; Charlie finds nothing of hers."""

import datetime as dt
import html
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patterns.engine.registry import detector
from patterns.models import Evidence, SavedRule, Scan, Universe
from patterns.services.evidence import KEPT_FOR, STANDARD, forget_expired, judge_here, request_evidence
from patterns.services.judging import run_evidence
from patterns.services.lab import ask_lab, give_up, settings_tried
from patterns.services.saved_rules import lab_rule, save_rule

from .factories import create_instrument, create_market, create_universe, random_bars

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db
Browser = Callable[["User"], Client]
PART = {"HX-Request": "true", "HX-Target": "lab-status", "HX-Current-URL": "http://testserver/lab/"}


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=420)


@pytest.fixture(autouse=True)
def _no_work_in_the_background(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A question waits until the test works it out."""
    monkeypatch.setattr("patterns.services.evidence._send", lambda ids, now: None)
    yield


def text_of(answer: object) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))  # type: ignore[attr-defined]


def work() -> None:
    run_evidence(evidence_ids=list(Evidence.objects.values_list("pk", flat=True)), threads=1)


def test_the_lab_shows_progress_and_then_the_evidence_of_the_setting(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    waiting = client.get("/lab/?p-tolerance=6")
    assert "is-working" in waiting.content.decode() and 'hx-trigger="load delay' in waiting.content.decode()
    (row,) = Evidence.objects.all()
    assert row.rule.params["tolerance"] == 0.06 and row.requests.get().user == alice and row.expires_at is not None
    work()
    page = text_of(client.get("/lab/?p-tolerance=6"))
    for words in (
        "Double bottom, long",
        "Target before stop",
        "1 setting tried on TEST",
        "Sum of R by month",
        "Trades by result",
        "of its trades",
    ):
        assert words in page
    assert Evidence.objects.count() == 1


def test_the_keyboard_goes_as_the_eye_does_question_verdict_sliders_all_else(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    client.get("/lab/")
    work()
    page = client.get("/lab/").content.decode()
    places = [
        page.index(mark)
        for mark in ('id="id_universe"', 'id="lab-status"', 'class="panel record"', 'name="p-tolerance"', 'class="example"')
    ]
    assert places == sorted(places)


def test_every_parameter_has_a_slider_within_its_bounds_and_a_changed_one_is_marked(
    browser: Browser, alice: "User", market: Universe
) -> None:
    page = browser(alice).get("/lab/?detector=double-top&p-tolerance=6").content.decode()
    params = detector("double-top").parameters
    assert page.count('type="range"') == len(params) + 2  # horizon and costs
    assert page.count("is-changed") == 1
    assert re.search(r'min="0.5" max="10" step="0.1" value="6" aria-label="tolerance, slider"', page)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("p-min_separation=40&p-max_separation=30", "min_separation must not be larger than max_separation"),
        ("p-tolerance=99", "less than or equal to 10"),
        ("p-tolerance=x", "Enter a number"),
        ("p-min_separation=40&p-max_separation=30", "min_separation must not be larger than max_separation"),
        ("horizon=0", "greater than or equal to 1"),
        ("costs=201", "less than or equal to 200"),
        ("universe=NOWHERE", "not one of the available choices"),
        ("since=2999-01-01", "is in the future"),
        ("since=2016-01-01&until=2015-06-01", "Nothing lies from"),
    ],
)
def test_a_value_out_of_bounds_is_said_beside_its_field_and_nothing_is_worked_out(
    browser: Browser, alice: "User", market: Universe, query: str, said: str
) -> None:
    answer = browser(alice).get(f"/lab/?{query}")
    assert said in text_of(answer) and "Nothing to show" in text_of(answer)
    name = query.split("=")[0]
    assert re.search(rf'<div id="fault-{name}">\s*<span class="fault" role="alert">', answer.content.decode())
    part = browser(alice).get(f"/lab/?{query}", headers=PART).content.decode()
    assert f'id="fault-{name}" hx-swap-oob="true"' in part
    assert not Evidence.objects.exists()


def test_the_address_keeps_only_what_differs(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    client.get("/lab/?p-tolerance=6")
    work()
    everything = (
        "universe=TEST&detector=double-bottom&interval=1day&since=&until=&side=&horizon=60&costs=5&confirm=touch&p-tolerance=6&p-loose=6"
    )
    answer = client.get(f"/lab/?{everything}", headers=PART)
    assert answer["HX-Push-Url"] == "/lab/?universe=TEST&detector=double-bottom&p-tolerance=6"
    assert b"<html" not in answer.content and b'id="lab-answer" class="stack" hx-swap-oob="true"' in answer.content
    assert b'id="lab-rest" class="stack" hx-swap-oob="true"' in answer.content
    again = client.get(f"/lab/?{everything}", headers={**PART, "HX-Trigger": "lab-status"})
    assert "HX-Push-Url" not in again


def test_a_newer_setting_replaces_the_one_that_still_waits(browser: Browser, alice: "User", bob: "User", market: Universe) -> None:
    browser(bob).get("/lab/?p-tolerance=7")
    client = browser(alice)
    for tolerance in (5, 6, 8):
        client.get(f"/lab/?p-tolerance={tolerance}")
    assert sorted(row.rule.params["tolerance"] for row in Evidence.objects.all()) == [0.07, 0.08]
    work()
    client.get("/lab/?p-tolerance=9")
    assert sorted(row.rule.params["tolerance"] for row in Evidence.objects.all()) == [0.07, 0.08, 0.09]


def test_work_that_was_given_up_stops_and_leaves_nothing(alice: "User", market: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"universe": market, "detector": "double-bottom", "interval": "1day", "since": None, "until": None}
    row = ask_lab(**asked, params={}, terms=STANDARD, by=alice, now=timezone.now())  # type: ignore[arg-type]
    seen = []

    def give_up(*_: object) -> None:
        seen.append(1)
        Evidence.objects.all().delete()

    monkeypatch.setattr("patterns.services.judging.BEAT", dt.timedelta())
    run_evidence(evidence_ids=[row.pk], threads=1, progress=give_up)
    assert seen == [1], "it stopped at the first sign"
    assert not Evidence.objects.exists()


def test_what_stands_beside_matches_is_there_at_once(browser: Browser, alice: "User", market: Universe) -> None:
    judge_here(universe=market, rules=[detector("double-bottom").rule()], now=timezone.now(), threads=1)
    assert "is-working" not in browser(alice).get("/lab/").content.decode()


def test_the_side_and_the_name_choose_what_is_shown(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    client.get("/lab/?detector=symmetrical-triangle")
    work()
    keys = [record.key for record in client.get("/lab/?detector=symmetrical-triangle").context["records"]]
    assert keys == list(dict.fromkeys(keys)) and len(keys) > 1
    for key in keys:
        assert client.get(f"/lab/?detector=symmetrical-triangle&show={key}").context["record"].key == key
    shorts = client.get("/lab/?detector=symmetrical-triangle&side=short").context["records"]
    assert {record.entry["side"] for record in shorts} == {"short"}


def test_the_eight_examples_lie_between_the_best_and_the_worst_and_lead_to_their_day(
    browser: Browser, alice: "User", market: Universe
) -> None:
    client = browser(alice)
    client.get("/lab/")
    work()
    answer = client.get("/lab/")
    told = [example.told for example in answer.context["examples"]]
    assert 1 < len(told) <= 8 and [one["r"] for one in told] == sorted((one["r"] for one in told), reverse=True)
    assert all(example.drawn for example in answer.context["examples"])
    assert f"as_of={told[0]['known_at']}" in answer.content.decode()
    page = client.get(f"/symbols/{told[0]['symbol']}/?as_of={told[0]['known_at']}")
    assert page.status_code == 200


def test_a_setting_is_saved_renamed_scanned_with_and_deleted(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    answer = client.post("/lab/save/", {"universe": "TEST", "detector": "double-bottom", "p-tolerance": "6", "name": "  Wide   bottoms "})
    assert dict(parse_qsl(answer["Location"].split("?")[1]))["p-tolerance"] == "6"
    saved = SavedRule.objects.get(owner=alice)
    assert (saved.name, saved.rule.params["tolerance"]) == ("Wide bottoms", 0.06)
    assert "p-tolerance=6" in client.get("/lab/").content.decode()
    client.post(f"/lab/own/{saved.code}/rename/", {"name": "Wide ones"})
    assert "Wide ones" in text_of(client.get("/scanner/"))
    client.post("/scanner/", {"universe": "TEST", "interval": "1day", "saved": [str(saved.code)]})
    assert [rule.params for rule in Scan.objects.get().rules.all()] == [saved.rule.params]
    client.post(f"/lab/own/{saved.code}/delete/")
    assert not SavedRule.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [({"name": ""}, "1 to 60 characters"), ({"name": "taken"}, "already"), ({"name": "new", "p-tolerance": "99"}, "not within its bounds")],
)
def test_what_cannot_be_saved_is_said_and_changes_nothing(
    browser: Browser, alice: "User", market: Universe, fields: dict[str, str], said: str
) -> None:
    save_rule(owner=alice, name="Taken", rule=lab_rule(detector="double-bottom", params={}))
    answer = browser(alice).post("/lab/save/", {"universe": "TEST", "detector": "double-bottom", **fields}, follow=True)
    assert said in text_of(answer) and SavedRule.objects.count() == 1


def test_charlie_sees_changes_and_scans_with_no_detector_of_alice(
    browser: Browser, alice: "User", charlie: "User", market: Universe
) -> None:
    hers = save_rule(owner=alice, name="Hers", rule=lab_rule(detector="double-bottom", params={"tolerance": 0.06}))
    client = browser(charlie)
    assert "Hers" not in text_of(client.get("/lab/")) and "Hers" not in text_of(client.get("/scanner/"))
    assert client.post(f"/lab/own/{hers.code}/rename/", {"name": "Mine"}).status_code == 404
    assert client.post(f"/lab/own/{hers.code}/delete/").status_code == 404
    assert client.post("/scanner/", {"universe": "TEST", "interval": "1day", "saved": [str(hers.code)]}).status_code == 422
    assert SavedRule.objects.get().name == "Hers" and not Scan.objects.exists()


def test_research_detectors_are_listed_only_while_one_is_chosen(browser: Browser, alice: "User", market: Universe) -> None:
    assert "lmw-" not in browser(alice).get("/lab/").content.decode()
    assert 'label="Research"' in browser(alice).get("/lab/?detector=lmw-hs-top").content.decode()


def test_a_move_asks_few_questions(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    client.get("/lab/")
    work()
    client.get("/lab/", headers=PART)
    with CaptureQueriesContext(connection) as asked:
        client.get("/lab/", headers=PART)
    assert len(asked) <= 26


# who asked ---------------------------------------------------------------------------------------------------------------------


def asked(universe: Universe, by: "User", tolerance: float = 0.06) -> Evidence:
    where = {"universe": universe, "detector": "double-bottom", "interval": "1day", "since": None, "until": None}
    return ask_lab(**where, params={"tolerance": tolerance}, terms=STANDARD, by=by, now=timezone.now())  # type: ignore[arg-type]


def test_what_two_people_ask_is_worked_out_once_and_dropped_when_the_last_of_them_moves_on(
    alice: "User", bob: "User", market: Universe
) -> None:
    first, second = asked(market, alice), asked(market, bob)
    assert first.pk == second.pk and {one.user for one in first.requests.all()} == {alice, bob}
    asked(market, alice, 0.07)
    assert [one.user for one in Evidence.objects.get(pk=first.pk).requests.all()] == [bob]
    assert not give_up(evidence_id=first.pk, by=alice), "she waits for it no longer"
    assert give_up(evidence_id=first.pk, by=bob)
    assert not Evidence.objects.filter(pk=first.pk).exists()


def test_what_the_command_line_waits_for_stays_when_a_person_moves_on(alice: "User", market: Universe) -> None:
    rule = detector("double-bottom").rule(tolerance=0.06)
    row = asked(market, alice)
    request_evidence(universe=market, rules=[rule], now=timezone.now())
    asked(market, alice, 0.07)
    assert Evidence.objects.filter(pk=row.pk).exists() and not row.requests.exists()


def test_an_answer_is_given_up_by_nobody_and_the_settings_a_person_tried_are_counted(alice: "User", bob: "User", market: Universe) -> None:
    row = asked(market, alice)
    work()
    assert not give_up(evidence_id=row.pk, by=alice)
    asked(market, alice, 0.07)
    work()
    asked(market, alice, 0.06)

    def tried(user: "User", name: str = "double-bottom") -> int:
        return settings_tried(user=user, universe=market, interval="1day", detector=name)

    assert (tried(alice), tried(bob), tried(alice, "double-top")) == (2, 0, 0)
    forget_expired(now=timezone.now() + KEPT_FOR * 2)
    assert not Evidence.objects.exists()
    assert tried(alice) == 2, "what was looked at stays counted when the answer is forgotten"


def test_a_trigger_at_the_close_is_a_setting_of_its_own(browser: Browser, alice: "User", market: Universe) -> None:
    client = browser(alice)
    client.get("/lab/?detector=double-top")
    client.get("/lab/?detector=double-top&confirm=close")
    work()
    touch, close = (client.get(f"/lab/?detector=double-top{more}") for more in ("", "&confirm=close"))
    assert touch.context["row"].confirm == "touch" and close.context["row"].confirm == "close"
    assert close.context["entry"]["mean_r"] != touch.context["entry"]["mean_r"]
    assert "waits for a close beyond its price" in text_of(close)
    part = client.get("/lab/?detector=double-top&confirm=close", headers=PART)
    assert part["HX-Push-Url"].endswith("detector=double-top&confirm=close")


# small universes -----------------------------------------------------------------------------------------------------------------


def test_a_universe_of_one_share_of_none_and_of_young_ones_gets_an_answer_or_a_reason(browser: Browser, alice: "User") -> None:
    create_universe("ONE", members=[create_instrument("OLD", bars=random_bars(420))])
    create_universe("YOUNG", members=[create_instrument(f"Y{seed}", bars=random_bars(40, seed=seed)) for seed in (1, 2)])
    create_universe("NONE")
    client = browser(alice)
    for name in ("ONE", "YOUNG"):
        client.get(f"/lab/?universe={name}&detector=symmetrical-triangle")
        work()
    assert Evidence.objects.filter(status="done").count() == 2
    one = text_of(client.get("/lab/?universe=ONE&detector=symmetrical-triangle"))
    assert "say nothing reliable" in one or "Not found once" in one
    assert "Not found once" in text_of(client.get("/lab/?universe=YOUNG&detector=symmetrical-triangle"))
    none = text_of(client.get("/lab/?universe=NONE&detector=symmetrical-triangle"))
    assert "no bars" in none and "Nothing to show" in none
