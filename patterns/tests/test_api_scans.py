"""/api/scan and /api/top-setups: asked by Alice, joined by Bob, closed to Charlie."""

import csv
import datetime as dt
import io
import zipfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from legend.lib.rates import Rate
from patterns.models import Instrument, PatternMatch, Scan, Universe
from patterns.services import scans
from patterns.services.scans import run_scan_here
from patterns.services.universes import create_list

from .factories import create_instrument, create_market, create_universe, random_bars

pytestmark = pytest.mark.django_db

Api = Callable[[User | None], APIClient]
Commit = Callable[..., Any]


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=400)


@pytest.fixture
def done(market: Universe) -> Scan:
    return run_scan_here(universe=market, now=timezone.now(), threads=0)


@pytest.fixture(autouse=True)
def _many_scans(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(settings.RATES, "scan", Rate.parse("1000/hour"))
    yield


def results(client: APIClient, scan: Scan, **query: Any) -> Any:
    return client.get(f"/api/scan/{scan.code}/results", query)


# asking ----------------------------------------------------------------------------------------------------------------------


def test_a_universe_is_scanned(api: Api, alice: User, market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(alice).post("/api/scan/universe", {"universe": "test", "patterns": ["double-top"]})
    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"
    assert answer.headers["Location"] == answer.json()["status_url"] == f"/api/scan/{answer.json()['code']}"
    status = api(alice).get(answer.json()["status_url"]).json()
    assert (status["status"], status["done"], status["total"]) == ("completed", 6, 6)
    assert [rule["detector"] for rule in status["rules"]] == ["double-top"]
    assert status["rules"][0]["params"]["tolerance"] > 0
    found = api(alice).get(status["results_url"]).json()
    assert {row["pattern"] for row in found["results"]} <= {"double-top"}


def test_a_list_of_symbols_is_scanned(api: Api, alice: User, market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = api(alice).post("/api/scan/custom", {"symbols": ["s1", "S0"], "as_of": "2016-03-01"})
    assert answer.status_code == 202
    status = api(alice).get("/api/scan/status", {"code": answer.json()["code"]}).json()
    assert (status["kind"], status["universe"], status["symbols"], status["as_of"]) == ("custom", None, ["S0", "S1"], "2016-03-01")


def test_the_same_question_is_joined(api: Api, alice: User, bob: User, market: Universe) -> None:
    first, second = (api(user).post("/api/scan/universe", {"universe": "TEST"}).json() for user in (alice, bob))
    assert first["code"] == second["code"]


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "said"),
    [
        ("universe", {"universe": "NOPE"}, 404, "unknown_universe", "TEST"),
        ("universe", {}, 400, "invalid", "universe"),
        ("universe", {"universe": "TEST", "interval": "9day"}, 400, "unknown_interval", "1day"),
        ("universe", {"universe": "TEST", "as_of": "soon"}, 400, "bad_date", "2017-06-30"),
        ("universe", {"universe": "TEST", "as_of": "2999-01-01"}, 400, "future", "future"),
        ("universe", {"universe": "TEST", "patterns": ["nope"]}, 400, "unknown_pattern", "double-top"),
        ("custom", {"symbols": ["S0", "XX", "YY"]}, 400, "unknown_symbol", "XX, YY"),
        ("custom", {"symbols": []}, 400, "invalid", "symbols"),
        ("custom", {"symbols": "S0"}, 400, "invalid", "symbols"),
    ],
)
def test_wrong_questions_are_refused(
    api: Api, alice: User, market: Universe, path: str, body: dict[str, Any], status: int, code: str, said: str
) -> None:
    answer = api(alice).post(f"/api/scan/{path}", body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert not Scan.objects.exists()


def test_questions_are_counted(api: Api, alice: User, market: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.RATES, "scan", Rate.parse("2/hour"))
    client = api(alice)
    questions = [{"universe": "TEST", "patterns": [name]} for name in ("double-bottom", "double-bottom", "double-top", "vcp")]
    answers = [client.post("/api/scan/universe", question) for question in questions]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]  # the second joins the first
    assert 1700 < int(answers[3]["Retry-After"]) <= 1800
    assert "30 minutes" in answers[3].json()["detail"]


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("post", "/api/scan/universe"),
        ("post", "/api/scan/custom"),
        ("get", "/api/scan/status"),
        ("get", "/api/scan/latest"),
        ("get", "/api/scan/history"),
        ("get", "/api/top-setups"),
        ("get", "/api/universe/list"),
        ("get", "/api/universe/TEST"),
        ("get", "/api/universe/custom"),
        ("post", "/api/patterns/detect"),
        ("get", "/api/charts/data?symbol=S0"),
    ],
)
def test_nobody_gets_nothing(api: Api, market: Universe, verb: str, path: str) -> None:
    answer = getattr(api(None), verb)(path)
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"


# whose scan ------------------------------------------------------------------------------------------------------------------


def test_a_scan_of_a_list_is_for_those_who_asked(api: Api, alice: User, bob: User, charlie: User, market: Universe) -> None:
    code = api(alice).post("/api/scan/custom", {"symbols": ["S0"]}).json()["code"]
    api(bob).post("/api/scan/custom", {"symbols": ["S0"]})
    for user, status in ((alice, 200), (bob, 200), (charlie, 404)):
        assert api(user).get(f"/api/scan/{code}").status_code == status
        assert api(user).get(f"/api/scan/{code}/results").status_code == status
        assert api(user).get("/api/scan/status", {"code": code}).status_code == status
    assert api(charlie).delete(f"/api/scan/{code}").status_code == 404
    assert [row["code"] for row in api(charlie).get("/api/scan/history").json()["results"]] == []


def test_a_scan_of_ones_own_universe_is_private_too(api: Api, alice: User, charlie: User, market: Universe) -> None:
    create_list(owner=alice, title="Mine", symbols=["S0", "S1"])
    code = api(alice).post("/api/scan/universe", {"universe": "Mine"}).json()["code"]
    assert api(alice).get(f"/api/scan/{code}").json()["universe"] == "Mine"
    assert api(charlie).get(f"/api/scan/{code}").status_code == 404
    assert api(charlie).post("/api/scan/universe", {"universe": "Mine"}).status_code == 404


def test_a_shared_scan_is_read_by_all_and_cancelled_by_who_asked(api: Api, alice: User, charlie: User, market: Universe) -> None:
    code = api(alice).post("/api/scan/universe", {"universe": "TEST"}).json()["code"]
    assert api(charlie).get(f"/api/scan/{code}").status_code == 200
    assert api(charlie).delete(f"/api/scan/{code}").status_code == 403
    answer = api(alice).delete(f"/api/scan/{code}")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_a_finished_scan_cannot_be_cancelled(api: Api, alice: User, market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        code = api(alice).post("/api/scan/universe", {"universe": "TEST"}).json()["code"]
    answer = api(alice).delete(f"/api/scan/{code}")
    assert (answer.status_code, answer.json()["code"]) == (409, "finished")


def test_a_code_that_is_none_is_refused(api: Api, alice: User) -> None:
    assert api(alice).get("/api/scan/status").status_code == 400
    assert api(alice).get("/api/scan/status", {"code": "x"}).status_code == 400
    assert api(alice).get("/api/scan/6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de").status_code == 404


# results ---------------------------------------------------------------------------------------------------------------------


def test_results_come_best_first_in_pages(api: Api, alice: User, done: Scan) -> None:
    total = done.results.filter(state__in=["ready", "triggered"]).leading().count()
    assert total > 3
    rows, answer = [], results(api(alice), done, limit=3).json()
    while True:
        assert len(answer["results"]) <= 3
        rows += answer["results"]
        if answer["next"] is None:
            break
        answer = api(alice).get(answer["next"]).json()
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert len({row["code"] for row in rows}) == len(rows) == total


def test_several_finds_over_one_structure_are_one_row_with_members(api: Api, alice: User, done: Scan) -> None:
    client, is_open = api(alice), done.results.filter(state__in=["ready", "triggered"])
    every = {row["code"]: row for row in results(client, done, limit=200, grouped="false").json()["results"]}
    rows = results(client, done, limit=200).json()["results"]
    assert len(every) == is_open.count() > len(rows)
    told = [code for row in rows for code in (row["code"], *(member["code"] for member in row["members"]))]
    assert sorted(told) == sorted(every)
    for row in rows:
        for member in row["members"]:
            whole = every[member["code"]]
            assert (whole["symbol"], whole["side"]) == (row["symbol"], row["side"])
            assert member == {name: whole[name] for name in member}
    # whoever asks for the name of a member sees it
    member = next(member for row in rows for member in row["members"])
    asked = results(client, done, limit=200, pattern=member["pattern"]).json()["results"]
    assert member["code"] in {one for row in asked for one in (row["code"], *(other["code"] for other in row["members"]))}
    assert {row["pattern"] for row in asked} == {member["pattern"]}


def test_members_cost_one_query_however_many_rows(api: Api, alice: User, done: Scan) -> None:
    client = api(alice)
    results(client, done, limit=1)
    with CaptureQueriesContext(connection) as few:
        results(client, done, limit=2)
    with CaptureQueriesContext(connection) as many:
        results(client, done, limit=200)
    assert len(few) == len(many)


def test_filters_narrow(api: Api, alice: User, done: Scan) -> None:
    client = api(alice)
    whole = results(client, done, limit=200, grouped="false").json()["results"]
    best = whole[0]
    checks = {
        "pattern": (best["pattern"], lambda row: row["pattern"] == best["pattern"]),
        "side": ("short", lambda row: row["side"] == "short"),
        "min_score": (60, lambda row: row["score"] >= 60),
        "min_rs": (60, lambda row: row["rs_rating"] >= 60),
        "max_atr_pct": (2.4, lambda row: row["atr_pct"] <= 2.4),
        "sector": ("industrials", lambda row: row["sector"] == "Industrials"),
        "state": ("ready", lambda row: row["state"] == "ready"),
    }
    for name, (value, holds) in checks.items():
        narrowed = results(client, done, limit=200, grouped="false", **{name: value}).json()["results"]
        assert [row["code"] for row in narrowed] == [row["code"] for row in whole if holds(row)], name


def test_a_cursor_of_ones_own_making_is_refused(api: Api, alice: User, done: Scan) -> None:
    for path in (f"/api/scan/{done.code}/results", "/api/scan/history", "/api/universe/TEST"):
        for cursor in ("x", b64encode(b"p=high").decode(), b64encode(b"p=1&o=-5").decode(), b64encode(b"p=\0").decode()):
            assert api(alice).get(path, {"cursor": cursor}).status_code in (200, 404), cursor


def test_text_no_database_can_hold_is_refused(api: Api, alice: User, done: Scan) -> None:
    client = api(alice)
    nul = {"universe": "\0", "interval": "\0", "sector": "\0", "pattern": "\0"}
    for path in ("/api/scan/latest", "/api/scan/history", "/api/top-setups", f"/api/scan/{done.code}/results"):
        for name, value in nul.items():
            assert client.get(path, {name: value}).status_code in (200, 400, 404), (path, name)
    assert client.get("/api/universe/%00").status_code == 400
    assert client.post("/api/scan/universe", {"universe": "\0"}).status_code == 400
    assert client.post("/api/patterns/detect", {"ticker": "\0"}).status_code == 400


def test_ended_ones_are_shown_on_request(api: Api, alice: User, done: Scan) -> None:
    rows = results(api(alice), done, state=["stopped", "target", "expired"], limit=200).json()["results"]
    assert all(row["ended_at"] for row in rows)
    assert len(rows) == done.results.exclude(state__in=["ready", "triggered"]).count()


@pytest.mark.parametrize("query", [{"min_score": "high"}, {"side": "up"}, {"state": "lost"}, {"pattern": "nope"}, {"format": "pdf"}])
def test_wrong_filters_are_refused(api: Api, alice: User, done: Scan, query: dict[str, str]) -> None:
    answer = results(api(alice), done, **query)
    assert answer.status_code in (400, 404)
    assert answer.json()["detail"]


def test_the_whole_list_as_csv(api: Api, alice: User, done: Scan) -> None:
    Instrument.objects.filter(symbol="S0").update(name="=HYPERLINK(1)")
    answer = results(api(alice), done, format="csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == done.results.filter(state__in=["ready", "triggered"]).leading().count()
    assert any(row["also"] for row in rows)
    assert {row["name"] for row in rows if row["symbol"] == "S0"} <= {"'=HYPERLINK(1)"}
    scores = [float(row["score"]) for row in rows]
    assert scores == sorted(scores, reverse=True)


def test_the_whole_list_as_xlsx(api: Api, alice: User, done: Scan) -> None:
    answer = api(alice).get(
        f"/api/scan/{done.code}/results", HTTP_ACCEPT="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 1 + done.results.filter(state__in=["ready", "triggered"]).leading().count()
    assert "<f>" not in sheet


def test_a_refusal_of_a_file_is_a_problem_too(api: Api, charlie: User, alice: User, market: Universe) -> None:
    code = api(alice).post("/api/scan/custom", {"symbols": ["S0"]}).json()["code"]
    answer = api(charlie).get(f"/api/scan/{code}/results?format=csv")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.json()["code"] == "unknown_scan"


def test_results_ask_the_database_few_questions(api: Api, alice: User, done: Scan, django_assert_max_num_queries: Commit) -> None:
    client = api(alice)
    with django_assert_max_num_queries(6):
        results(client, done, limit=200)


def test_what_a_scan_showed_stays_as_it_was(api: Api, alice: User, market: Universe) -> None:
    early = run_scan_here(universe=market, as_of="2016-02-01", now=timezone.now(), threads=0)
    before = results(api(alice), early, limit=200).json()["results"]
    run_scan_here(universe=market, now=timezone.now(), threads=0)
    after = results(api(alice), early, limit=200).json()["results"]
    assert after == before
    assert all(
        row[name] is None or row[name] <= "2016-02-01" for row in after for name in ("known_at", "triggered_at", "confirmed_at", "ended_at")
    )


# latest, history, top setups -------------------------------------------------------------------------------------------------


def test_the_latest_scan_is_that_of_the_latest_close(api: Api, alice: User, market: Universe, done: Scan) -> None:
    run_scan_here(universe=market, as_of="2016-02-01", now=timezone.now(), threads=0)
    assert api(alice).get("/api/scan/latest").json()["code"] == str(done.code)
    assert api(alice).get("/api/scan/latest", {"universe": "TEST"}).json()["code"] == str(done.code)
    assert api(alice).get("/api/scan/latest", {"universe": "NOPE"}).status_code == 404


def test_a_week_does_not_stand_before_the_day_unless_it_is_asked(api: Api, alice: User, market: Universe, done: Scan) -> None:
    weekly = run_scan_here(universe=market, interval="1week", as_of=done.as_of.date(), now=timezone.now(), threads=0)
    assert weekly.finished_at > done.finished_at
    for path, code in (("/api/scan/latest", lambda answer: answer["code"]), ("/api/top-setups", lambda answer: answer["scan"]["code"])):
        assert code(api(alice).get(path).json()) == str(done.code)
        assert code(api(alice).get(path, {"interval": "1week"}).json()) == str(weekly.code)


def test_no_scan_yet_is_said(api: Api, alice: User, market: Universe) -> None:
    for path in ("/api/scan/latest", "/api/top-setups"):
        answer = api(alice).get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_scan")


def test_history_is_paged_with_few_questions(api: Api, alice: User, market: Universe, django_assert_max_num_queries: Commit) -> None:
    for month in range(1, 4):
        run_scan_here(universe=market, as_of=dt.date(2016, month, 1), now=timezone.now(), threads=0)
    client = api(alice)
    with django_assert_max_num_queries(2):
        rows = client.get("/api/scan/history").json()["results"]
    assert [row["as_of"] for row in rows] == ["2016-03-01", "2016-02-01", "2016-01-01"]
    assert all(row["done"] == row["total"] for row in rows)


def test_top_setups_are_the_best_one_of_each_symbol(api: Api, alice: User, done: Scan) -> None:
    answer = api(alice).get("/api/top-setups", {"limit": 4}).json()
    symbols = [row["symbol"] for row in answer["setups"]]
    assert len(symbols) == len(set(symbols)) <= 4
    best: dict[str, float] = {}
    for row in done.results.filter(state__in=["ready", "triggered"]).leading().select_related("match__instrument"):
        best[row.match.instrument.symbol] = max(best.get(row.match.instrument.symbol, 0.0), row.match.score)
    assert [row["score"] for row in answer["setups"]] == pytest.approx(sorted(best.values(), reverse=True)[:4], rel=1e-9)
    assert answer["scan"]["code"] == str(done.code)
    assert api(alice).get("/api/top-setups", {"limit": 0}).status_code == 400


def test_a_scan_of_some_patterns_gives_no_top_setups(api: Api, alice: User, market: Universe) -> None:
    from patterns.services.rules import asked_rules

    run_scan_here(universe=market, rules=asked_rules(patterns=["double-top"]), now=timezone.now(), threads=0)
    assert api(alice).get("/api/top-setups").status_code == 404


# universes -------------------------------------------------------------------------------------------------------------------


def test_universes_are_listed_with_ones_own(api: Api, alice: User, charlie: User, market: Universe) -> None:
    create_list(owner=alice, title="Mine", symbols=["S0"])
    assert [(one["name"], one["shared"], one["size"]) for one in api(alice).get("/api/universe/list").json()] == [
        ("Mine", False, 1),
        ("TEST", True, 6),
    ]
    assert [one["name"] for one in api(charlie).get("/api/universe/list").json()] == ["TEST"]


def test_a_universe_tells_its_members_of_a_day(api: Api, alice: User, market: Universe) -> None:
    market.members.filter(instrument__symbol="S3").update(left=dt.date(2016, 1, 1))
    answer = api(alice).get("/api/universe/TEST").json()
    assert (answer["size"], [one["symbol"] for one in answer["members"]["results"]]) == (6, ["S0", "S1", "S2", "S3", "S4", "S5"])
    assert answer["members"]["results"][3]["left"] == "2016-01-01"
    then = api(alice).get("/api/universe/TEST", {"as_of": "2016-02-01"}).json()
    assert [one["symbol"] for one in then["members"]["results"]] == ["S0", "S1", "S2", "S4", "S5"]
    assert api(alice).get("/api/universe/NOPE").status_code == 404


def test_an_own_list_is_made_changed_and_deleted(api: Api, alice: User, market: Universe) -> None:
    client = api(alice)
    made = client.post("/api/universe/custom", {"name": "Mine", "symbols": ["s1", "S0"]})
    assert made.status_code == 201
    assert (made.json()["name"], made.json()["symbols"]) == ("Mine", ["S0", "S1"])
    path = f"/api/universe/custom/{made.json()['code']}"
    assert client.put(path, {"name": "Ours", "symbols": ["S2"]}).json()["symbols"] == ["S2"]
    assert client.get(path).json()["name"] == "Ours"
    assert [one["name"] for one in client.get("/api/universe/custom").json()] == ["Ours"]
    assert client.delete(path).status_code == 204
    assert client.get(path).status_code == 404


def test_a_stranger_finds_no_list_of_mine(api: Api, alice: User, charlie: User, market: Universe) -> None:
    code = api(alice).post("/api/universe/custom", {"name": "Mine", "symbols": ["S0"]}).json()["code"]
    path = f"/api/universe/custom/{code}"
    stranger = api(charlie)
    assert [
        stranger.get(path).status_code,
        stranger.put(path, {"name": "X", "symbols": ["S1"]}).status_code,
        stranger.delete(path).status_code,
    ] == [
        404,
        404,
        404,
    ]
    assert stranger.get("/api/universe/custom").json() == []
    assert stranger.get("/api/universe/Mine").status_code == 404
    assert api(alice).get(path).json()["symbols"] == ["S0"]


def test_a_list_sent_twice_with_one_key_is_one_list(api: Api, alice: User, bob: User, market: Universe) -> None:
    body = {"name": "Mine", "symbols": ["S0"]}
    first = api(alice).post("/api/universe/custom", body, HTTP_IDEMPOTENCY_KEY="k1")
    again = api(alice).post("/api/universe/custom", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert first.json() == again.json()
    other = api(alice).post("/api/universe/custom", body | {"name": "Other"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert api(bob).post("/api/universe/custom", body, HTTP_IDEMPOTENCY_KEY="k1").status_code == 201
    assert Universe.objects.exclude(owner=None).count() == 2


def test_a_name_may_be_taken_once(api: Api, alice: User, market: Universe) -> None:
    client = api(alice)
    client.post("/api/universe/custom", {"name": "Mine", "symbols": ["S0"]})
    assert client.post("/api/universe/custom", {"name": "mine", "symbols": ["S1"]}).status_code == 409
    assert client.post("/api/universe/custom", {"name": "Bad", "symbols": ["S0", "NOPE"]}).status_code in (400, 404)


# crash -----------------------------------------------------------------------------------------------------------------------


def test_results_of_finished_pieces_are_there_before_the_end(
    api: Api, alice: User, market: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    from patterns.services.pieces import run_piece

    monkeypatch.setattr(scans, "PIECE", 2)
    code = api(alice).post("/api/scan/universe", {"universe": "TEST"}).json()["code"]
    scan = Scan.objects.get(code=code)
    run_piece(piece_id=scan.pieces.order_by("number").first().pk)
    status = api(alice).get(f"/api/scan/{code}").json()
    assert (status["status"], status["done"]) == ("running", 2)
    assert {row["symbol"] for row in results(api(alice), scan).json()["results"]} <= {"S0", "S1"}
    assert PatternMatch.objects.exists()


def test_a_young_share_is_told_as_skipped(api: Api, alice: User, market: Universe) -> None:
    create_universe("TEST", members=[create_instrument("YOUNG", bars=random_bars(40, first=dt.date(2016, 2, 1)))])
    scan = run_scan_here(universe=market, now=timezone.now(), threads=0)
    (skipped,) = api(alice).get(f"/api/scan/{scan.code}").json()["skipped"]
    assert skipped["symbol"] == "YOUNG"
