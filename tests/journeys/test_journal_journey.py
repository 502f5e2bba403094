"""From a found match to a result in the journal, and a broker's file taken in twice, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.journey
FILE = """Symbol,Date,Side,Quantity,Price,Commission
ZZTOP,2026-01-05 10:00:00,Buy,100,50.00,1.00
ZZTOP,2026-01-07 10:00:00,Sell,100,54.00,1.00
"""


def enter(chromium: Browser, legend: str) -> tuple[Page, list[str]]:
    """The demo person's page, and what its console complained of."""
    page = chromium.new_context(viewport={"width": 1440, "height": 900}).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(legend)
    page.get_by_role("button", name="Look around as demo").click()
    expect(page.locator("main h1")).to_be_visible()
    return page, said


def test_a_match_becomes_a_plan_a_trade_and_a_result(chromium: Browser, legend: str) -> None:
    page, said = enter(chromium, legend)
    page.goto(f"{legend}/scanner/")
    page.goto(f"{legend}{page.locator('#results [data-row] a').first.get_attribute('href')}")
    page.get_by_role("link", name="Plan a trade from this match").click()
    symbol = page.locator("#id_ticker").input_value()
    entry, stop = (float(page.locator(f"#id_{name}").input_value()) for name in ("entry_price", "stop_loss"))

    page.locator("#id_equity").fill("25000")
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

    page.keyboard.press("g")
    page.keyboard.press("j")
    expect(page.locator("h1")).to_have_text("Journal")
    expect(page.locator("#closed-rows")).to_contain_text(symbol)
    page.goto(f"{legend}/journal/?symbol={symbol}")
    page.get_by_role("button", name="Win rate").click()
    expect(page.locator("#how-win_rate")).to_contain_text("100.00")
    assert said == []


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
