"""Everything that the keyboard's help promises, on every page where it applies."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from .test_scan_journey import Watched, enter, watched

pytestmark = pytest.mark.journey
__all__ = ["watched"]
PLACES = {"d": r"/$", "s": "/scanner/$", "l": "/lab/", "p": "/patterns/$", "j": "/journal/$", "w": "/watchlist/$", "a": "/alerts/$"}
PAGES = (
    *("/", "/scanner/", "/lab/", "/patterns/", "/patterns/double-bottom/", "/journal/", "/journal/new/", "/journal/import/"),
    *("/watchlist/", "/alerts/", "/notifications/", "/settings/profile", "/symbols/?q=er", "/help/data/", "/api/docs", "/nowhere/"),
)


def in_row(page: Page) -> str | None:
    """What is focused, when that is in a row."""
    said: str | None = page.evaluate("document.activeElement.closest('[data-row]') && document.activeElement.textContent.trim()")
    return said


@pytest.mark.parametrize("path", PAGES)
def test_help_search_and_places_answer_on_every_page(watched: Watched, path: str) -> None:
    page = watched.page
    enter(watched)
    watched.go(path)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#symbol-search")).to_be_focused()
    page.keyboard.type("g")
    expect(page.locator("#symbol-search")).to_have_value("g")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url(re.compile(PLACES["s"]))


def test_each_place_has_its_letter_and_a_letter_alone_leads_nowhere(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    for key, address in PLACES.items():
        watched.go("/help/data/")
        page.keyboard.press(key)  # right after the page came: nothing was asked for yet
        page.wait_for_timeout(100)
        assert page.url.endswith("/help/data/")
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(re.compile(address))
    watched.go("/help/data/")
    page.keyboard.press("n")
    page.wait_for_url(re.compile("/journal/new/$"))
    symbol = page.get_by_label("Symbol", exact=True)
    symbol.focus()
    page.keyboard.press("j")
    expect(symbol).to_have_value("j")
    assert watched.complaints == []


@pytest.mark.parametrize("path", ["/scanner/", "/scanner/?order=pattern", "/symbols/?q=er", "/watchlist/"])
def test_j_and_k_move_through_rows_and_enter_opens(watched: Watched, path: str) -> None:
    page = watched.page
    enter(watched)
    watched.go("/scanner/")
    buttons = page.locator(".watch-form button")
    for _ in range(2):
        if buttons.count():
            buttons.first.click()
            page.wait_for_load_state("networkidle")
    watched.go(path)
    page.keyboard.press("j")
    first = in_row(page)
    page.keyboard.press("j")
    second = in_row(page)
    assert first and second and first != second
    page.keyboard.press("k")
    assert in_row(page) == first
    page.wait_for_load_state("networkidle")  # a request that is cut off by leaving is a complaint of htmx
    page.wait_for_timeout(300)
    before = page.url
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: url != before)
    assert watched.complaints == []


def test_menus_and_sheets_close_with_escape_and_give_the_focus_back(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    watched.go("/scanner/")
    for summary in (page.locator("details.choose > summary"), page.locator("summary", has_text="Account of demo")):
        summary.focus()
        page.keyboard.press("Enter")
        expect(summary.locator("xpath=..")).to_have_attribute("open", "")
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(summary.locator("xpath=..")).not_to_have_attribute("open", "")
        expect(summary).to_be_focused()
    theme = page.get_by_role("button", name="Theme", exact=True)
    theme.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#look")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#look")).to_be_hidden()
    expect(theme).to_be_focused()


def test_on_a_phone_the_lab_is_walked_in_the_order_of_the_eye(chromium: Browser, legend: str) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    watched = Watched(context.new_page(), legend)
    enter(watched)
    watched.go("/lab/")
    expect(watched.page.locator("#lab-answer .record-stats")).to_be_visible(timeout=60_000)
    tops: list[float] = watched.page.evaluate(
        """() => [...document.querySelectorAll("#lab-form :is(a, button, select, input:not([type=hidden]), summary)")]
            .filter((one) => one.offsetParent && getComputedStyle(one).visibility === "visible" && !one.closest(".sliders, .slider"))
            .map((one) => one.getBoundingClientRect().top)"""
    )
    assert len(tops) > 10
    rows = [round(top / 60) for top in tops]
    assert rows == sorted(rows)
    context.close()
