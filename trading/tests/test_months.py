"""Figures from kept months are those of a recomputation, whatever changed before."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.preferences import change_preferences
from tests.caches import empty_cache
from trading.models import Journal, JournalMonth
from trading.queries.journal import GROUPS, Figures, Narrowing, calendar, figures, groups
from trading.queries.kinds import KINDS
from trading.queries.units import percent_rows, pictures
from trading.services.corrections import change_fill, change_trade, remove_fill
from trading.services.deleting import delete_trade
from trading.services.ledgers import add_cash_flow, change_account
from trading.services.months import keep_months
from trading.services.trades import close_trade
from trading.stats.decimals import rounded
from trading.stats.parts import from_json, part_of, to_json, together
from trading.stats.returns import RiskNormalised

from .factories import NOW, account_of, closed_trade, open_trade, out, reference_journal
from .test_invariants import NEW_YORK, journals, measured, results_of

D = Decimal
DAY = dt.timedelta(days=1)
Client = Callable[[User | None], APIClient]
ALL = Narrowing()
WINDOWS = [
    (None, None),
    (dt.date(2026, 1, 9), None),
    (None, dt.date(2026, 2, 5)),
    (dt.date(2026, 1, 14), dt.date(2026, 1, 31)),
    (dt.date(2026, 2, 1), None),
]


@pytest.fixture(autouse=True)
def _no_journal_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trading.queries.months.SMALL", 1)


def said(owner: User, narrowing: Narrowing) -> list[Any]:
    """All figures; growth by multiplying is the same to forty digits."""
    found = figures(owner=owner, narrowing=narrowing)
    normal = found.confidence.risk_normalised
    if normal is not None:
        normal = RiskNormalised(rounded(normal.gained, 30), rounded(normal.drawdown_pct, 30))
    found = replace(
        found,
        confidence=replace(found.confidence, risk_normalised=normal),
        curve=[replace(step, grown=rounded(step.grown, 30)) for step in found.curve],
    )
    return [
        found,
        calendar(owner=owner, narrowing=narrowing, currency="USD"),
        {by: groups(owner=owner, narrowing=narrowing, by=by) for by in GROUPS},
        *(other_units(owner, narrowing, found) if narrowing == ALL else ()),
    ]


def other_units(owner: User, narrowing: Narrowing, found: Figures) -> list[Any]:
    rows = {by: percent_rows(owner=owner, narrowing=narrowing, by=by) for by in GROUPS}
    return [
        in_unit(owner, narrowing, found, "money"),
        in_unit(owner, narrowing, found, "pct"),
        {
            (by, label): (row.mean, None if row.at_one_percent is None else rounded(row.at_one_percent, 30))
            for by, labelled in rows.items()
            for label, row in labelled.items()
        },
    ]


def in_unit(owner: User, narrowing: Narrowing, found: Figures, unit: str) -> Any:
    if not found.summary.total_trades:
        return None
    made = pictures(owner=owner, narrowing=narrowing, found=found, unit=unit, equity=None)
    return [(step.day, rounded(step.level, 30), rounded(step.drawdown, 30)) for step in made.curve], made.bins, made.days


def assert_as_recomputed(owner: User) -> None:
    """Kept, then from nothing."""
    for first, last in WINDOWS:
        narrowing = Narrowing(first=first, last=last)
        empty_cache()
        kept = said(owner, narrowing)
        empty_cache()
        JournalMonth.objects.all().delete()
        assert said(owner, narrowing) == kept, narrowing
    empty_cache()
    said(owner, ALL)


def test_figures_after_each_change_are_those_of_a_recomputation(alice: User) -> None:
    change_preferences(user=alice, changes={"time_zone": "America/New_York"})
    main = account_of(alice)
    trades = reference_journal(alice, main)
    other = account_of(alice, "Other")
    late = dt.datetime(2026, 1, 31, 23, 30, tzinfo=dt.UTC)
    changes: list[Callable[[], object]] = [
        lambda: closed_trade(alice, "53", at=late, pattern="flag", tags=["swing"], account=main.code),
        lambda: change_fill(owner=alice, code=trades[0].code, number=2, changes={"price": D(45)}, now=NOW),
        lambda: change_fill(owner=alice, code=trades[1].code, number=2, changes={"at": late}, now=NOW),
        lambda: change_trade(owner=alice, code=trades[2].code, changes={"pattern": "cup", "tags": ["a", "b"]}, now=NOW),
        lambda: change_trade(owner=alice, code=trades[2].code, changes={"stop_loss": D(90)}, now=NOW),
        lambda: change_trade(owner=alice, code=trades[3].code, changes={"account": other.code}, now=NOW),
        lambda: change_account(owner=alice, code=other.code, now=NOW, changes={"name": "Renamed"}),
        lambda: remove_fill(owner=alice, code=trades[4].code, number=2, now=NOW),
        lambda: close_trade(owner=alice, code=trades[4].code, fill=out("70", at=late), now=NOW),
        lambda: close_trade(owner=alice, code=open_trade(alice, now=late, account=main.code).code, fill=out("52", "30", at=late), now=NOW),
        lambda: add_cash_flow(owner=alice, account=main.code, kind="dividend", amount=D(7), on=NOW.date(), now=NOW, trade=trades[5].code),
        lambda: delete_trade(owner=alice, code=trades[6].code, now=NOW),
        lambda: closed_trade(alice, "51", at=dt.datetime(2025, 6, 2, 15, tzinfo=dt.UTC), account=main.code),
    ]
    assert_as_recomputed(alice)
    for change in changes:
        change()
        assert_as_recomputed(alice)


def test_a_small_journal_keeps_no_months_and_has_the_same_figures(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    reference_journal(alice)
    kept = said(alice, ALL)
    empty_cache()
    JournalMonth.objects.all().delete()
    monkeypatch.setattr("trading.queries.months.SMALL", 13)
    assert said(alice, ALL) == kept and not JournalMonth.objects.exists()


def test_only_the_months_of_a_change_are_forgotten(alice: User) -> None:
    trades = reference_journal(alice)
    said(alice, ALL)
    kinds = len(KINDS) - 1  # equity is not asked
    assert JournalMonth.objects.count() == 2 * kinds
    change_fill(owner=alice, code=trades[0].code, number=2, changes={"price": D(45)}, now=NOW)
    assert {row.month for row in JournalMonth.objects.all()} == {dt.date(2026, 2, 1)}
    said(alice, ALL)
    open_trade(alice)
    assert JournalMonth.objects.count() == 2 * kinds


def test_another_time_zone_makes_the_months_anew(alice: User) -> None:
    reference_journal(alice)
    before = said(alice, ALL)
    change_preferences(user=alice, changes={"time_zone": "Pacific/Auckland"})
    alice = User.objects.get(pk=alice.pk)
    after = said(alice, ALL)
    assert before[0].summary == after[0].summary and before[1].days != after[1].days
    assert before[1].total == after[1].total
    assert_as_recomputed(alice)


def test_what_was_worked_out_before_a_change_is_not_kept_after_it(alice: User) -> None:
    reference_journal(alice)
    said(alice, ALL)
    rows, revision = list(JournalMonth.objects.all()), Journal.objects.get(owner=alice).revision
    closed_trade(alice, "40", at=dt.datetime(2026, 1, 12, 15, tzinfo=dt.UTC))
    for row in rows:
        row.pk, row._state.adding = None, True
    keep_months(owner=alice, revision=revision, rows=rows)
    assert not JournalMonth.objects.filter(month=dt.date(2026, 1, 1)).exists()


def test_money_of_several_currencies_stays_apart_and_r_comes_together(alice: User) -> None:
    usd, yen = account_of(alice), account_of(alice, "Tokyo", currency="JPY")
    for k, account in enumerate((usd, yen, usd, yen)):
        closed_trade(alice, str(53 - k), at=NOW - k * DAY, account=account.code)
    found = figures(owner=alice, narrowing=ALL)
    assert found.currencies == ["JPY", "USD"] and found.currency is None
    assert found.summary.total_trades == 4 and found.summary.total_r == 3
    assert [one.total_trades for one in found.by_currency.values()] == [2, 2]
    assert [one.total_profit_loss for one in found.by_currency.values()] == [200, 400]
    assert_as_recomputed(alice)


def test_the_first_trade_of_a_journal_is_seen_at_once(alice: User, api: Client) -> None:
    client = api(alice)
    assert client.get("/api/trades/statistics").json()["total_trades"] == 0
    trade = open_trade(alice)
    assert client.get("/api/trades/statistics").json()["total_trades"] == 0
    close_trade(owner=alice, code=trade.code, fill=out(), now=NOW)
    assert client.get("/api/trades/statistics").json()["total_trades"] == 1
    assert client.get("/api/analytics/calendar").json()["exits"] == 1


def test_a_month_without_trades_between_is_no_gap(alice: User) -> None:
    for at in (dt.datetime(2024, 3, 4, tzinfo=dt.UTC), dt.datetime(2026, 1, 5, tzinfo=dt.UTC)):
        closed_trade(alice, at=at)
    assert figures(owner=alice, narrowing=ALL).summary.total_r == 5
    assert JournalMonth.objects.filter(kind="figures").count() == 23


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(journals, st.lists(st.integers(0, 6), max_size=3), st.sampled_from(["0", "0.2"]))
def test_11_pieces_put_together_are_the_whole(journal: list[Any], cuts: list[int], band: str) -> None:
    results = results_of([measured(trade) for trade in journal])
    edges = [0, *sorted(min(cut, len(results)) for cut in cuts), len(results)]

    def part(start: int, end: int) -> Any:
        rows = results[start:end]
        return part_of(rows, places=[2] * len(rows), band=D(band), zone=NEW_YORK)[0]

    whole = part(0, len(results))
    pieces = [part(start, end) for start, end in pairwise(edges)]
    joined = together(from_json(to_json(piece)) for piece in pieces)
    same = [name for name in whole.__slots__ if name not in ("growth", "marks")]
    assert [getattr(joined, name) for name in same] == [getattr(whole, name) for name in same]
    assert [mark[:3] for mark in joined.marks] == [mark[:3] for mark in whole.marks]
    for one, other in zip(joined.marks, whole.marks, strict=True):
        assert abs(one.grown - other.grown) <= abs(other.grown) * D("1e-30")
    for name in ("level", "top", "bottom", "fall"):
        assert abs(getattr(joined.growth, name) - getattr(whole.growth, name)) <= D("1e-25") * (1 + whole.growth.top)
