"""From a match to the bell: watch it, set an alert, and be told when it comes true."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from patterns.calendars import sessions
from patterns.tests.factories import FIRST

from .conftest import environment_of

pytestmark = [
    pytest.mark.journey,
    pytest.mark.skipif("LEGEND_AT" in os.environ, reason="bars are imported into the folder of the journeys' own Legend"),
]


@pytest.fixture
def page(chromium: Browser, legend: str) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, base_url=legend)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name="Look around as demo").click()
    yield page
    context.close()


def import_closes(data: Path, closes: list[float]) -> None:
    """Daily bars of RISE, by the command, while the server runs."""
    days = sessions(FIRST, FIRST.replace(year=FIRST.year + 1))
    lines = [f"RISE,{day},{close},{close + 1},{close - 1},{close},100000" for day, close in zip(days, closes, strict=False)]
    file = data / "rise.csv"
    file.write_text("\n".join(["symbol,date,open,high,low,close,volume", *lines]))
    done = subprocess.run(
        [sys.executable, "manage.py", "import_bars", str(file)],
        cwd=settings.BASE_DIR,
        env=environment_of(data),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def unread(page: Page, count: int, *, within: float) -> None:
    expect(page.locator("#bell")).to_contain_text(f"{count} unread", timeout=1000 * within)


def test_from_a_match_to_the_bell(page: Page, data: Path) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto("/scanner/")
    row = page.locator("tr[data-row]").first
    symbol = row.locator("a").first.inner_text()
    row.get_by_role("button", name=f"Watch {symbol}").click()
    expect(row.get_by_role("link", name=f"{symbol} is on your watchlist")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url(re.compile("/watchlist/$"))
    expect(page.get_by_role("row", name=re.compile(symbol))).to_contain_text("Watching")

    import_closes(data, [100.0] * 60)
    page.goto("/alerts/?symbol=RISE&level=105")
    page.get_by_role("button", name="Set the alert").click()
    expect(page.get_by_text("RISE crosses 105.00").first).to_be_visible()
    with page.expect_websocket():
        page.get_by_role("button", name="Send a test of RISE crosses 105.00").click()
    unread(page, 1, within=3)
    expect(page.locator("#log").get_by_text("In Legend: sent")).to_be_visible()

    # the command is another process, so that the open page hears of it when its bell asks
    import_closes(data, [100.0] * 60 + [107.0])
    unread(page, 2, within=25)
    page.locator("#bell").click()
    page.get_by_role("link", name=re.compile("RISE crossed above 105.00")).click()
    page.wait_for_url(re.compile("/symbols/RISE/"))
    unread(page, 1, within=3)
    assert complaints == []
