"""From a stranger to a person with a new password, by keyboard alone, with the mail between."""

import email
import email.policy
import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

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


def test_sign_up_confirm_sign_out_sign_in_and_change_the_password(chromium: Browser, legend: str, data: Path) -> None:
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

    page.goto(f"{legend}/settings/password")
    page.get_by_label("Present password").focus()
    fill(page, OLD, NEW)
    page.wait_for_url(f"{legend}/settings/sessions")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()

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
