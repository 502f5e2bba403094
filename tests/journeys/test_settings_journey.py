"""A person sets things up: privacy, look, a key with which a script then asks; by keyboard, and for everybody."""

import json
import re
from typing import Any
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from .test_scan_journey import Watched, enter, faults_found, watched  # noqa: F401

pytestmark = pytest.mark.journey
OWN = (
    "/settings/profile",
    "/settings/privacy",
    "/settings/preferences",
    "/settings/notifications",
    "/settings/keys",
    "/settings/sessions",
    "/settings/export",
    "/settings/close",
)


def test_privacy_is_set_and_a_key_opens_the_api(watched: Watched) -> None:  # noqa: F811
    page = watched.page
    enter(watched)
    page.locator("summary", has_text="Account of demo").click()
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("navigation", name="Settings").get_by_role("link", name="Privacy").click()
    page.get_by_label("Public", exact=False).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Privacy saved.")).to_be_visible()

    page.get_by_role("navigation", name="Settings").get_by_role("link", name="API keys").click()
    page.get_by_label("Name", exact=True).fill("evening script")
    page.get_by_role("button", name="Make the key").click()
    secret = page.get_by_label("The key", exact=True).input_value()
    assert re.fullmatch(r"lgd_[\w-]{43}", secret)
    asked = Request(f"{watched.address}/api/users/me", headers={"Authorization": f"Api-Key {secret}"})
    with urlopen(asked) as answer:
        assert json.load(answer)["privacy"] == "public"

    watched.go("/settings/keys")
    expect(page.get_by_text(secret)).to_have_count(0)
    page.get_by_role("button", name="Revoke evening script").click()
    expect(page.get_by_text("evening script opens nothing any more.")).to_be_visible()
    assert watched.complaints == []


def test_a_chosen_theme_is_there_in_another_browser(watched: Watched, chromium: Browser, legend: str) -> None:  # noqa: F811
    enter(watched)
    page = watched.page
    for theme in ("dark", "system"):
        page.get_by_role("button", name="Theme", exact=True).first.click()
        with page.expect_response(re.compile("/settings/look$")) as kept:
            page.locator(f"#look [data-set-theme={theme}]").click()
        assert kept.value.status == 204
        page.keyboard.press("Escape")
        context = chromium.new_context(color_scheme="light")
        elsewhere = Watched(context.new_page(), legend)
        enter(elsewhere)
        shown = elsewhere.page.locator("html").get_attribute("data-bs-theme")
        assert shown == ("dark" if theme == "dark" else "light")
        context.close()
    assert watched.complaints == []


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_no_settings_page_has_a_fault_for_people_with_impairments(chromium: Browser, legend: str, width: int, scheme: Any) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    watched = Watched(context.new_page(), legend)  # noqa: F811
    enter(watched)
    for path in OWN:
        watched.go(path)
        assert watched.page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{path} runs over"
        assert watched.page.evaluate("[...document.querySelectorAll('.scroll-x')].every((one) => one.scrollWidth <= one.clientWidth)"), path
        assert watched.complaints == [], path
        assert faults_found(watched.page) == [], path
        watched.complaints.clear()  # axe tries a style of its own, which the policy refuses
    context.close()


def test_the_keyboard_reaches_every_control_of_a_settings_page(watched: Watched) -> None:  # noqa: F811
    enter(watched)
    for path in ("/settings/keys", "/settings/privacy"):
        watched.go(path)
        page = watched.page
        wanted = page.evaluate(
            """() => [...document.querySelectorAll("main a, main button, main input:not([type=hidden]), main select")]
                .filter((one) => one.offsetParent && !(one.type === "radio" && !one.checked)).length"""
        )
        reached = set()
        for _ in range(80):
            page.keyboard.press("Tab")
            mark = page.evaluate(
                """() => { const one = document.activeElement;
                    if (!one.closest("main") || !one.matches("a, button, input, select")) return null;
                    one.dataset.reached ??= String(document.querySelectorAll("[data-reached]").length); return one.dataset.reached; }"""
            )
            if mark is not None:
                reached.add(mark)
        assert len(reached) == wanted, path
