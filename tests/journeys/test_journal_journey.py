"""From a found match to a result in the journal, figures that explain themselves, calculators, and a broker's file taken in twice."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .test_scan_journey import Watched, faults_found

pytestmark = pytest.mark.journey
FILE = """Symbol,Date,Side,Quantity,Price,Commission
ZZTOP,2026-01-05 10:00:00,Buy,100,50.00,1.00
ZZTOP,2026-01-07 10:00:00,Sell,100,54.00,1.00
"""
CALCULATORS = ("size", "reward", "kelly", "break-even", "recovery")


def enter(chromium: Browser, legend: str, **options: Any) -> tuple[Page, list[str]]:
    """The demo person's page, and what its console complained of."""
    watched = Watched(chromium.new_context(**{"viewport": {"width": 1440, "height": 900}} | options).new_page(), legend)
    watched.page.goto(f"{legend}/sign-in")
    watched.page.get_by_role("button", name="Look around as demo").click()
    expect(watched.page.locator("main h1")).to_be_visible()
    return watched.page, watched.complaints


def load_examples(page: Page, legend: str) -> str:
    """The address of the journal of the examples, which are never mixed with trades of one's own; the page is there."""
    page.goto(f"{legend}/journal/")
    if not page.get_by_role("button", name="Remove examples").count():
        token = page.evaluate("JSON.parse(document.body.getAttribute('hx-headers'))['X-CSRFToken']")
        page.request.post(f"{legend}/journal/examples/", headers={"X-CSRFToken": token, "Referer": f"{legend}/journal/"})
        page.goto(f"{legend}/journal/")
    if page.get_by_role("link", name="Examples", exact=True).count():
        page.get_by_role("link", name="Examples", exact=True).click()
    expect(page.locator(".headline-stats")).to_be_visible()
    return page.url


def test_a_match_becomes_a_plan_a_trade_and_a_result(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    page.goto(f"{legend}/journal/")
    before = page.locator(".headline-stats, .empty-state").first.inner_text()
    page.goto(f"{legend}/scanner/")
    page.goto(f"{legend}{page.locator('#results [data-row] a').first.get_attribute('href')}")
    page.get_by_role("link", name="Plan a trade from this match").click()
    symbol = page.locator("#id_ticker").input_value()
    entry, stop = (float(page.locator(f"#id_{name}").input_value()) for name in ("entry_price", "stop_loss"))

    page.locator("#id_equity").fill("25000")
    page.wait_for_url(re.compile("equity=25000"))
    expect(page.locator("#plan")).to_contain_text("Shares")
    page.get_by_role("button", name="Save the trade").click()
    expect(page.locator("h1")).to_contain_text(symbol)
    expect(page.locator("h1")).to_contain_text("planned")

    page.get_by_role("button", name="Record the entry").click()
    expect(page.locator("h1")).to_contain_text("open")
    page.locator("#exit_exit_price").fill(f"{entry + (entry - stop):.2f}")
    page.locator("#exit_quantity").fill("1")
    page.get_by_role("button", name="Record the exit").click()
    expect(page.locator(".life")).to_contain_text("Out: 1 @")
    page.locator("#exit_exit_price").fill(f"{entry + 2 * (entry - stop):.2f}")
    page.get_by_role("button", name="Record the exit").click()
    expect(page.locator("h1")).to_contain_text("closed")
    expect(page.locator("[data-drawn]")).to_be_visible()
    page.locator(".stat-name[popovertarget='how-trade-r_multiple']").click()
    expect(page.locator("#how-trade-r_multiple")).to_contain_text("÷")

    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.locator("h1")).to_have_text("Journal")
    expect(page.locator("#closed-rows")).to_contain_text(symbol)
    assert page.locator(".headline-stats").inner_text() != before
    assert said == []


def test_a_fill_is_corrected_and_a_checklist_kept(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    page.goto(f"{legend}/journal/new/?ticker=ACME&entry_price=50&stop_loss=48&position_size=10")
    page.get_by_role("button", name="Save the trade").click()
    expect(page.locator("h1")).to_contain_text("open")
    page.locator("#new-step").fill("Volume above average")
    page.locator("#new-step").press("Enter")
    page.get_by_label("Volume above average", exact=True).check()
    expect(page.locator(".steps .muted")).to_have_text("Volume above average")
    page.get_by_role("button", name="Correct fill 1").click()
    page.locator("#fill_1_price").fill("47")
    page.get_by_role("button", name="Correct it").click()
    expect(page.locator("#correct-1")).to_be_visible()
    expect(page.locator("#correct-1")).to_contain_text("lies below its entry")
    page.locator("#fill_1_price").fill("50.5")
    page.get_by_role("button", name="Correct it").click()
    expect(page.locator(".life")).to_contain_text("Fill 1: price 50.00 → 50.50")
    expect(page.locator(".steps input:checked")).to_have_count(1)
    assert [complaint for complaint in said if "422" not in complaint] == []


def test_figures_explain_themselves_by_keyboard_in_every_unit(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    load_examples(page, legend)
    name = page.locator(".stat-name[popovertarget='how-top-average_r_multiple']")
    name.focus()
    page.keyboard.press("Enter")
    sheet = page.locator("#how-top-average_r_multiple")
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text(re.compile(r"\(\d+ gains × .+R − \d+ losses × .+R\) ÷ \d+ = "))
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    page.locator("#all-stats > summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sortino").first).to_be_visible()
    for unit, title in (("%", "Return of Examples"), ("Money", "Cumulative net result")):
        page.get_by_role("link", name=unit, exact=True).click()
        expect(page.get_by_role("heading", name=title)).to_be_visible()
        expect(page.get_by_text("Sortino").first).to_be_visible()
    page.get_by_role("button", name="Hide money").click()
    expect(page.locator(".headline-stats")).to_contain_text("••••")
    assert not re.search(r"\$\s?\d", page.content())
    page.get_by_role("button", name="Hide money").click()
    expect(page.locator(".headline-stats")).to_contain_text("$")
    assert said == []


def test_calculators_answer_while_one_types(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    page.goto(f"{legend}/journal/risk/")
    for name, text in (("entry_price", "50"), ("stop_loss", "48"), ("equity", "10000"), ("risk_percent", "1"), ("commission", "0.01")):
        page.locator(f"#id_{name}").fill(text)
    expect(page.locator("#answer")).to_contain_text("= 49.5050, rounded down to 49")
    page.wait_for_url(re.compile("entry_price=50.*commission=0.01"))
    page.reload()
    expect(page.locator("#answer")).to_contain_text("rounded down to 49")
    page.locator("#id_stop_loss").fill("52")
    expect(page.locator("#id_stop_loss_error")).to_contain_text("lies below its entry")
    page.locator("#id_side").select_option("short")
    expect(page.locator("#id_stop_loss_error")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="Plan a trade with it").click()
    expect(page.locator("#id_stop_loss")).to_have_value("52")
    assert said == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390, 360])
def test_no_page_of_the_journal_has_a_serious_fault_or_runs_over_its_side(chromium: Browser, legend: str, scheme: Any, width: int) -> None:
    page, said = enter(chromium, legend, viewport={"width": width, "height": 900}, color_scheme=scheme)
    journal = load_examples(page, legend)
    own = [page.locator(f"{table} a").first.get_attribute("href") or "" for table in (".trades-table.card-rows", "#closed-rows")]
    page.goto(f"{legend}/journal/accounts/")
    own.append(page.locator(".panel-head h2 a").first.get_attribute("href") or "")
    address = journal.removeprefix(legend)
    units = [f"{address}{'&' if '?' in address else '?'}unit={unit}" for unit in ("r", "pct", "money")]
    fixed = ["/journal/new/", "/journal/accounts/", "/journal/import/", "/watchlist/", "/alerts/"]
    for path in (*units, *fixed, *own, *(f"/journal/risk/{kind}/" for kind in CALCULATORS)):
        page.goto(f"{legend}{path}")
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('main details:not(.menu)').forEach((details) => (details.open = true))")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{path} runs over"
        assert said == []
        assert faults_found(page) == [], path
        said.clear()  # axe tries a style of its own, which the policy refuses


def test_a_file_taken_in_twice_counts_once(chromium: Browser, legend: str, tmp_path: Path) -> None:
    page, said = enter(chromium, legend)
    file = tmp_path / "trades.csv"
    file.write_text(FILE)
    for new, button in (("Take 2 executions", True), ("Take 0 executions", False)):
        page.goto(f"{legend}/journal/import/")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="Look at it first").click()
        take = page.get_by_role("button", name=new)
        expect(take).to_be_enabled() if button else expect(take).to_be_disabled()
        if button:
            take.click()
            expect(page.locator("#toasts")).to_contain_text("2 executions are in the journal")
    page.goto(f"{legend}/journal/?symbol=ZZTOP")
    expect(page.locator("#closed-rows tr")).to_have_count(1)
    page.goto(f"{legend}/journal/import/")
    page.get_by_role("link", name="Undo").first.click()
    expect(page.locator("main")).to_contain_text("1 trade goes")
    page.get_by_role("button", name="Undo the import").click()
    page.goto(f"{legend}/journal/?symbol=ZZTOP")
    expect(page.locator("#journal, .empty-state").first).to_be_visible()
    expect(page.locator("#closed-rows tr")).to_have_count(0)
    assert said == []


ODD = """what;day;how many;paid
MAPPED;05/02/2026;1.500;10,25
MAPPED;06/02/2026;-1.500;11,25
"""


def test_an_unknown_file_is_read_once_its_columns_are_named(chromium: Browser, legend: str, tmp_path: Path) -> None:
    page, said = enter(chromium, legend)
    file = tmp_path / "odd.csv"
    file.write_text(ODD)
    page.goto(f"{legend}/journal/import/")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Look at it first").click()
    expect(page.locator("main")).to_contain_text("No column is known for")
    for field, column in (("symbol", "what"), ("at", "day"), ("quantity", "how many"), ("price", "paid")):
        page.locator(f"#id_column_{field}").select_option(column)
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".import-rows")).to_contain_text("can be two days")
    page.get_by_label("Days").select_option("dmy")
    page.get_by_role("button", name="Look again").click()
    expect(page.locator(".import-rows")).to_contain_text("closes the long of 5 Feb 2026")
    page.get_by_role("button", name="Take 2 executions").click()
    page.goto(f"{legend}/journal/?symbol=MAPPED")
    expect(page.locator("#closed-rows")).to_contain_text("1500")
    with page.expect_download() as download:
        page.locator("summary", has_text="Export").click()
        page.locator(".export-item", has_text="Closed trades").get_by_role("link", name="CSV").click()
    exported = download.value.path().read_text("utf-8-sig")
    assert exported.count("MAPPED") == 1 and ",1500.00," in exported
    assert said == []


def test_examples_go_with_one_click(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    load_examples(page, legend)
    page.get_by_role("button", name="Remove examples").click()
    expect(page.locator("#toasts")).to_contain_text("The example trades are gone.")
    expect(page.get_by_role("button", name="Remove examples")).to_have_count(0)
    assert said == []
