"""In the lab: a slider moved, evidence that changes, an address that keeps it, a detector of one's own, and a scan with it."""

import re

import pytest
from playwright.sync_api import Page, expect

from .test_scan_journey import Watched, enter, watched

pytestmark = pytest.mark.journey
__all__ = ["watched"]
ANSWER = 60_000  # milliseconds; the first answer compiles what its rule needs


def matches(page: Page) -> str:
    return page.locator("#lab-answer .record-stats dd").first.inner_text()


def test_from_a_moved_slider_to_a_scan_with_a_detector_of_ones_own(watched: Watched) -> None:
    page = watched.page
    enter(watched)
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(re.compile(r"/lab/"))
    expect(page.locator("#lab-answer .record-stats")).to_be_visible(timeout=ANSWER)
    before = matches(page)

    slider = page.get_by_label("min depth, slider")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowRight")
    number = page.get_by_label("min depth", exact=True)
    moved = number.input_value()
    assert moved == slider.input_value() != "6"
    page.wait_for_url(re.compile(rf"p-min_depth={moved}\b"))
    expect(page.locator(".slider.is-changed")).to_have_count(1)
    expect(page.locator("#lab-status.is-working")).to_have_count(0, timeout=ANSWER)
    expect(page.locator("#lab-answer .record-stats dd").first).not_to_have_text(before)
    after = matches(page)

    page.reload()
    expect(page.get_by_label("min depth", exact=True)).to_have_value(moved)
    expect(page.locator("#lab-answer .record-stats dd").first).to_have_text(after)
    page.go_back()
    expect(page.get_by_label("min depth", exact=True)).not_to_have_value(moved)
    page.go_forward()
    expect(page.get_by_label("min depth", exact=True)).to_have_value(moved)

    page.get_by_label("tolerance", exact=True).fill("99")
    expect(page.get_by_text("less than or equal to 10")).to_be_visible()
    page.get_by_label("Reset tolerance to 4").click()
    expect(page.get_by_text("less than or equal to 10")).to_have_count(0)
    expect(page.locator("#lab-answer .record-stats")).to_be_visible(timeout=ANSWER)

    page.get_by_role("button", name="Save as my detector").click()
    page.get_by_label("Name", exact=True).last.fill("Deep bottoms")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved as Deep bottoms.")).to_be_visible()
    expect(page.get_by_role("region", name="My detectors")).to_contain_text("Deep bottoms")

    watched.go("/scanner/")
    page.locator("details.choose summary").click()
    page.get_by_label("Deep bottoms").check()
    with page.expect_navigation():
        page.get_by_role("button", name="Scan", exact=True).click()
    expect(page.locator("[role=progressbar]")).to_have_count(0, timeout=60_000)
    expect(page.locator("#results")).to_contain_text(re.compile("Deep bottoms|No setup met the rules"))
    assert watched.complaints == []
