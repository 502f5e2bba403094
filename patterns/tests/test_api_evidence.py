"""/api/patterns/evidence and /api/patterns/saved: asked by Alice, read by Bob, closed to Charlie where it is hers."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from legend.lib.rates import Rate
from patterns.engine.registry import default_rules, detector
from patterns.models import Evidence, PatternMatch, SavedRule, Scan, Universe
from patterns.services.evidence import judge_here
from patterns.services.scans import run_scan_here
from patterns.services.universes import create_list

from .factories import create_market

pytestmark = pytest.mark.django_db

Api = Callable[[User | None], APIClient]
Commit = Callable[..., Any]
PATH = "/api/patterns/evidence"
SAVED = "/api/patterns/saved"
SHORT = {"edge", "edge_low", "edge_high", "trades", "target_first", "claim", "sentence"}


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=420)


@pytest.fixture
def judged(market: Universe) -> Universe:
    judge_here(universe=market, rules=default_rules(), now=timezone.now(), threads=1)
    return market


@pytest.fixture(autouse=True)
def _many_scans(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(settings.RATES, "scan", Rate.parse("1000/hour"))
    yield


# the track record ------------------------------------------------------------------------------------------------------------


def test_the_record_of_a_universe_is_told_whole(api: Api, bob: User, judged: Universe) -> None:
    answer = api(bob).get(PATH, {"universe": "test"}).json()
    assert (answer["universe"], answer["interval"], answer["from"], answer["instruments"]) == ("TEST", "1day", "2015-01-05", 6)
    assert answer["to"] == answer["as_of"]
    assert answer["is_current"] is True
    assert len(answer["data_version"]) == 32
    assert answer["settings_tried"] == len(answer["patterns"]) > 20
    assert "not known when its members joined or left" in answer["survivorship"]
    edges = [entry["edge"] for entry in answer["patterns"] if entry["edge"] is not None]
    assert edges == sorted(edges, reverse=True)
    for entry in answer["patterns"]:
        assert entry["sentence"]
        assert entry["claim"] in ("edge", "loses", "none", "few")
        assert sum(group["matches"] for group in entry["by_year"].values()) == entry["matches"]
        assert len(entry["equity"]["months"]) == len(entry["equity"]["r"]) == len(entry["equity"]["control"])


def test_the_record_is_narrowed_by_pattern_and_side(api: Api, alice: User, judged: Universe) -> None:
    def named(**query: str) -> set[tuple[str, str]]:
        return {(entry["pattern"], entry["side"]) for entry in api(alice).get(PATH, {"universe": "TEST", **query}).json()["patterns"]}

    assert named(pattern="double-top") == {("double-top", "short")}
    assert {side for _, side in named(side="long")} == {"long"}
    assert named(pattern="double-top", side="long") == set()


@pytest.mark.parametrize(
    ("query", "status", "code", "said"),
    [
        ({}, 400, "invalid", "universe"),
        ({"universe": "NOPE"}, 404, "unknown_universe", "TEST"),
        ({"universe": "TEST", "interval": "9day"}, 400, "unknown_interval", "1day"),
        ({"universe": "TEST", "pattern": "nope"}, 400, "unknown_pattern", "double-top"),
        ({"universe": "TEST", "side": "up"}, 400, "invalid", "side"),
        ({"universe": "TEST", "interval": "1week"}, 404, "no_evidence", "worked out after each scan"),
    ],
)
def test_wrong_questions_are_refused(
    api: Api, alice: User, market: Universe, query: dict[str, str], status: int, code: str, said: str
) -> None:
    answer = api(alice).get(PATH, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert said in answer.json()["detail"] + str(answer.json()["errors"])


def test_evidence_of_older_bars_is_said_to_be_old(api: Api, alice: User, judged: Universe) -> None:
    judged.members.filter(instrument__symbol="S0").delete()
    answer = api(alice).get(PATH, {"universe": "TEST", "pattern": "double-top"}).json()
    assert answer["is_current"] is False
    assert answer["patterns"]


def test_the_record_takes_few_questions(api: Api, alice: User, judged: Universe, django_assert_max_num_queries: Commit) -> None:
    client = api(alice)
    with django_assert_max_num_queries(10):
        client.get(PATH, {"universe": "TEST"})


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("get", f"{PATH}?universe=TEST"),
        ("post", PATH),
        ("get", f"{PATH}/6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de"),
        ("get", SAVED),
        ("post", SAVED),
        ("delete", f"{SAVED}/6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de"),
    ],
)
def test_nobody_gets_nothing(api: Api, market: Universe, verb: str, path: str) -> None:
    assert getattr(api(None), verb)(path).status_code == 401


# the lab ---------------------------------------------------------------------------------------------------------------------


def test_a_changed_parameter_is_tried_in_the_lab(
    api: Api, alice: User, judged: Universe, django_capture_on_commit_callbacks: Commit
) -> None:
    client, body = api(alice), {"universe": "TEST", "detector": "double-bottom", "params": {"tolerance": 0.06}, "horizon": 40}
    waiting = client.post(PATH, body)
    assert waiting.status_code == 202
    assert waiting.json()["status"] == "queued"
    assert waiting.json()["result"] is None
    assert waiting.headers["Location"] == waiting.json()["status_url"] == f"{PATH}/{waiting.json()['code']}"
    with django_capture_on_commit_callbacks(execute=True):
        again = client.post(PATH, body)
    assert again.json()["code"] == waiting.json()["code"]
    from patterns.services.judging import run_evidence

    run_evidence(evidence_ids=[Evidence.objects.get(code=again.json()["code"]).pk], threads=1)
    answer = client.get(waiting.json()["status_url"]).json()
    assert (answer["status"], answer["done"], answer["total"]) == ("done", 6, 6)
    assert answer["params"]["tolerance"] == 0.06
    result = answer["result"]
    assert (result["horizon"], result["costs"]) == (40, 0.0005)
    assert [entry["pattern"] for entry in result["patterns"]] == ["double-bottom"]
    assert result["settings_tried"] == 1 + sum(len(row.figures) for row in Evidence.objects.kept())
    assert 0 < len(result["examples"]) <= 8
    now_there = client.post(PATH, body)
    assert now_there.status_code == 200
    assert now_there.json()["result"] == result


def test_the_default_setting_is_answered_at_once(api: Api, alice: User, judged: Universe) -> None:
    answer = api(alice).post(PATH, {"universe": "TEST", "detector": "double-top", "side": "short"})
    assert answer.status_code == 200
    assert [entry["side"] for entry in answer.json()["result"]["patterns"]] == ["short"]
    assert answer.json()["status_url"].endswith("?side=short")
    other = api(alice).post(PATH, {"universe": "TEST", "detector": "double-top", "side": "long"})
    assert other.json()["result"]["patterns"] == other.json()["result"]["examples"] == []


@pytest.mark.parametrize(
    ("body", "status", "code", "field", "said"),
    [
        ({"universe": "TEST"}, 400, "invalid", "detector", "required"),
        ({"detector": "nope"}, 400, "unknown_detector", "detector", "double-bottom"),
        ({"detector": "double-bottom", "params": {"tolerance": 0.9}}, 400, "bad_rule", "params.tolerance", "allowed is"),
        ({"detector": "double-bottom", "params": {"colour": 1}}, 400, "bad_rule", "params.colour", "tolerance"),
        ({"detector": "double-bottom", "params": {"tolerance": "wide"}}, 400, "invalid", "params.tolerance", "number"),
        ({"detector": "double-bottom", "params": {"x" * 70: 1}}, 400, "invalid", "params", "parameters"),
        ({"detector": "double-bottom", "horizon": 1000}, 400, "out_of_bounds", "horizon", "1 to 250 bars"),
        ({"detector": "double-bottom", "costs": 0.5}, 400, "out_of_bounds", "costs", "0 to 0.02"),
        ({"detector": "double-bottom", "from": "2016-06-01", "to": "2016-01-04"}, 400, "empty_span", "from", "2015-01-05"),
        ({"detector": "double-bottom", "to": "2999-01-01"}, 400, "future", "to", "future"),
        ({"detector": "double-bottom", "universe": "NOPE"}, 404, "unknown_universe", None, "TEST"),
    ],
)
def test_bounds_are_named(
    api: Api, alice: User, market: Universe, body: dict[str, Any], status: int, code: str, field: str | None, said: str
) -> None:
    answer = api(alice).post(PATH, {"universe": "TEST", **body})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert said in problem["detail"] + str(problem["errors"])
    assert field is None or [one["field"] for one in problem["errors"]] == [field]
    assert not Evidence.objects.exists()


def test_evidence_on_my_list_is_mine(api: Api, alice: User, charlie: User, market: Universe) -> None:
    create_list(owner=alice, title="Mine", symbols=["S0", "S1"])
    body = {"universe": "Mine", "detector": "double-top"}
    answer = api(alice).post(PATH, body)
    assert answer.status_code == 202
    assert api(alice).get(answer.json()["status_url"]).status_code == 200
    assert api(charlie).get(answer.json()["status_url"]).status_code == 404
    assert api(charlie).post(PATH, body).status_code == 404
    assert api(charlie).get(PATH, {"universe": "Mine"}).status_code == 404


def test_evidence_on_a_shared_universe_is_read_by_all(api: Api, alice: User, charlie: User, market: Universe) -> None:
    url = api(alice).post(PATH, {"universe": "TEST", "detector": "double-top"}).json()["status_url"]
    assert api(charlie).get(url).status_code == 200


def test_what_failed_says_why(api: Api, alice: User, market: Universe) -> None:
    url = api(alice).post(PATH, {"universe": "TEST", "detector": "double-top"}).json()["status_url"]
    Evidence.objects.update(status="failed", fault="The bars changed while this waited; ask again.")
    answer = api(alice).get(url).json()
    assert (answer["status"], answer["result"]) == ("failed", None)
    assert "ask again" in answer["detail"]


# beside matches --------------------------------------------------------------------------------------------------------------


def test_every_match_carries_its_evidence(api: Api, alice: User, judged: Universe, django_assert_max_num_queries: Commit) -> None:
    scan = run_scan_here(universe=judged, now=timezone.now(), threads=0)
    client = api(alice)
    with django_assert_max_num_queries(6):
        rows = client.get(f"/api/scan/{scan.code}/results", {"limit": 200}).json()["results"]
    record = {(entry["pattern"], entry["side"]): entry for entry in client.get(PATH, {"universe": "TEST"}).json()["patterns"]}
    assert rows
    for row in rows:
        assert set(row["evidence"]) == SHORT
        assert row["evidence"] == {name: record[row["pattern"], row["side"]][name] for name in SHORT}
    symbol = rows[0]["symbol"]
    found = client.post("/api/patterns/detect", {"ticker": symbol}).json()["matches"]
    assert [one["evidence"] for one in found] == [row["evidence"] for row in rows if row["symbol"] == symbol]
    setups = client.get("/api/top-setups").json()["setups"]
    assert all(set(one["evidence"]) == SHORT for one in setups)


def test_where_nothing_is_known_yet_a_match_says_nothing(api: Api, alice: User, market: Universe) -> None:
    scan = run_scan_here(universe=market, now=timezone.now(), threads=0)
    rows = api(alice).get(f"/api/scan/{scan.code}/results").json()["results"]
    assert {row["evidence"] for row in rows} == {None}


def _as_of_many(entry: dict[str, Any]) -> dict[str, Any]:
    if not entry["trades"]:
        return {}
    late = {"trades": 50, "edge_low": entry["edge_low"], "edge_high": entry["edge_high"]}
    return {"trades": 100, "out_of_sample": entry["out_of_sample"] | late}


def test_equal_scores_are_ranked_by_evidence(api: Api, alice: User, judged: Universe) -> None:
    scan = run_scan_here(universe=judged, now=timezone.now(), threads=0)
    PatternMatch.objects.update(score=70.0)
    # claims need more trades than six shares give
    for row in Evidence.objects.all():
        row.figures = [entry | _as_of_many(entry) for entry in row.figures]
        row.save()
    rows = api(alice).get(f"/api/scan/{scan.code}/results", {"limit": 200}).json()["results"]
    known = [-1e9 if row["evidence"]["claim"] == "few" else row["evidence"]["edge_low"] for row in rows]
    assert len(set(known)) > 2
    assert known == sorted(known, reverse=True)
    pages = api(alice).get(f"/api/scan/{scan.code}/results", {"limit": 3}).json()
    assert [row["code"] for row in pages["results"]] == [row["code"] for row in rows[:3]]
    more = api(alice).get(pages["next"]).json()
    assert [row["code"] for row in more["results"]] == [row["code"] for row in rows[3:6]]
    symbol = rows[0]["symbol"]
    found = api(alice).post("/api/patterns/detect", {"ticker": symbol}).json()["matches"]
    assert {one["code"] for one in found} == {row["code"] for row in rows if row["symbol"] == symbol}


# saved detectors -------------------------------------------------------------------------------------------------------------


def test_a_setting_is_saved_and_scanned_with(api: Api, alice: User, market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    client = api(alice)
    made = client.post(SAVED, {"name": " Wide  double ", "detector": "double-bottom", "params": {"tolerance": 0.06}})
    assert made.status_code == 201
    saved = made.json()
    assert (saved["name"], saved["detector"], saved["params"]["tolerance"]) == ("Wide double", "double-bottom", 0.06)
    assert saved["params"].keys() == {param.name for param in detector("double-bottom").parameters}
    assert client.get(SAVED).json() == [saved]
    assert client.get(f"{SAVED}/{saved['code']}").json() == saved
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/api/scan/universe", {"universe": "TEST", "saved": [saved["code"]]})
    scan = Scan.objects.get(code=answer.json()["code"])
    assert [rule.params["tolerance"] for rule in scan.rules.all()] == [0.06]
    both = client.post("/api/scan/custom", {"symbols": ["S0"], "patterns": ["double-bottom"], "saved": [saved["code"]]}).json()
    assert Scan.objects.get(code=both["code"]).rules.count() == 2
    assert client.delete(f"{SAVED}/{saved['code']}").status_code == 204
    assert client.get(SAVED).json() == []
    assert client.post("/api/scan/universe", {"universe": "TEST", "saved": [saved["code"]]}).status_code == 404


def test_a_stranger_finds_no_detector_of_mine(api: Api, alice: User, charlie: User, market: Universe) -> None:
    code = api(alice).post(SAVED, {"name": "Mine", "detector": "double-bottom"}).json()["code"]
    stranger = api(charlie)
    assert stranger.get(SAVED).json() == []
    assert stranger.get(f"{SAVED}/{code}").status_code == 404
    assert stranger.delete(f"{SAVED}/{code}").status_code == 404
    assert stranger.post("/api/scan/universe", {"universe": "TEST", "saved": [code]}).json()["code"] == "unknown_saved_rule"
    assert SavedRule.objects.count() == 1


def test_a_detector_sent_twice_with_one_key_is_one(api: Api, alice: User) -> None:
    body = {"name": "Mine", "detector": "double-bottom", "params": {"tolerance": 0.05}}
    first, again = (api(alice).post(SAVED, body, HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2))
    assert first.json() == again.json()
    other = api(alice).post(SAVED, body | {"name": "Other"}, HTTP_IDEMPOTENCY_KEY="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"name": "mine", "detector": "double-top"}, 409, "already"),
        ({"name": "   ", "detector": "double-top"}, 400, "blank"),
        ({"name": "x", "detector": "nope"}, 400, "double-bottom"),
        ({"name": "x", "detector": "double-top", "params": {"tolerance": 5}}, 400, "allowed is"),
    ],
)
def test_what_cannot_be_saved_is_said(api: Api, alice: User, body: dict[str, Any], status: int, said: str) -> None:
    api(alice).post(SAVED, {"name": "Mine", "detector": "double-bottom"})
    answer = api(alice).post(SAVED, body)
    assert answer.status_code == status
    assert said in answer.json()["detail"] + str(answer.json()["errors"])
    assert SavedRule.objects.count() == 1


def test_a_detector_of_mine_is_renamed_by_me_alone(api: Api, alice: User, charlie: User, market: Universe) -> None:
    mine = [api(alice).post(SAVED, {"name": name, "detector": "double-bottom"}).json()["code"] for name in ("one", "two")]
    assert api(alice).patch(f"{SAVED}/{mine[0]}", {"name": " uno "}).json()["name"] == "uno"
    assert api(alice).patch(f"{SAVED}/{mine[0]}", {"name": "TWO"}).status_code == 409
    assert api(alice).patch(f"{SAVED}/{mine[0]}", {"name": "Uno"}).status_code == 200, "its own name is free to it"
    assert api(charlie).patch(f"{SAVED}/{mine[0]}", {"name": "his"}).status_code == 404


# what triggers, and who asked --------------------------------------------------------------------------------------------------


def test_a_trigger_at_the_close_is_another_question(
    api: Api, alice: User, market: Universe, django_capture_on_commit_callbacks: Commit
) -> None:
    client, body = api(alice), {"universe": "TEST", "detector": "double-top"}
    with django_capture_on_commit_callbacks(execute=True):
        codes = [client.post(PATH, {**body, "confirm": confirm}).json()["code"] for confirm in ("touch", "close")]
    touch, close = (client.get(f"{PATH}/{code}").json()["result"] for code in codes)
    assert (touch["confirm"], close["confirm"]) == ("touch", "close")
    assert touch["patterns"][0]["mean_r"] != close["patterns"][0]["mean_r"]
    refused = client.post(PATH, {**body, "confirm": "both"})
    assert refused.status_code == 400 and "confirm" in str(refused.json())


def test_what_two_people_ask_is_one_row_with_two_who_asked(api: Api, alice: User, bob: User, market: Universe) -> None:
    body = {"universe": "TEST", "detector": "double-top", "params": {"tolerance": 0.02}}
    first, second = (api(person).post(PATH, body).json()["code"] for person in (alice, bob))
    assert first == second
    assert {one.user for one in Evidence.objects.get(code=first).requests.all()} == {alice, bob}
