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
from patterns.services.evidence import judge_here
from patterns.services.scans import run_scan_here

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
    match = PatternMatch.objects.filter(shown__scan=scan, shown__state__in=["ready", "triggered"]).select_related("rule").first()
    assert match is not None and "chip-edge" not in browser(alice).get("/scanner/").content.decode()
    claimed(match)
    Evidence.objects.exclude(rule=match.rule).delete()
    page = browser(alice).get("/scanner/").content.decode()
    assert "chip-edge" in page and "\N{BLACK UP-POINTING SMALL TRIANGLE}+0.30R" in page and "n 300" in page


def test_equal_scores_are_ranked_by_evidence_and_the_list_can_be_ordered_by_it(browser: Browser, alice: "User", scan: Scan) -> None:
    PatternMatch.objects.update(score=60)
    matches = list(PatternMatch.objects.filter(shown__scan=scan, shown__state__in=["ready", "triggered"]))
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
    for address, most in (("/scanner/", 22), (f"/symbols/{match.instrument.symbol}/?match={match.code}", 22)):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= most, address
