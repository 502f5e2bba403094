"""What rules did before, on the pages of the market."""

import csv
import html
import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from patterns.engine.registry import default_rules
from patterns.models import Evidence, PatternMatch, Scan, Trial, Universe
from patterns.queries.evidence import evidence_beside, named
from patterns.queries.trades import examples_of
from patterns.services.evidence import judge_here
from patterns.services.noise import lacking_noise
from patterns.services.scans import run_scan_here
from patterns.services.universes import create_list
from patterns.tasks import measure_missing_noise

from .factories import create_market

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db
Browser = Callable[["User"], Client]


@pytest.fixture
def market() -> Universe:
    return create_market(6, bars=420)


@pytest.fixture
def judged(market: Universe) -> Universe:
    judge_here(universe=market, rules=default_rules(), now=timezone.now(), threads=1)
    return market


@pytest.fixture
def scan(judged: Universe) -> Scan:
    return run_scan_here(universe=judged, now=timezone.now(), threads=0)


def text_of(answer: object) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))  # type: ignore[attr-defined]


def claimed(match: PatternMatch, **figures: object) -> None:
    """Rewrite the record of a match's rule so that luck and the last third bear its edge out."""
    row = Evidence.objects.get(rule=match.rule)
    (entry,) = [one for one in row.figures if (one["pattern"], one["side"]) == (match.pattern, match.side)]
    hits = {"target_first": 0.6, "target_first_low": 0.5, "target_first_high": 0.7}
    edge = {"edge": 0.3, "edge_low": 0.2, "edge_high": 0.4}
    late = {**entry["out_of_sample"], **edge, "trades": 90}
    luck = {"n": 300, "ratio": 1.5, "skew": 0.0, "kurtosis": 3.0}
    entry |= {"trades": 300, **hits, **edge, "out_of_sample": late, "luck": luck, **figures}
    row.save()
    for number, trial in enumerate(Trial.objects.all()):
        trial.trades, trial.ratio = 100, 0.05 * (-1) ** number
        trial.save()


# the scanner --------------------------------------------------------------------------------------------------------------------


def test_every_row_carries_its_evidence_and_the_preview_says_what_the_rule_did(browser: Browser, alice: "User", scan: Scan) -> None:
    answer = browser(alice).get("/scanner/")
    shown = [row["evidence"] for row in answer.context["rows"]]
    assert shown and all(shown)
    assert answer.content.decode().count('class="chip') == len(shown)
    assert f"What this rule did before {shown[0]['sentence']}" in text_of(answer)


def test_a_chip_is_coloured_only_where_an_edge_may_be_claimed(browser: Browser, alice: "User", scan: Scan) -> None:
    scanner = browser(alice).get("/scanner/")
    assert "chip-edge" not in scanner.content.decode()
    match = PatternMatch.objects.select_related("rule").get(code=scanner.context["rows"][0]["code"])
    claimed(match)
    Evidence.objects.exclude(rule=match.rule).delete()
    page = browser(alice).get("/scanner/").content.decode()
    assert "chip-edge" in page and "\N{BLACK UP-POINTING SMALL TRIANGLE}+0.30R" in page and "n 300" in page


def test_equal_scores_are_ranked_by_evidence_and_the_list_can_be_ordered_by_it(browser: Browser, alice: "User", scan: Scan) -> None:
    PatternMatch.objects.update(score=60)
    shown = [row["code"] for row in browser(alice).get("/scanner/").context["rows"]]
    matches = list(PatternMatch.objects.filter(code__in=shown))
    best = max(matches, key=lambda match: match.pk)
    claimed(best)
    for order in ("score", "evidence"):
        rows = browser(alice).get(f"/scanner/?order={order}").context["rows"]
        beside = evidence_beside(matches)
        lows = [beside[named(PatternMatch.objects.get(code=row["code"]))] for row in rows]
        known = [entry["edge_low"] for entry in lows if entry["edge_low"] is not None and entry["claim"] != "few"]
        assert known and known == sorted(known, reverse=True)
        assert (rows[0]["pattern"], rows[0]["side"]) == (best.pattern, best.side)


def test_before_anything_was_worked_out_a_row_says_so(browser: Browser, alice: "User", market: Universe) -> None:
    run_scan_here(universe=market, now=timezone.now(), threads=0)
    page = browser(alice).get("/scanner/").content.decode()
    assert 'title="Not worked out yet."' in page and "What this rule did before" not in page


def test_the_file_for_spreadsheets_carries_the_evidence(browser: Browser, alice: "User", scan: Scan) -> None:
    answer = browser(alice).get(f"/api/scan/{scan.code}/results?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    match = PatternMatch.objects.get(code=rows[0]["code"])
    entry = evidence_beside([match])[named(match)]
    assert rows[0]["edge_trades"] == str(entry["trades"]) and rows[0]["edge_claim"] == entry["claim"]


# the symbol's page --------------------------------------------------------------------------------------------------------------


def test_the_symbols_page_tells_the_whole_record_of_the_match(browser: Browser, alice: "User", scan: Scan) -> None:
    match = PatternMatch.objects.filter(shown__scan=scan).select_related("instrument").first()
    assert match is not None
    page = text_of(browser(alice).get(f"/symbols/{match.instrument.symbol}/?match={match.code}"))
    entry = evidence_beside([match])[named(match)]
    assert entry["sentence"] in page
    for words in ("Target before stop", "Last third, out of sample", "By year", "By score", "By market", "How is this computed?"):
        assert words in page
    assert "patterns and settings have been looked at on TEST" in page and "not known when its members joined" in page


def test_few_trades_are_said_to_be_few(browser: Browser, alice: "User", scan: Scan) -> None:
    match = PatternMatch.objects.filter(shown__scan=scan).select_related("instrument", "rule").first()
    assert match is not None
    claimed(match, trades=12)
    page = text_of(browser(alice).get(f"/symbols/{match.instrument.symbol}/?match={match.code}"))
    assert "Too few to judge" in page and "Fewer than 30 trades say nothing reliable" in page


def test_a_match_without_a_record_says_that_none_was_worked_out_yet(browser: Browser, alice: "User", scan: Scan) -> None:
    Evidence.objects.all().delete()
    match = PatternMatch.objects.select_related("instrument").first()
    assert match is not None
    page = text_of(browser(alice).get(f"/symbols/{match.instrument.symbol}/?match={match.code}"))
    assert "Not worked out yet for this universe" in page


def test_the_pages_ask_few_questions(browser: Browser, alice: "User", scan: Scan) -> None:
    match = PatternMatch.objects.filter(shown__scan=scan).select_related("instrument").first()
    assert match is not None
    client = browser(alice)
    for address, most in (("/scanner/", 20), (f"/symbols/{match.instrument.symbol}/?match={match.code}", 22)):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= most, address


# the catalogue ------------------------------------------------------------------------------------------------------------------


def test_a_detectors_page_tells_its_record_on_each_universe_with_the_noise_floor(client: Client, judged: Universe) -> None:
    Evidence.objects.exclude(rule__detector="double-bottom").delete()
    measure_missing_noise()
    assert lacking_noise() == []
    page = text_of(client.get("/patterns/double-bottom/"))
    for words in ("What it did", "Noise floor", "Shuffled days", "By score", "results rise with the score", "Open in the lab"):
        assert words.lower() in page.lower(), words


def test_the_catalogue_shows_what_each_rule_did_and_folds_research_away(client: Client, judged: Universe) -> None:
    page = client.get("/patterns/").content.decode()
    assert page.count("card-record") > 10
    shown, folded = page.split('class="research"')
    assert "lmw-" not in shown and "/patterns/lmw-hs-top/" in folded


def test_all_records_stand_in_one_table(client: Client, judged: Universe) -> None:
    answer = client.get("/patterns/?view=record")
    records = answer.context["records"]
    edges = [record.entry["edge"] for record in records if not record.is_few]
    assert len(records) > 20 and edges == sorted(edges, reverse=True)
    assert "Every rule on TEST, against chance" in text_of(answer)
    reversals = client.get("/patterns/?view=record&kind=reversal").context["records"]
    assert 0 < len(reversals) < len(records)


def test_charlie_sees_no_record_of_alices_list(browser: Browser, alice: "User", charlie: "User", judged: Universe) -> None:
    hers = create_list(owner=alice, title="mine", symbols=["S0", "S1"])
    judge_here(universe=hers, rules=default_rules(), now=timezone.now(), threads=1)
    assert "mine" in text_of(browser(alice).get("/patterns/?view=record"))
    assert "mine" not in text_of(browser(charlie).get("/patterns/?view=record&universe=mine"))


# a close of the past --------------------------------------------------------------------------------------------------------------


def test_the_symbols_page_shows_what_a_rule_found_at_a_close_of_the_past(browser: Browser, alice: "User", judged: Universe) -> None:
    row = Evidence.objects.select_related("rule").get(rule__detector="double-bottom")
    example = examples_of(evidence=row)[0]
    address = f"/symbols/{example['symbol']}/?as_of={example['known_at']}&rule={row.rule}"
    answer = browser(alice).get(address)
    assert answer.context["chosen"].pattern == "double-bottom"
    assert "as they were known on" in text_of(answer)
    chart = re.search(r'data-chart="([^"]+)"', answer.content.decode())
    assert chart is not None
    told = browser(alice).get(html.unescape(chart[1])).json()
    assert told["bars"][-1]["time"] == told["match"]["known_at"] == example["known_at"]
    assert browser(alice).get(f"/symbols/{example['symbol']}/?as_of={example['known_at']}&rule=none:0").status_code == 404
    assert browser(alice).get(f"/symbols/{example['symbol']}/?as_of=2999-01-01").status_code == 400
