"""Cheap and dear shares are told with the digits they need, by every door."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from patterns.engine.figures import price_text
from patterns.services.scans import run_scan_here

from .factories import create_instrument, create_universe
from .test_views import drawn_bars, text_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("factor", [0.00001, 0.0012, 4000.0])
def test_levels_are_told_apart_at_any_price(factor: float, alice: User, client: Any) -> None:
    bars = drawn_bars("double-bottom", 93).scaled(factor)
    market = create_universe("PENNIES", members=[create_instrument("PENNY", bars=bars)])
    scan = run_scan_here(universe=market, now=timezone.now(), by=alice, threads=0)
    match = scan.results.get(match__pattern="double-bottom").match
    levels = [price_text(level) for level in (match.entry, match.stop, match.target)]
    assert len(set(levels)) == 3
    for text in levels:
        figure = float(text.replace(",", ""))
        assert any(figure == pytest.approx(level, rel=1e-3) for level in (match.entry, match.stop, match.target))
    client.force_login(alice)
    for address in ("/", "/scanner/", "/symbols/PENNY/"):
        page = text_of(client.get(address))
        assert all(text in page for text in levels), address
    assert f"symbol=PENNY&amp;level={levels[0].replace(',', '')}" in client.get("/symbols/PENNY/").content.decode()
    assert levels[0] in match.detail["analysis"]
    call_command("scan", "PENNIES", "--threads", "0", stdout=(told := StringIO()), stderr=StringIO())
    assert all(text in told.getvalue() for text in levels)
