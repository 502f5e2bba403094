"""From a stranger to a person with a key and a new password, by keyboard alone, with the mail between; and for everybody."""

import email
import email.policy
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from .test_scan_journey import faults_found

pytestmark = pytest.mark.journey
OLD, NEW = "quiet-harbour-42", "loud-mountain-17"


def letter_to(address: str, data: Path, *, subject: str) -> str:
    """The text of the latest mail to somebody, once it is there."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for file in sorted((data / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True):
            for written in file.read_text().split("-" * 79):
                message = email.message_from_string(written.strip(), policy=email.policy.default)
                if message["To"] == address and subject in str(message["Subject"]):
                    return str(message.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        time.sleep(0.2)
    raise AssertionError(f"no mail {subject!r} to {address}")


def fill(page: Page, *words: str) -> None:
    """Type into the fields in their order and send, as somebody without a mouse: once the page has put the cursor there."""
    expect(page.locator("main input:focus")).to_have_count(1)
    for number, word in enumerate(words):
        if number:
            page.keyboard.press("Tab")
        page.keyboard.type(word)
    page.keyboard.press("Enter")


def watched(page: Page) -> list[str]:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def press_on(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to it with the Tab key, see that it shows where one is, and press a key."""
    for _ in range(90):
        if target.evaluate("one => one === document.activeElement"):
            break
        page.keyboard.press("Tab")
    expect(target).to_be_focused()
    shown = target.evaluate(
        """one => { const style = getComputedStyle(one.closest("label.choice, label.check") ?? one), own = getComputedStyle(one);
            return [style, own].some(found => found.outlineStyle !== "none" || found.boxShadow !== "none"); }"""
    )
    assert shown, f"nothing shows that {target} has the focus"
    page.keyboard.press(key)


def status_with(secret: str, address: str) -> int:
    """What the API answers a program with this key."""
    try:
        with urlopen(Request(address, headers={"Authorization": f"Api-Key {secret}"})) as answer:
            assert json.load(answer)["privacy"] == "public"
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def set_privacy(page: Page) -> None:
    press_on(page, page.get_by_role("navigation", name="Settings").get_by_role("link", name="Privacy"))
    expect(page.get_by_text("not chosen yet")).to_be_visible()
    press_on(page, page.locator("main input[type=radio][value=private]"), "ArrowUp")  # what is set until somebody chooses
    page.keyboard.press("ArrowUp")
    expect(page.get_by_label("Public", exact=False)).to_be_checked()
    press_on(page, page.get_by_role("button", name="Save"))
    expect(page.get_by_text("Privacy saved.")).to_be_visible()


def make_key(page: Page) -> str:
    press_on(page, page.get_by_role("navigation", name="Settings").get_by_role("link", name="API keys"))
    name = page.get_by_label("Name", exact=True)
    press_on(page, name, "a")
    page.keyboard.type(" script of mine")
    press_on(page, page.get_by_role("button", name="Make the key"))
    return page.get_by_label("The key", exact=True).input_value()


def test_sign_up_confirm_set_privacy_make_a_key_and_change_the_password(chromium: Browser, legend: str, data: Path) -> None:
    context, elsewhere = chromium.new_context(), chromium.new_context()
    page, other = context.new_page(), elsewhere.new_page()
    complaints = watched(page)

    page.goto(f"{legend}/sign-in")
    page.get_by_role("link", name="Make an account").click()
    fill(page, "erin", "erin@example.com", OLD)
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()

    (link,) = re.findall(rf"{legend}/confirm/\S+", letter_to("erin@example.com", data, subject="Confirm your address"))
    page.goto(link)
    expect(page.get_by_role("heading", name="Welcome, erin")).to_be_visible()
    expect(page.get_by_role("button", name="Confirm")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/confirm/" not in url)
    expect(page.get_by_text("Account of erin")).to_be_attached()

    page.get_by_text("Account of erin").locator("..").press("Enter")
    page.get_by_role("button", name="Sign out").press("Enter")
    page.wait_for_url(f"{legend}/sign-in")
    fill(page, "erin@example.com", OLD)
    expect(page.get_by_text("Account of erin")).to_be_attached()

    other.goto(f"{legend}/sign-in")
    fill(other, "erin", OLD)
    expect(other.get_by_text("Account of erin")).to_be_attached()

    press_on(page, page.locator("summary", has_text="Account of erin"))
    press_on(page, page.get_by_role("link", name="Settings"))
    set_privacy(page)
    secret = make_key(page)
    assert status_with(secret, f"{legend}/api/users/me") == 200

    press_on(page, page.get_by_role("navigation", name="Settings").get_by_role("link", name="Password"))
    press_on(page, page.get_by_label("Present password"), "Home")
    fill(page, OLD, NEW)
    page.wait_for_url(f"{legend}/settings/sessions")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()

    assert status_with(secret, f"{legend}/api/users/me") == 401

    other.goto(f"{legend}/settings/sessions")
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    fill(other, "erin", OLD)
    expect(other.get_by_role("alert")).to_contain_text("do not belong together")
    assert "was changed" in letter_to("erin@example.com", data, subject="Your password at Legend was changed")
    assert complaints == []
    context.close()
    elsewhere.close()


def test_a_forgotten_password_is_set_anew_by_the_mail(chromium: Browser, legend: str, data: Path) -> None:
    context = chromium.new_context()
    page = context.new_page()
    complaints = watched(page)
    page.goto(f"{legend}/sign-up")
    fill(page, "frank", "frank@example.com", OLD)
    (link,) = re.findall(rf"{legend}/confirm/\S+", letter_to("frank@example.com", data, subject="Confirm your address"))
    page.goto(link)
    expect(page.get_by_role("button", name="Confirm")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/confirm/" not in url)
    context.clear_cookies()

    page.goto(f"{legend}/sign-in")
    page.get_by_role("link", name="Forgot your password?").press("Enter")
    page.wait_for_url(f"{legend}/forgot-password")
    fill(page, "frank@example.com")
    (link,) = re.findall(rf"{legend}/reset-password/\S+", letter_to("frank@example.com", data, subject="Choose a new password"))
    page.goto(link)
    page.get_by_label("New password").focus()
    fill(page, NEW)
    page.wait_for_url(f"{legend}/sign-in")
    fill(page, "frank", NEW)
    expect(page.get_by_text("Account of frank")).to_be_attached()
    page.goto(link)
    expect(page.get_by_role("heading", name="This link is over")).to_be_visible()
    assert [complaint for complaint in complaints if "404" not in complaint] == []
    context.close()


BEFORE = ("/sign-in", "/sign-up", "/forgot-password", "/confirm/nothing", "/reset-password/nothing", "/sign-in?next=/admin/")
OWN = ("/", "/settings/profile", "/settings/password", "/settings/address", "/settings/sessions", "/settings/keys", "/admin/login/")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "dark"), (390, "light")])
def test_no_page_of_ones_account_has_a_serious_fault(chromium: Browser, legend: str, data: Path, width: int, scheme: Any) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, name = context.new_page(), f"hana{width}"
    address = f"{name}@example.com"

    def look(path: str = "") -> None:
        if path:
            page.goto(path if path.startswith("http") else legend + path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), f"{page.url} runs over"
        assert faults_found(page) == [], page.url

    for path in BEFORE:
        look(path)
    page.goto(f"{legend}/sign-up")
    fill(page, name, "no address", "x")
    look()  # with what is wrong
    page.goto(f"{legend}/sign-up")
    fill(page, name, address, OLD)
    look()
    (link,) = re.findall(rf"{legend}/confirm/\S+", letter_to(address, data, subject="Confirm your address"))
    look(link)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/confirm/" not in url)
    for path in OWN:
        look(path)
    page.goto(f"{legend}/settings/keys")
    page.get_by_label("Name", exact=True).fill("evening script")
    page.get_by_role("button", name="Make the key").click()
    look()
    page.goto(f"{legend}/settings/address")
    page.get_by_label("New address").focus()
    fill(page, f"new-{address}", OLD)
    look()
    (link,) = re.findall(rf"{legend}/confirm/\S+", letter_to(f"new-{address}", data, subject="Confirm"))
    look(link)
    page.goto(f"{legend}/settings/close")
    page.get_by_label("Your password").fill(OLD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{legend}/sign-in")
    look()
    page.goto(f"{legend}/sign-in")
    fill(page, name, OLD)
    expect(page.get_by_role("button", name="Keep my account")).to_be_visible()
    look()
    context.close()
