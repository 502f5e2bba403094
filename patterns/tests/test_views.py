import datetime as dt
import html
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from legend.lib.rates import Rate
from patterns.bars import store_many
from patterns.calendars import seconds_of, sessions
from patterns.engine.bars import Bars
from patterns.engine.measured import measured
from patterns.engine.registry import detector, detectors
from patterns.models import Instrument, PatternMatch, Scan, ScanPiece, ScanResult, Universe, UniverseMember
from patterns.services.evidence import judge_here
from patterns.services.scans import request_scan, run_scan_here
from patterns.tests.factories import create_market
from tests.caches import empty_cache

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db
Browser = Callable[["User"], Client]
LAST = dt.date(2024, 6, 28)


def drawn_bars(name: str, known: int) -> Bars:
    """A detector's drawn example, cut two bars after the close at which it is known, on real sessions that end with LAST."""
    bars = detector(name).examples[0].bars()
    days = sessions(LAST - dt.timedelta(days=700), LAST)
    cut = known + 3
    return Bars(seconds_of(days[-cut:]).copy(), *(column[:cut].copy() for column in bars[1:]))


@pytest.fixture
def universe() -> Universe:
    """Three shares: a double bottom that is ready, a double top that is ready, and one with too few bars to be looked at."""
    made = Universe.objects.create(name="DRAWN", title="Drawn shapes")
    series = {"BOTTOM": drawn_bars("double-bottom", 93), "TOP": drawn_bars("double-top", 92), "YOUNG": drawn_bars("double-top", 20)}
    sectors = {"BOTTOM": "Energy", "TOP": "Materials", "YOUNG": ""}
    shares = {
        symbol: Instrument.objects.create(symbol=symbol, name=f"{symbol.title()} Ltd", sector=sectors[symbol], home=made)
        for symbol in series
    }
    UniverseMember.objects.bulk_create(UniverseMember(universe=made, instrument=share) for share in shares.values())
    store_many(series={shares[symbol].pk: bars for symbol, bars in series.items()}, interval="1day")
    return made


@pytest.fixture
def scan(universe: Universe) -> Scan:
    return run_scan_here(universe=universe, now=timezone.now(), threads=0)


def text_of(answer: object) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).split()))  # type: ignore[attr-defined]


def more_matches(scan: Scan, count: int) -> None:
    """Copies of a match on other shares, so that a page has many rows."""
    result = ScanResult.objects.select_related("match").filter(scan=scan).first()
    assert result is not None
    for number in range(count):
        share = Instrument.objects.create(symbol=f"S{number:03}", name=f"Share {number}", sector="Energy")
        match = result.match
        match.pk, match.code, match.instrument, match.score = None, uuid4(), share, 40 + number % 50
        match.save(force_insert=True)
        result.pk, result.match, result.group = None, match, match.code
        result.save(force_insert=True)


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("address", ["/scanner/", "/symbols/", "/symbols/BOTTOM/"])
def test_a_stranger_is_asked_to_sign_in(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next=")


def test_a_part_asked_by_a_stranger_leads_the_whole_page_to_sign_in(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/scanner/?side=long"}
    answer = client.get("/symbols/?q=a", headers=headers)
    assert answer["HX-Redirect"] == "/sign-in?next=%2Fscanner%2F%3Fside%3Dlong"


@pytest.mark.parametrize("address", ["/", "/patterns/", "/patterns/double-bottom/", "/help/data/"])
def test_anyone_may_read_what_legend_is(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


# ── frame ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_page_has_a_style_attribute_an_inline_script_or_an_address_elsewhere(browser: Browser, alice: "User", scan: Scan) -> None:
    for address in ("/", "/scanner/", "/symbols/BOTTOM/", "/patterns/", "/patterns/vcp/", "/help/data/", "/symbols/?q=o", "/nowhere/"):
        page = browser(alice).get(address).content.decode()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=", page), address
        assert not re.search(r"<script(?![^>]*\ssrc=)", page), address
        assert not re.search(r'(?:src|action)="https?://|<link[^>]+href="https?://', page), address


def test_the_ribbon_stands_while_the_data_is_simulated_and_leads_to_real_data(browser: Browser, alice: "User", universe: Universe) -> None:
    assert "Simulated market" not in text_of(browser(alice).get("/"))
    Instrument.objects.update(source="simulated")
    empty_cache()
    answer = browser(alice).get("/")
    assert "Simulated market" in text_of(answer) and 'href="/help/data/"' in answer.content.decode()


def test_one_simulated_share_among_real_ones_carries_the_ribbon_itself(browser: Browser, alice: "User", scan: Scan) -> None:
    Instrument.objects.filter(symbol="TOP").update(source="simulated")
    assert "Simulated market" in text_of(browser(alice).get("/symbols/TOP/"))
    assert "Simulated market" not in text_of(browser(alice).get("/symbols/BOTTOM/"))


# ── scanner ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_scanner_shows_what_was_found_with_levels_and_a_preview(browser: Browser, alice: "User", scan: Scan) -> None:
    page = text_of(browser(alice).get("/scanner/"))
    match = PatternMatch.objects.get(instrument__symbol="BOTTOM", pattern="double-bottom")
    for figure in (match.entry, match.stop, match.target):
        assert f"{figure:,.2f}" in page
    assert "Double bottom" in page and "Double top" in page and "Clauses" in page and "Parts of the score" in page


def test_a_ready_match_close_to_its_entry_says_so_in_other_words_than_a_near_miss(browser: Browser, alice: "User", scan: Scan) -> None:
    ready = ScanResult.objects.select_related("match").get(scan=scan, match__instrument__symbol="BOTTOM", match__pattern="double-bottom")
    assert ready.state == "ready"
    for price, close_by in ((ready.match.entry * 0.98, True), (ready.match.entry * 0.9, False)):
        ScanResult.objects.filter(pk=ready.pk).update(price=price)
        row = browser(alice).get("/scanner/").content.decode().split(f'data-code="{ready.match.code}"')[1].split("</tr>")[0]
        assert ("close by" in row) is close_by
        assert "near" not in row and "ready since" in row


def test_what_could_not_be_looked_at_is_listed_with_its_reason(browser: Browser, alice: "User", scan: Scan) -> None:
    page = text_of(browser(alice).get("/scanner/"))
    assert "1 of 3 instruments have no answer" in page and "YOUNG" in page and scan.skipped[0]["reason"] in page


def test_filters_live_in_the_address(browser: Browser, alice: "User", scan: Scan) -> None:
    page = browser(alice).get("/scanner/?side=short").content.decode()
    assert "/symbols/TOP/" in page and "/symbols/BOTTOM/" not in page
    assert re.search(r'<option value="short" selected>', page)
    assert "/symbols/TOP/" not in browser(alice).get("/scanner/?sector=Energy").content.decode()


def test_a_filter_that_cannot_be_says_so_and_hides_nothing(browser: Browser, alice: "User", scan: Scan) -> None:
    page = browser(alice).get("/scanner/?min_score=900").content.decode()
    assert "less than or equal to 100" in page and "/symbols/TOP/" in page


def test_an_empty_result_is_a_result(browser: Browser, alice: "User", scan: Scan) -> None:
    assert "No setup of this scan fits the chosen filters" in text_of(browser(alice).get("/scanner/?min_score=100"))
    ScanResult.objects.all().delete()
    assert "No setup met the rules on 28 Jun 2024" in text_of(browser(alice).get("/scanner/"))


def test_the_form_asks_for_a_scan_and_leads_to_it(browser: Browser, alice: "User", universe: Universe) -> None:
    answer = browser(alice).post("/scanner/", {"universe": "DRAWN", "interval": "1day", "patterns": ["double-bottom"]})
    asked = Scan.objects.get()
    assert answer["Location"] == f"/scanner/?scan={asked.code}"
    assert [rule.detector for rule in asked.rules.all()] == ["double-bottom"] and asked.requests.get().user == alice


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("as_of", "2999-01-01", "is in the future"),
        ("as_of", "yesterday", "Enter a valid date"),
        ("universe", "NOWHERE", "NOWHERE is not one of the available choices"),
        ("interval", "7min", "7min is not one of the available choices"),
        ("patterns", "unicorn", "unicorn is not one of the available choices"),
    ],
)
def test_a_question_at_fault_comes_back_with_the_fault_beside_its_field(
    browser: Browser, alice: "User", universe: Universe, field: str, value: str, said: str
) -> None:
    answer = browser(alice).post("/scanner/", {"universe": "DRAWN", "interval": "1day", field: value})
    assert answer.status_code == 422 and said in text_of(answer)
    assert not Scan.objects.exists()


def test_scans_are_counted_at_every_door_alike(
    browser: Browser, alice: "User", bob: "User", universe: Universe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.RATES, "scan", Rate.parse("1/hour"))
    question = {"universe": "DRAWN", "interval": "1day", "patterns": ["double-bottom"]}
    request_scan(universe=universe, by=alice, now=timezone.now())
    answer = browser(alice).post("/scanner/", question)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 3500
    assert "60 minutes" in text_of(answer)
    assert browser(bob).post("/scanner/", question).status_code == 302


def test_a_scan_under_way_shows_progress_and_asks_again_by_itself(
    browser: Browser, alice: "User", universe: Universe, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    under_way = request_scan(universe=universe, by=alice, now=timezone.now())
    answer = browser(alice).get(f"/scanner/?scan={under_way.code}")
    assert "0 of 3 instruments" in text_of(answer) and 'hx-trigger="every' in answer.content.decode() and "Cancel" in text_of(answer)
    part = browser(alice).get(f"/scanner/?scan={under_way.code}", headers={"HX-Request": "true", "HX-Target": "results"})
    assert b"<html" not in part.content and b'id="results"' in part.content


def test_cancelling_takes_the_wish_back(browser: Browser, alice: "User", bob: "User", universe: Universe) -> None:
    under_way = request_scan(universe=universe, by=alice, now=timezone.now())
    request_scan(universe=universe, by=bob, now=timezone.now())
    browser(alice).post(f"/scanner/{under_way.code}/cancel/")
    under_way.refresh_from_db()
    assert under_way.is_unfinished
    browser(bob).post(f"/scanner/{under_way.code}/cancel/")
    under_way.refresh_from_db()
    assert under_way.status == Scan.Status.CANCELLED and not ScanPiece.objects.filter(status="queued").exists()


def test_two_scans_can_be_compared(browser: Browser, alice: "User", universe: Universe, scan: Scan) -> None:
    earlier = run_scan_here(universe=universe, as_of=LAST - dt.timedelta(days=4), now=timezone.now(), threads=0)
    page = browser(alice).get(f"/scanner/?scan={scan.code}&compare={earlier.code}")
    assert "Against 24 Jun 2024" in text_of(page) and "2 came" in text_of(page)


def test_the_preview_is_a_part_for_htmx_and_leads_to_the_symbol_without_it(browser: Browser, alice: "User", scan: Scan) -> None:
    match = PatternMatch.objects.get(instrument__symbol="TOP", pattern="double-top")
    address = f"/scanner/{scan.code}/{match.code}/"
    part = browser(alice).get(address, headers={"HX-Request": "true"})
    assert b"<html" not in part.content and b'id="preview"' in part.content and str(match.code).encode() in part.content
    assert browser(alice).get(address)["Location"] == f"/symbols/TOP/?match={match.code}"


def test_charlie_sees_no_scan_of_alices_own_list(browser: Browser, alice: "User", charlie: "User", universe: Universe) -> None:
    own = Universe.objects.create(name=f"{alice.pk}:mine", title="mine", owner=alice)
    UniverseMember.objects.bulk_create(UniverseMember(universe=own, instrument=share) for share in Instrument.objects.all())
    hers = run_scan_here(universe=own, by=alice, now=timezone.now(), threads=0)
    assert browser(alice).get(f"/scanner/?scan={hers.code}").status_code == 200
    assert browser(charlie).get(f"/scanner/?scan={hers.code}").status_code == 404
    assert browser(charlie).post(f"/scanner/{hers.code}/cancel/").status_code == 404


@pytest.mark.parametrize("address", ["/scanner/?scan=none", "/scanner/?scan=504f9b4d-7ffe-4ea6-a96a-372af2b6afdb", "/scanner/?compare=x"])
def test_a_code_that_leads_nowhere_is_not_found(browser: Browser, alice: "User", scan: Scan, address: str) -> None:
    assert browser(alice).get(address).status_code == 404


@pytest.mark.parametrize("address", ["/scanner/", "/"])
def test_many_rows_cost_no_more_queries_than_few(
    browser: Browser, alice: "User", scan: Scan, address: str, django_assert_num_queries: Callable[..., object]
) -> None:
    client = browser(alice)
    client.get(address)  # fills what is remembered for a minute
    few = count_queries(client, address)
    more_matches(scan, 40)
    assert count_queries(client, address) == few <= 20


def count_queries(client: Client, address: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_a_long_result_comes_in_pages(browser: Browser, alice: "User", scan: Scan) -> None:
    more_matches(scan, 60)
    first = browser(alice).get("/scanner/?order=symbol").content.decode()
    assert "/symbols/S010/" in first and "/symbols/S059/" not in first and "page=2" in first
    rest = browser(alice).get("/scanner/?order=symbol&page=2", headers={"HX-Request": "true", "HX-Target": "more"}).content.decode()
    assert "/symbols/S059/" in rest and "<table" not in rest


# ── symbols ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_search_finds_symbols_and_names_and_goes_straight_to_an_exact_symbol(browser: Browser, alice: "User", universe: Universe) -> None:
    client = browser(alice)
    part = client.get("/symbols/?q=o", headers={"HX-Request": "true"})
    assert b"<html" not in part.content and b"/symbols/TOP/" in part.content and b"/symbols/BOTTOM/" in part.content
    assert client.get("/symbols/?q=top")["Location"] == "/symbols/TOP/"
    assert client.get("/symbols/?q=young%20l")["Location"] == "/symbols/YOUNG/"
    assert "No symbol or company here matches" in text_of(client.get("/symbols/?q=zzz"))


def test_the_symbol_page_tells_the_match_its_clauses_and_its_life(browser: Browser, alice: "User", scan: Scan) -> None:
    match = PatternMatch.objects.get(instrument__symbol="BOTTOM", pattern="double-bottom")
    page = text_of(browser(alice).get(f"/symbols/BOTTOM/?match={match.code}"))
    assert match.detail["analysis"] in page and "Waits for the trigger" in page and "Trend template, stage" in page
    for clause in match.detail["clauses"]:
        assert clause["text"] in page


def test_a_match_that_no_scan_has_kept_is_found_for_the_symbol_page(browser: Browser, alice: "User", universe: Universe) -> None:
    assert "Double top" in text_of(browser(alice).get("/symbols/TOP/"))


def grouped_rows(page: str) -> list[list[str]]:
    """The list of matches: codes that each of its rows leads to."""
    rows = page.split('class="list match-list"')[1].split("</ul>")[0].split("<li ")[1:]
    return [re.findall(r"\?match=([0-9a-f-]{36})", row) for row in rows]


@pytest.mark.parametrize("kept", [True, False])
def test_the_symbol_page_shows_matches_of_one_structure_once_as_the_scanner_does(
    browser: Browser, alice: "User", kept: bool, django_assert_max_num_queries: Any
) -> None:
    scan = run_scan_here(universe=create_market(12, bars=400), now=timezone.now(), threads=0)
    member = scan.results.filter(place=1).select_related("match__instrument").order_by("pk")[0].match
    symbol = member.instrument.symbol
    expected: dict[str, list[str]] = {}
    for shown in scan.results.filter(match__instrument=member.instrument).order_by("place").select_related("match"):
        expected.setdefault(str(shown.group), []).append(str(shown.match.code))
    if not kept:
        scan.delete()
        PatternMatch.objects.all().delete()
    client = browser(alice)
    client.get(f"/symbols/{symbol}/")
    with django_assert_max_num_queries(20):
        page = client.get(f"/symbols/{symbol}/").content.decode()
    assert sorted(grouped_rows(page)) == sorted(expected.values())
    if kept:
        chosen = client.get(f"/symbols/{symbol}/?match={member.code}").content.decode()
        assert re.search(rf'match={member.code}" title="[^"]*" aria-current="true"', chosen)


def test_an_unknown_symbol_is_a_friendly_404_with_a_search(browser: Browser, alice: "User") -> None:
    answer = browser(alice).get("/symbols/NOSUCH/")
    assert answer.status_code == 404 and "NOSUCH" in text_of(answer) and 'id="lost-search"' in answer.content.decode()


def test_a_symbol_in_small_letters_is_led_to_its_page(browser: Browser, alice: "User", universe: Universe) -> None:
    assert browser(alice).get("/symbols/top/")["Location"] == "/symbols/TOP/"


def test_a_symbol_with_too_few_bars_still_has_a_page(browser: Browser, alice: "User", universe: Universe) -> None:
    assert "No pattern is ready or triggered on YOUNG" in text_of(browser(alice).get("/symbols/YOUNG/"))


# ── catalogue and dashboard ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_catalogue_draws_every_detector_with_its_levels(client: Client) -> None:
    page = client.get("/patterns/").content.decode()
    assert page.count("ink-target") >= len(detectors())
    for one in detectors().values():
        assert f"/patterns/{one.name}/" in page


@pytest.mark.parametrize("name", list(detectors()))
def test_a_detectors_page_tells_rules_parameters_with_bounds_and_source(client: Client, name: str) -> None:
    page = text_of(client.get(f"/patterns/{name}/"))
    one = detector(name)
    assert one.source.split(",")[0] in page
    assert all(param.name in page for param in one.parameters)


def test_a_detectors_page_tells_what_was_measured_of_its_patterns(client: Client) -> None:
    page = text_of(client.get("/patterns/cup-handle/"))
    for one in (row for name in ("cup-handle", "cup", "saucer") for row in measured()[name]):
        assert f"{one.walks:.2f}" in page and f"{one.real:.2f}" in page
        assert all(f"{100 * share:.0f}" in page for _, share in one.recall)
    assert "Measured against chance" not in text_of(client.get("/patterns/lmw-double-top/"))


def test_an_unknown_pattern_is_not_found(client: Client) -> None:
    assert client.get("/patterns/unicorn/").status_code == 404


def test_the_dashboard_shows_the_latest_scan(browser: Browser, alice: "User", scan: Scan) -> None:
    page = text_of(browser(alice).get("/"))
    assert "Best setups" in page and "BOTTOM" in page and "Recent scans" in page and "as of 28 Jun 2024" in page
    assert 'title="Not worked out yet."' in browser(alice).get("/").content.decode()
    judge_here(universe=scan.universe, now=timezone.now(), threads=1)
    assert re.search(r'class="chip chip-\w+" title="[^"]*on these shares', browser(alice).get("/").content.decode())


def test_the_timetables_week_does_not_take_the_place_of_the_day(browser: Browser, alice: "User", scan: Scan) -> None:
    friday = scan.as_of.date()
    weekly = run_scan_here(universe=scan.universe, interval="1week", as_of=friday, now=timezone.now(), threads=0)
    assert weekly.results.count() == 0 and weekly.finished_at > scan.finished_at
    for address in ("/", "/scanner/", "/symbols/BOTTOM/"):
        assert "Double bottom" in text_of(browser(alice).get(address))


def test_the_dashboard_of_an_empty_house_says_what_to_do(browser: Browser, alice: "User") -> None:
    page = text_of(browser(alice).get("/"))
    assert "Nothing has been scanned yet" in page and "Run a scan" in page


def test_breadth_counts_the_members_of_the_day(browser: Browser, alice: "User") -> None:
    made = Universe.objects.create(name="WIDE", title="Wide")
    days = seconds_of(sessions(LAST - dt.timedelta(days=600), LAST))[-300:].copy()
    for number, slope in enumerate((0.001, 0.001, -0.001)):
        close = 100 * np.exp(slope * np.arange(300))
        share = Instrument.objects.create(symbol=f"W{number}", home=made)
        UniverseMember.objects.create(universe=made, instrument=share)
        store_many(series={share.pk: Bars(days, close, close * 1.001, close * 0.999, close, np.full(300, 1e6))}, interval="1day")
    run_scan_here(universe=made, now=timezone.now(), threads=0)
    page = text_of(browser(alice).get("/"))
    assert "Above 50-day 67 %" in page and "Above 200-day 67 %" in page and "2 highs 1 lows" in page


def test_the_panels_of_a_symbol_come_after_its_page(browser: Browser, alice: "User", scan: Scan) -> None:
    client = browser(alice)
    part = client.get("/symbols/BOTTOM/context/", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    text = text_of(part)
    for words in ("Intervals together", "Trend template", "Support and resistance", "Candlesticks", "There are no bars of 4h"):
        assert words in text
    assert "Trend template" in text_of(client.get("/symbols/BOTTOM/context/"))
    assert "at least" in text_of(client.get("/symbols/YOUNG/context/"))
    assert client.get("/symbols/NOPE/context/").status_code == client.get("/symbols/BOTTOM/context/?interval=2day").status_code == 404


# ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_structure_is_one_row_that_names_its_other_finds(browser: Browser, alice: "User", scan: Scan) -> None:
    result = ScanResult.objects.select_related("match").filter(scan=scan, state__in=["ready", "triggered"]).first()
    assert result is not None
    leader = result.match.code
    match = result.match
    match.pk, match.code, match.pattern, match.detail = None, uuid4(), "rectangle", {**match.detail, "title": "Rectangle"}
    match.save(force_insert=True)
    result.pk, result.match, result.group, result.place = None, match, leader, 1
    ScanResult.objects.filter(scan=scan, match__code=leader).update(group=leader, place=0)
    result.save(force_insert=True)
    page = browser(alice).get("/scanner/").content.decode()
    assert f'data-code="{leader}"' in page and f'data-code="{match.code}"' not in page
    assert "also rectangle" in page
    assert (
        "Also over this structure" in browser(alice).get(f"/scanner/{scan.code}/{leader}/", headers={"HX-Request": "true"}).content.decode()
    )
    alone = browser(alice).get("/scanner/?pattern=rectangle").content.decode()
    assert f'data-code="{match.code}"' in alone


def test_what_is_shown_says_whether_it_is_invented(browser: Browser, alice: "User", scan: Scan) -> None:
    """Real bars beside the simulated market: the ribbon is that of the scan which is shown."""
    ribbon = "Simulated market"
    client = browser(alice)
    assert all(ribbon not in text_of(client.get(address)) for address in ("/", "/scanner/"))
    Instrument.objects.filter(symbol__in=["BOTTOM", "TOP", "YOUNG"]).update(source="simulated")
    Instrument.objects.create(symbol="REAL", source="import")
    empty_cache()
    assert all(ribbon in text_of(client.get(address)) for address in ("/", "/scanner/"))
