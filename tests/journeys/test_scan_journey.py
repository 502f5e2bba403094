"""From the sign-in page to a drawn pattern, as a newcomer goes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.journey
AXE = Path(settings.BASE_DIR) / "tests" / "vendor" / "axe-core" / "axe.min.js"
FIRST_PAGE_BYTES = 400_000
PAGES = ("/", "/scanner/", "/lab/", "/symbols/?q=a", "/patterns/", "/patterns/double-bottom/", "/help/data/", "/api/docs", "/nowhere/")


class Watched:
    """A page with everything it complained of and every host it asked."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        self.bytes = 0
        page.on("console", lambda message: self.complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        page.on("requestfinished", lambda request: self._add(request.sizes()))

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address, "data:")):
            self.complaints.append(f"asked {url}")

    def _add(self, sizes: Any) -> None:
        self.bytes += sizes["responseBodySize"] + sizes["responseHeadersSize"]

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)
        self.page.wait_for_load_state("networkidle")


@pytest.fixture
def watched(chromium: Browser, legend: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    options = getattr(request, "param", {"viewport": {"width": 1440, "height": 900}})
    context = chromium.new_context(**options)
    context.set_default_timeout(30_000)
    yield Watched(context.new_page(), legend)
    context.close()


def enter(watched: Watched) -> None:
    watched.go("/sign-in")
    watched.page.get_by_role("button", name="Look around as demo").click()
    watched.page.wait_for_url(re.compile(r"/$|/scanner/"))


def canvas_is_drawn(page: Page) -> bool:
    """True when the largest canvas of the chart holds more than one colour."""
    return bool(
        page.evaluate(
            """() => [...document.querySelectorAll("[data-chart] canvas")].some((canvas) => {
                const { width, height } = canvas;
                if (width < 200 || height < 150) return false;
                const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer);
                return new Set(pixels).size > 20;
            })"""
        )
    )


def test_from_the_demo_button_to_a_drawn_pattern(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    watched.go("/scanner/")
    expect(page.get_by_text("Simulated market.", exact=True)).to_be_visible()
    with page.expect_navigation() as asked:
        page.get_by_role("button", name="Scan", exact=True).click()
    assert 'role="progressbar"' in asked.value.text(), "the page after Scan shows progress"
    expect(page.locator("[role=progressbar]")).to_have_count(0, timeout=60_000)
    rows = page.locator("tr[data-row]")
    expect(rows.first).to_be_visible()

    second = rows.nth(1).get_attribute("data-code")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("#preview")).to_have_attribute("data-code", second or "")
    page.wait_for_selector("#preview [data-drawn]")
    assert canvas_is_drawn(page)

    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/symbols/.+match="))
    page.wait_for_selector("[data-chart][data-drawn]")
    page.wait_for_timeout(300)
    assert canvas_is_drawn(page)
    expect(page.get_by_role("heading", name=re.compile("^Clauses of "))).to_be_visible()
    assert watched.complaints == []


def test_filters_change_the_rows_and_the_address_without_loading_the_page_anew(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    watched.go("/scanner/")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Side").select_option("short")
    page.wait_for_url(re.compile("side=short"))
    expect(page.locator("tr[data-row] .side-long")).to_have_count(0)
    assert page.evaluate("window.sameDocument")
    assert watched.complaints == []


def test_the_keyboard_alone_reaches_search_help_and_pages(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    watched.go("/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("p")
    page.wait_for_url(re.compile("/patterns/$"))
    page.keyboard.press("/")
    page.keyboard.type("a")
    page.wait_for_selector("#suggestions a")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/symbols/.+/"))
    assert watched.complaints == []


@pytest.mark.parametrize("scheme", ["dark", "light"])
@pytest.mark.parametrize("width", [1440, 390, 360])
def test_no_page_has_a_fault_for_people_with_impairments_or_runs_over_its_side(
    chromium: Browser, legend: str, scheme: Any, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    watched = Watched(context.new_page(), legend)
    enter(watched)
    watched.go("/scanner/")
    symbol = watched.page.locator("tr[data-row] a").first.get_attribute("href")
    for path in (*PAGES, symbol or ""):
        watched.go(path)
        assert watched.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{path} runs over"
        assert [complaint for complaint in watched.complaints if "404" not in complaint] == []
        assert faults_found(watched.page) == [], path
        watched.complaints.clear()  # axe tries a style of its own, which the policy refuses
    context.close()


def faults_found(page: Page) -> list[str]:
    page.evaluate(AXE.read_text())
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [f"{fault['id']}: {node['target']} {node['failureSummary']}" for fault in found["violations"] for node in fault["nodes"]]


def test_the_first_page_is_small(watched: Watched) -> None:
    watched.go("/")
    assert watched.bytes < FIRST_PAGE_BYTES
    assert watched.complaints == []


def test_the_scanner_works_without_script(chromium: Browser, legend: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{legend}/sign-in")
    page.get_by_role("button", name="Look around as demo").click()
    page.goto(f"{legend}/scanner/")
    page.get_by_label("Side").select_option("long")
    page.get_by_role("button", name="Apply").click()
    assert "side=long" in page.url
    page.locator("tr[data-row] a").first.click()
    assert "/symbols/" in page.url
    context.close()
