"""Scans and matches on the moderator's desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from patterns.models import Scan
from patterns.services.scans import request_scan, run_scan_here

from .factories import create_market

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(browser: Callable[[User], Client], make_user: Callable[..., User]) -> Client:
    return browser(make_user("root", is_staff=True, is_superuser=True, role=User.Role.ADMIN))


def test_lists_ask_no_question_per_row(desk: Client, django_assert_max_num_queries: Callable[..., Any]) -> None:
    market = create_market(4, bars=300)
    for month in (1, 2, 3):
        run_scan_here(universe=market, as_of=f"2016-0{month}-01", now=timezone.now(), threads=0)
    for page in ("scan", "patternmatch"):
        with django_assert_max_num_queries(12):
            assert desk.get(f"/admin/patterns/{page}/").status_code == 200


def test_a_scan_and_a_match_are_shown_and_not_changed(desk: Client) -> None:
    scan = run_scan_here(universe=create_market(4, bars=300), now=timezone.now(), threads=0)
    match = scan.results.earliest("pk").match
    assert "TEST" in desk.get(f"/admin/patterns/scan/{scan.pk}/change/").content.decode()
    assert desk.get(f"/admin/patterns/patternmatch/{match.pk}/change/").status_code == 200
    assert desk.get("/admin/patterns/scan/add/").status_code == 403


def test_a_moderator_cancels_a_scan(desk: Client, alice: User) -> None:
    scan = request_scan(universe=create_market(2, bars=200), by=alice, now=timezone.now())
    desk.post("/admin/patterns/scan/", {"action": "cancel_scans", "_selected_action": [scan.pk]})
    assert Scan.objects.get(pk=scan.pk).status == "cancelled"
