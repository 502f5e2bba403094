"""Evidence as a service: asked once, joined, renewed with the bars, kept or forgotten; and that nothing in it looks ahead."""

import datetime as dt
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.db import transaction

from accounts.models import User
from legend.lib.errors import Invalid, TooMany
from patterns import first_start
from patterns.bars import load_bars, load_panel, store_bars
from patterns.engine.claims import FEWEST, tries_of
from patterns.engine.evidence import evidence as engine_evidence
from patterns.engine.registry import default_rules, detector
from patterns.models import BarBlock, Evidence, Instrument, MarketContext, Trial, Universe
from patterns.queries.evidence import entries_of, evidence_beside, survivorship, track_record, tries_on
from patterns.queries.trades import examples_of
from patterns.services import simulated_market, workbench
from patterns.services.context import context_of
from patterns.services.evidence import (
    KEPT_FOR,
    MOST_WAITING,
    STALE,
    Terms,
    forget_expired,
    judge_here,
    progress_of,
    refresh,
    refresh_after,
    request_evidence,
    requeue_everything,
    requeue_stale,
)
from patterns.services.judging import run_evidence
from patterns.services.noise import measure_noise
from patterns.services.records import stored_outcomes
from patterns.services.rules import store_rules
from patterns.services.scans import run_scan_here
from patterns.services.universes import create_list

from .factories import create_instrument, create_market, create_universe, random_bars

pytestmark = pytest.mark.django_db

NOW = dt.datetime(2026, 3, 2, 22, 0, tzinfo=dt.UTC)
DOUBLE = detector("double-bottom").rule()
Commit = Callable[..., Any]


@pytest.fixture
def market() -> Universe:
    return create_market(8, bars=500)


def judge(universe: Universe, *rules: Any, **more: Any) -> list[Evidence]:
    return judge_here(universe=universe, rules=rules or [DOUBLE], now=NOW, threads=1, **more)


def ask(universe: Universe, *rules: Any, by: User | None = None, **more: Any) -> list[Evidence]:
    """Without commit nothing is started: the rows wait."""
    with transaction.atomic():
        return request_evidence(universe=universe, rules=rules or [DOUBLE], by=by, now=NOW, **more)


def add_bar(symbol: str = "S0") -> None:
    share = Instrument.objects.get(symbol=symbol)
    stored = load_bars(share, "1day")
    store_bars(instrument=share, interval="1day", bars=random_bars(stored.size + 1, seed=int(symbol[1:])))


# the answer ------------------------------------------------------------------------------------------------------------------


def test_a_refresh_says_what_the_engine_says(market: Universe) -> None:
    waiting = refresh(universe=market, interval="1day", now=NOW)
    assert len(waiting) == len(default_rules())
    assert run_evidence(evidence_ids=waiting, threads=2) == len(waiting)

    shares = list(Instrument.objects.order_by("pk"))
    panel = load_panel([share.pk for share in shares], "1day")
    rated = context_of(universe=market, interval="1day")
    contexts = [rated.around(share.pk, panel[share.pk].at) for share in shares]
    expected = engine_evidence({share.symbol: panel[share.pk] for share in shares}, contexts, default_rules())

    found = track_record(universe=market, interval="1day", patterns={entry["pattern"] for entry in expected})
    assert found is not None
    assert {(entry["pattern"], entry["side"]) for entry in found.entries} == {(entry["pattern"], entry["side"]) for entry in expected}
    by_name = {(entry["pattern"], entry["side"]): entry for entry in found.entries}
    for entry in expected:
        told = by_name[entry["pattern"], entry["side"]]
        for name in ("matches", "trades", "mean_r", "median_r_low", "edge", "edge_low", "edge_high", "claim", "tried", "luck_ratio"):
            assert told[name] == (pytest.approx(entry[name], abs=1e-5) if isinstance(entry[name], float) else entry[name]), name
        assert told["by_year"].keys() == entry["by_year"].keys()
        assert told["equity"]["r"] == pytest.approx(entry["equity"]["r"], abs=1e-5)
        assert len(told["equity"]["months"]) == len(told["equity"]["r"])


def test_the_same_question_has_the_same_answer_with_one_thread_and_with_four(market: Universe) -> None:
    first = judge(market, *default_rules())
    figures = [(row.figures, row.groups) for row in first]
    Evidence.objects.all().delete()
    workbench.forget_workbenches()
    again = judge_here(universe=market, rules=default_rules(), now=NOW, threads=4)
    assert [(row.figures, row.groups) for row in again] == figures


def test_every_outcome_is_kept_with_its_share(market: Universe) -> None:
    (row,) = judge(market, detector("double-top").rule())
    stored = stored_outcomes(evidence=Evidence.objects.get(pk=row.pk))
    (entry,) = row.figures
    assert len(stored.outcomes) == entry["matches"]
    closed = np.isfinite(stored.outcomes["r"])
    assert int(closed.sum()) == entry["trades"]
    assert float(stored.outcomes["r"][closed].mean()) == pytest.approx(entry["mean_r"], abs=1e-6)
    assert set(stored.instruments.tolist()) <= set(Instrument.objects.values_list("pk", flat=True))
    for instrument_id, outcome in zip(stored.instruments.tolist(), stored.outcomes, strict=True):
        bars = load_bars(Instrument.objects.get(pk=instrument_id), "1day")
        assert bars.at[outcome["known"]] == outcome["known_at"]


def test_examples_go_from_the_best_trade_to_the_worst(market: Universe) -> None:
    (row,) = judge(market, detector("double-top").rule())
    examples = examples_of(evidence=Evidence.objects.get(pk=row.pk))
    results = [example["r"] for example in examples]
    assert results == sorted(results, reverse=True)
    stored = stored_outcomes(evidence=Evidence.objects.get(pk=row.pk)).outcomes["r"]
    assert (results[0], results[-1]) == pytest.approx((np.nanmax(stored), np.nanmin(stored)), abs=1e-4)
    assert len(results) == min(8, row.figures[0]["trades"])
    assert all(example["known_at"] < example["triggered_at"] and example["symbol"].startswith("S") for example in examples)


def test_nothing_after_the_last_day_of_the_span_is_known(market: Universe) -> None:
    (early,) = judge(market, until="2016-03-31")
    kept = [(share, load_bars(share, "1day")) for share in Instrument.objects.all()]
    BarBlock.objects.all().delete()
    for share, bars in kept:
        store_bars(instrument=share, interval="1day", bars=bars.cut(dt.datetime(2016, 3, 31, tzinfo=dt.UTC).timestamp()))
    (alone,) = judge(market)
    assert alone.pk != early.pk
    assert alone.figures == early.figures
    assert (early.is_whole, alone.is_whole) == (False, True)


def test_the_first_day_of_the_span_leaves_earlier_matches_out(market: Universe) -> None:
    (whole,), (late,) = judge(market), judge(market, since="2016-01-04")
    assert 0 < late.figures[0]["matches"] < whole.figures[0]["matches"]
    assert set(late.groups[0]["by_year"]) == {"2016"}
    assert late.groups[0]["by_year"]["2016"]["matches"] == whole.groups[0]["by_year"]["2016"]["matches"]
    assert entries_of(late, tries_of([]), whole=True)[0]["equity"]["months"][0] == "2016-01"


def test_only_members_of_the_day_count_and_only_they_are_drawn_as_control(market: Universe) -> None:
    (whole,) = judge(market, detector("double-top").rule())
    stored = stored_outcomes(evidence=Evidence.objects.get(pk=whole.pk))
    gone = dt.date(2016, 1, 1)
    market.members.filter(instrument__symbol__in=["S0", "S1"]).update(left=gone)
    (now,) = judge(market, detector("double-top").rule())
    of_day = stored_outcomes(evidence=Evidence.objects.get(pk=now.pk))
    left = set(Instrument.objects.filter(symbol__in=["S0", "S1"]).values_list("pk", flat=True))
    instant = dt.datetime.combine(gone, dt.time(), dt.UTC).timestamp()

    def known(kept: Any) -> set[tuple[int, float]]:
        return set(zip(kept.instruments.tolist(), kept.outcomes["known_at"].tolist(), strict=True))

    assert now.data_version != whole.data_version
    assert all(at < instant for instrument, at in known(of_day) if instrument in left)
    before = {(instrument, at) for instrument, at in known(stored) if instrument not in left or at < instant}
    assert {key for key in before if key[0] not in left} == {key for key in known(of_day) if key[0] not in left}
    assert whole.figures[0]["control_mean_r"] != now.figures[0]["control_mean_r"]


def test_a_share_without_sound_bars_is_named(market: Universe) -> None:
    block = BarBlock.objects.get(instrument__symbol="S3", year=2015)
    BarBlock.objects.filter(pk=block.pk).update(packed=bytes(block.packed)[:-7])
    bare = create_instrument("BARE")
    create_universe("TEST", members=[bare])
    (row,) = judge(market)
    assert [entry["symbol"] for entry in row.left_out] == ["BARE", "S3"]
    assert "damaged" in row.left_out[1]["reason"]
    assert row.total == 7
    said = survivorship(market, row.left_out)
    assert said is not None
    assert "BARE, S3" in said
    assert "not known when its members joined or left" in said


def test_a_universe_with_dates_and_bars_has_nothing_to_confess(market: Universe) -> None:
    market.members.update(joined=dt.date(2014, 1, 1))
    (row,) = judge(market)
    assert survivorship(market, row.left_out) is None


# asking ----------------------------------------------------------------------------------------------------------------------


def test_after_commit_the_worker_does_the_rest(market: Universe, django_capture_on_commit_callbacks: Commit) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        (row,) = request_evidence(universe=market, rules=[DOUBLE], now=NOW)
    assert row.status == "queued"
    row.refresh_from_db()
    assert (row.status, row.done, row.total) == ("done", 8, 8)
    assert row.finished_at is not None and row.started_at is not None
    progress = progress_of(evidence=row, now=NOW)
    assert (progress.status, progress.seconds_left) == ("done", None)
    # the noise floor follows as a task of its own
    assert {entry["pattern"] for entry in row.noise or []} == {"double-bottom"}


def test_the_same_question_is_joined_while_it_waits_and_answered_at_once_later(market: Universe, alice: User, bob: User) -> None:
    (first,), (second,) = ask(market, by=alice), ask(market, by=bob)
    assert first.pk == second.pk
    run_evidence(evidence_ids=[first.pk], threads=1)
    (third,) = ask(market, by=bob)
    assert (third.pk, third.status) == (first.pk, "done")


def test_other_parameters_horizon_costs_trigger_or_span_are_another_question(market: Universe) -> None:
    asked = [
        *ask(market),
        *ask(market, detector("double-bottom").rule(tolerance=0.05)),
        *ask(market, terms=Terms(horizon=30)),
        *ask(market, terms=Terms(costs=0.001)),
        *ask(market, terms=Terms(confirm="close")),
        *ask(market, since="2015-06-01"),
        *ask(market, until="2016-06-01"),
    ]
    assert len({row.pk for row in asked}) == 7
    assert [row.expires_at is None for row in asked] == [True, False, False, False, False, False, False]


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"terms": Terms(horizon=0)}, "horizon", "allowed is 1 to 250 bars"),
        ({"terms": Terms(horizon=251)}, "horizon", "allowed is 1 to 250 bars"),
        ({"terms": Terms(costs=-0.001)}, "costs", "allowed is 0 to 0.02"),
        ({"terms": Terms(costs=math.nan)}, "costs", "allowed is 0 to 0.02"),
        ({"terms": Terms(confirm="both")}, "confirm", "there are touch, close"),
        ({"since": "soon"}, "from", "no date"),
        ({"until": "2030-01-01"}, "to", "future"),
        ({"since": "2016-06-01", "until": "2016-01-04"}, "from", "Nothing lies from 2016-06-01 to 2016-01-04"),
        ({"until": "2014-01-02"}, "from", "bars from 2015-01-05"),
        ({"interval": "2day"}, "interval", "1week"),
        ({"interval": "1h"}, "interval", "no bars of 1h"),
    ],
)
def test_what_cannot_be_asked_is_said_with_its_bounds(market: Universe, wrong: dict[str, Any], field: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        ask(market, **wrong)
    assert refused.value.errors[0].field == field
    assert not Evidence.objects.exists()


def test_one_person_does_not_fill_the_queue(market: Universe, alice: User, bob: User) -> None:
    for step in range(MOST_WAITING):
        ask(market, detector("double-bottom").rule(tolerance=0.01 + step / 1000), by=alice)
    with pytest.raises(TooMany, match="wait"):
        ask(market, detector("double-bottom").rule(tolerance=0.09), by=alice)
    ask(market, detector("double-bottom").rule(tolerance=0.01), by=alice)  # a question that waits already may be asked again
    ask(market, detector("double-bottom").rule(tolerance=0.09), by=bob)


def test_a_week_is_judged_too(market: Universe) -> None:
    (row,) = judge(market, detector("double-top").rule(), interval="1week")
    assert row.status == "done"
    assert row.interval == "1week"


# renewing --------------------------------------------------------------------------------------------------------------------


def test_nothing_is_worked_out_twice_for_the_same_bars(market: Universe) -> None:
    run_evidence(evidence_ids=refresh(universe=market, interval="1day", now=NOW), threads=1)
    assert refresh(universe=market, interval="1day", now=NOW) == []


def test_new_bars_renew_what_is_kept_and_the_older_goes(market: Universe) -> None:
    judge(market, *default_rules())
    (lab,) = judge(market, terms=Terms(horizon=20))
    old = {row.pk for row in Evidence.objects.kept()}
    add_bar()
    waiting = refresh(universe=market, interval="1day", now=NOW)
    assert len(waiting) == len(default_rules())
    assert Evidence.objects.filter(pk__in=old).count() == len(old)  # shown until the newer are there
    run_evidence(evidence_ids=waiting, threads=1)
    assert not Evidence.objects.filter(pk__in=old).exists()
    assert Evidence.objects.filter(pk=lab.pk).exists()


def test_after_a_scan_what_its_rules_lack_is_worked_out(market: Universe) -> None:
    other = detector("double-bottom").rule(tolerance=0.06)
    scan = run_scan_here(universe=market, rules=[other], now=NOW, threads=0)
    (waiting,) = refresh_after(scan_id=scan.pk, now=NOW)
    assert len(waiting) == len(default_rules()) + 1
    run_evidence(evidence_ids=waiting, threads=1)
    assert refresh_after(scan_id=scan.pk, now=NOW) == []
    beside = evidence_beside(result.match for result in scan.results.select_related("match"))
    assert {key[4] for key in beside} <= {"long", "short"}
    assert all(key[0] == store_rules(rules=[other])[0].pk for key in beside)


def test_a_list_is_judged_in_the_homes_of_its_shares(market: Universe, alice: User) -> None:
    mine = create_list(owner=alice, title="Mine", symbols=["S0", "S1"])
    scan = run_scan_here(universe=mine, by=alice, now=NOW, threads=0)
    (waiting,) = refresh_after(scan_id=scan.pk, now=NOW)
    assert {row.universe for row in Evidence.objects.filter(pk__in=waiting)} == {market}
    (own,) = judge(mine, detector("double-top").rule())
    bench = workbench.open_workbench(evidence=own)
    at_home = context_of(universe=market, interval="1day")
    share = bench.instruments[0]
    around = bench.around(0)
    assert around is not None
    assert np.array_equal(around.rs, at_home.around(share.pk, bench.members[0].at).rs, equal_nan=True)
    assert not MarketContext.objects.filter(universe=mine).exists()


def test_bars_that_change_while_a_question_waits_are_the_ones_it_is_answered_with(market: Universe) -> None:
    (row,) = ask(market)
    add_bar()
    run_evidence(evidence_ids=[row.pk], threads=1)
    (now,) = ask(market)
    assert now.pk == row.pk
    assert (now.status, now.is_whole) == ("done", True)
    assert now.until > row.until


def test_a_question_that_another_has_overtaken_says_so(market: Universe) -> None:
    (row,) = ask(market)
    add_bar()
    (newer,) = judge(market)
    run_evidence(evidence_ids=[row.pk], threads=1)
    row.refresh_from_db()
    assert newer.status == "done"
    assert (row.status, row.fault) == ("failed", "The bars changed while this waited; ask again.")


def test_the_first_start_judges_the_simulated_market_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulated_market, "DEMO", "TEST")
    create_market(4, bars=300)
    said: list[str] = []
    first_start.judge_simulated_market(said.append)
    assert said[0] == "0 of 4 symbols"
    assert f"trades of {len(default_rules())} rules" in said[-1]
    again: list[str] = []
    first_start.judge_simulated_market(again.append)
    assert again == []


# luck ------------------------------------------------------------------------------------------------------------------------


def test_every_look_is_counted_once_and_stays_when_its_result_is_forgotten(market: Universe) -> None:
    place = (market.pk, "1day")
    judge(market, *default_rules())
    before = tries_on([place])[place]
    assert before.looks == sum(len(row.figures) for row in Evidence.objects.all())
    (lab,) = judge(market, detector("double-bottom").rule(tolerance=0.06))
    looked = tries_on([place])[place].looks
    assert looked == before.looks + 1
    assert forget_expired(now=NOW + KEPT_FOR + dt.timedelta(days=1)) == 1
    assert not Evidence.objects.filter(pk=lab.pk).exists()
    assert tries_on([place])[place].looks == looked
    judge(market, detector("double-bottom").rule(tolerance=0.06))
    assert tries_on([place])[place].looks == looked
    assert Evidence.objects.kept().count() == len(default_rules())


def test_newer_bars_are_no_new_look(market: Universe) -> None:
    judge(market)
    add_bar()
    judge(market)
    assert Trial.objects.count() == 1


def test_how_the_ratios_spread_is_what_numpy_says(market: Universe) -> None:
    (rule,) = store_rules(rules=[DOUBLE])
    ratios = np.random.default_rng(5).normal(0, 0.1, 40)
    Trial.objects.bulk_create(
        Trial(universe=market, interval="1day", rule=rule, setting=f"{k}", pattern="x", side="long", trades=FEWEST, ratio=ratio)
        for k, ratio in enumerate(ratios)
    )
    Trial.objects.create(universe=market, interval="1day", rule=rule, setting="few", pattern="x", side="long", trades=3, ratio=9.0)
    Trial.objects.create(universe=market, interval="1day", rule=rule, setting="none", pattern="x", side="long", trades=0, ratio=None)
    tries = tries_on([(market.pk, "1day"), (market.pk, "1week")])
    assert tries[market.pk, "1day"].looks == 42
    assert tries[market.pk, "1day"].spread == pytest.approx(float(np.std(ratios, ddof=1)))
    assert tries[market.pk, "1week"] == (0, 0.0)


def test_asking_again_keeps_a_result_longer(market: Universe) -> None:
    judge(market, terms=Terms(horizon=20))
    with transaction.atomic():
        request_evidence(universe=market, rules=[DOUBLE], terms=Terms(horizon=20), now=NOW + dt.timedelta(days=5))
    assert forget_expired(now=NOW + KEPT_FOR + dt.timedelta(days=1)) == 0


# crash -----------------------------------------------------------------------------------------------------------------------


def test_a_row_is_worked_on_by_one_worker(market: Universe) -> None:
    (row,) = ask(market)
    Evidence.objects.filter(pk=row.pk).update(status="running", attempts=1, heartbeat_at=NOW)
    assert run_evidence(evidence_ids=[row.pk], threads=1) == 0


def test_a_silent_worker_loses_its_row_and_after_three_times_the_row_is_given_up(market: Universe) -> None:
    (row,) = ask(market)
    later = NOW + STALE + dt.timedelta(seconds=1)
    Evidence.objects.filter(pk=row.pk).update(status="running", attempts=1, heartbeat_at=NOW)
    assert requeue_stale(now=NOW, remind=False) == 0
    assert requeue_stale(now=later, remind=False) == 1
    row.refresh_from_db()
    assert row.status == "queued"
    Evidence.objects.filter(pk=row.pk).update(status="running", attempts=3, heartbeat_at=NOW)
    requeue_stale(now=later)
    row.refresh_from_db()
    assert (row.status, row.fault) == ("failed", "The work stopped 3 times without a word.")
    (again,) = ask(market)
    assert (again.pk, again.status, again.attempts) == (row.pk, "queued", 0)


def test_a_lost_message_is_sent_again(market: Universe) -> None:
    (row,) = ask(market)
    Evidence.objects.filter(pk=row.pk).update(created_at=NOW)
    requeue_stale(now=NOW + STALE + dt.timedelta(seconds=1))  # tasks run inline here
    row.refresh_from_db()
    assert row.status == "done"


def test_the_start_of_the_only_process_takes_everything_up(market: Universe) -> None:
    (first,), (second,) = ask(market), ask(market, terms=Terms(horizon=20))
    Evidence.objects.filter(pk=first.pk).update(status="running", attempts=1)
    assert requeue_everything(now=NOW) == 1
    assert set(Evidence.objects.filter(pk__in=[first.pk, second.pk]).values_list("status", flat=True)) == {"done"}


def test_what_breaks_gives_its_row_back(market: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = ask(market)
    monkeypatch.setattr("patterns.services.judging.TOGETHER", 0)
    with pytest.raises(ValueError, match="range"):
        run_evidence(evidence_ids=[row.pk], threads=1)
    row.refresh_from_db()
    assert (row.status, row.attempts) == ("queued", 1)


# memory, noise, questions to the database ---------------------------------------------------------------------------------------


def test_workbenches_stay_within_their_memory(market: Universe, monkeypatch: pytest.MonkeyPatch) -> None:
    workbench.forget_workbenches()
    (row,) = judge(market)
    bench = workbench.open_workbench(evidence=row)
    assert workbench.open_workbench(evidence=row) is bench
    assert bench.size >= sum(column.nbytes for member in bench.members for column in member)
    monkeypatch.setattr(workbench, "KEPT_BYTES", bench.size + 10)
    (other,) = judge(market, until="2016-06-01")
    assert workbench.open_workbench(evidence=other) is workbench.open_workbench(evidence=other)
    assert workbench.open_workbench(evidence=row) is not bench
    monkeypatch.setattr(workbench, "KEPT_BYTES", 10)
    workbench.forget_workbenches()
    assert workbench.open_workbench(evidence=row) is not workbench.open_workbench(evidence=row)


def test_noise_is_measured_once_and_the_same(market: Universe) -> None:
    rows = judge(market, *default_rules())
    ids = [row.pk for row in rows]
    assert measure_noise(evidence_ids=ids, threads=1) == len(ids)
    assert measure_noise(evidence_ids=ids) == 0
    first = list(Evidence.objects.order_by("pk").values_list("noise", flat=True))
    Evidence.objects.update(noise=None)
    measure_noise(evidence_ids=ids, threads=3)
    assert list(Evidence.objects.order_by("pk").values_list("noise", flat=True)) == first
    found = track_record(universe=market, interval="1day", patterns={"double-bottom"})
    assert found is not None
    (entry,) = found.entries
    years = 8 * (
        load_bars(Instrument.objects.get(symbol="S0"), "1day").at[-1] - load_bars(Instrument.objects.get(symbol="S0"), "1day").at[0]
    )
    assert entry["noise"]["real"] == pytest.approx(100 * entry["matches"] / (years / 86400 / 365.2425), rel=0.01)
    assert entry["noise"]["shuffled"] > 0


def test_what_stands_beside_matches_takes_two_questions(market: Universe, django_assert_num_queries: Commit) -> None:
    judge(market, *default_rules())
    scan = run_scan_here(universe=market, now=NOW, threads=0)
    matches = [result.match for result in scan.results.select_related("match")]
    with django_assert_num_queries(2):
        beside = evidence_beside(matches)
    assert beside
    assert all(entry["sentence"] for entry in beside.values())
    with django_assert_num_queries(0):
        assert evidence_beside([]) == {}


def test_the_record_of_a_universe_takes_a_handful_of_questions(market: Universe, django_assert_max_num_queries: Commit) -> None:
    judge(market, *default_rules())
    with django_assert_max_num_queries(4):
        found = track_record(universe=market, interval="1day", patterns={"double-top"}, side="short")
    assert found is not None
    assert [(entry["pattern"], entry["side"]) for entry in found.entries] == [("double-top", "short")]
    assert track_record(universe=market, interval="1week", patterns=set()) is None
