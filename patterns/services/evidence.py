"""Asking what rules did before: rows that are made once, joined by whoever asks the same, and renewed when the bars change."""

import datetime as dt
import hashlib
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from legend.lib.errors import TooMany, invalid
from legend.lib.kernels import kernel_cache_dir
from patterns.engine.registry import Rule as EngineRule
from patterns.engine.registry import default_rules
from patterns.models import Evidence, EvidenceRequest, Instrument, Rule, Scan, Universe
from patterns.moments import check_interval

from .context import context_version
from .rules import engine_rule, store_rules
from .scans import Progress
from .spans import asked_span
from .universes import members

if TYPE_CHECKING:
    from accounts.models import User

HORIZONS = (1, 250)  # bars
COSTS = (0.0, 0.02)  # a side
KEPT_FOR = dt.timedelta(days=7)  # after it was last asked for in the lab
MOST_WAITING = 6  # of one person
STALE = dt.timedelta(minutes=3)
ATTEMPTS = 3
ONE_PASS = ("universe_id", "interval", "since", "until", "horizon", "costs", "confirm", "data_version", "engine")


class Terms(NamedTuple):
    """How trades are counted: bars after the trigger at which they are given up, costs a side as a fraction of the price, and whether a
    touch of entry triggers or a close beyond it."""

    horizon: int = Evidence.HORIZON
    costs: float = Evidence.COSTS
    confirm: str = Evidence.Confirm.TOUCH.value


STANDARD = Terms()


@cache
def engine_version() -> str:
    """Sixteen hex digits that change with the code of the rules and of what counts their outcomes."""
    return kernel_cache_dir(Path()).name


def request_evidence(
    *,
    universe: Universe,
    rules: Sequence[EngineRule] = (),
    interval: str = "1day",
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    terms: Terms = STANDARD,
    by: "User | None" = None,
    now: dt.datetime,
) -> list[Evidence]:
    """The rows that hold or will hold the answer, one a rule, in the order of the rules; the work begins after commit.

    Without rules all detectors are asked. What is stored already is not worked out again, and what is being worked out is joined. Without
    `by` it is the timetable or the command line that asks.
    Invalid for interval, span and terms out of bounds, and where there are no bars; TooMany if too much of one person's waits.
    """
    rows = _ask(universe, rules, interval, (since, until), terms, by, now)
    waiting = [row.pk for row in rows if row.status == Evidence.Status.QUEUED and row.heartbeat_at is None]
    if waiting:
        transaction.on_commit(lambda: _send(waiting, now))
    return rows


@transaction.atomic
def _ask(
    universe: Universe,
    rules: Sequence[EngineRule],
    interval: str,
    span: tuple[str | dt.date | None, str | dt.date | None],
    terms: Terms,
    by: "User | None",
    now: dt.datetime,
) -> list[Evidence]:
    check_interval(interval)
    _check_terms(terms)
    asked = asked_span(universe=universe, interval=interval, since=span[0], until=span[1], now=now)
    stored = store_rules(rules=rules or default_rules())
    standard = asked.is_whole and terms == STANDARD
    kept = {row.pk for row in store_rules(rules=default_rules())} if standard else set()
    question = {
        "universe": universe,
        "interval": interval,
        "since": asked.since,
        "until": asked.until,
        **terms._asdict(),
        "data_version": evidence_version(universe=universe, interval=interval),
        "engine": engine_version(),
    }
    rows = _rows(question, stored)
    fresh = [rule for rule in stored if rule.pk not in rows]
    if fresh:
        if by is not None and Evidence.objects.unfinished().filter(requests__user=by).count() >= MOST_WAITING:
            raise TooMany(f"{MOST_WAITING} of your questions wait for their answer already.", retry_after=2, code="too_many_waiting")
        Evidence.objects.bulk_create(
            (
                Evidence(
                    **question,
                    rule=rule,
                    is_whole=asked.is_whole,
                    expires_at=None if rule.pk in kept else now + KEPT_FOR,
                )
                for rule in fresh
            ),
            ignore_conflicts=True,
        )
        rows = _rows(question, stored)
    _renew(rows.values(), kept, now)
    _note_asker([rows[rule.pk] for rule in stored], by, now)
    return [rows[rule.pk] for rule in stored]


def _note_asker(rows: Sequence[Evidence], by: "User | None", now: dt.datetime) -> None:
    """A person once for each setting, whichever bars answer it; what nobody in person waits for is not given up with its last asker."""
    if by is None:
        in_the_lab = [row.pk for row in rows if row.expires_at is not None and not row.unattended]
        Evidence.objects.filter(pk__in=in_the_lab).update(unattended=True)
        return
    asked = [
        EvidenceRequest(
            user=by, evidence=row, universe=row.universe, interval=row.interval, rule=row.rule, setting=row.setting, asked_at=now
        )
        for row in rows
    ]
    EvidenceRequest.objects.bulk_create(
        asked,
        update_conflicts=True,
        unique_fields=["user", "universe", "interval", "rule", "setting"],
        update_fields=["evidence", "asked_at"],
    )


def _rows(question: dict[str, object], rules: Sequence[Rule]) -> dict[int, Evidence]:
    """Locked, so that nobody gives up meanwhile what is joined here."""
    rows = Evidence.objects.defer("packed", "groups").filter(**question, rule__in=rules).select_related("universe", "rule")
    return {row.rule_id: row for row in rows.select_for_update(of=("self",)).order_by("pk")}


def _renew(rows: Collection[Evidence], kept: Collection[int], now: dt.datetime) -> None:
    """What failed is tried again, and what is asked for again is kept longer."""
    for row in rows:
        again = row.status == Evidence.Status.FAILED
        expires_at = None if row.rule_id in kept else now + KEPT_FOR
        late = (row.expires_at is not None) and (expires_at is None or expires_at - row.expires_at > dt.timedelta(hours=1))
        if again:
            row.status, row.attempts, row.fault, row.heartbeat_at = Evidence.Status.QUEUED, 0, "", None
        if again or late:
            row.expires_at = expires_at if late else row.expires_at
            row.save(update_fields=["status", "attempts", "fault", "heartbeat_at", "expires_at"])


def _check_terms(terms: Terms) -> None:
    _check_between("horizon", terms.horizon, HORIZONS, "bars")
    _check_between("costs", terms.costs, COSTS, "of the price a side")
    if terms.confirm not in Evidence.Confirm.values:
        raise invalid("confirm", f"confirm is {terms.confirm[:20]!r}; there are {', '.join(Evidence.Confirm.values)}.", "unknown_confirm")


def _check_between(name: str, value: float, bounds: tuple[float, float], unit: str) -> None:
    low, high = bounds
    if not low <= value <= high:
        raise invalid(name, f"{name} is {value:g}; allowed is {low:g} to {high:g} {unit}.", "out_of_bounds")


def evidence_version(*, universe: Universe, interval: str) -> str:
    """32 hex digits that change with what evidence on the universe rests on. Few queries, however many members."""
    own = context_version(universe=universe, interval=interval)
    if universe.owner_id is None:
        return own
    versions = [context_version(universe=home, interval=interval) for home in rating_universes(universe)]
    return hashlib.blake2b("|".join([own, *versions]).encode(), digest_size=16).hexdigest()


def rating_universes(universe: Universe) -> list[Universe]:
    """Those in which its members are rated: itself, or of a person's list the homes of the members."""
    if universe.owner_id is None:
        return [universe]
    return list(Universe.objects.filter(pk__in=members(universe=universe).values("home")).order_by("pk"))


def refresh(*, universe: Universe, interval: str, rules: Sequence[EngineRule] = (), now: dt.datetime) -> list[int]:
    """The rows of all default rules, and of `rules`, that wait to be worked out for the bars there are now, by id.

    Empty when all is there; what another is working on is left to it.
    """
    wanted = list(dict.fromkeys([*default_rules(), *rules]))
    rows = _ask(universe, wanted, interval, (None, None), STANDARD, None, now)
    return [row.pk for row in rows if row.status == Evidence.Status.QUEUED]


def refresh_after(*, scan_id: int, now: dt.datetime) -> list[list[int]]:
    """The same for every universe in which a scan rated something, each apart: what its matches will be shown with."""
    scan = Scan.objects.select_related("universe").get(pk=scan_id)
    rules = [engine_rule(row=row) for row in scan.rules.order_by("pk")]
    if scan.universe is not None and scan.universe.owner_id is None:
        universes = [scan.universe]
    else:
        ids = [instrument_id for piece in scan.pieces.all() for instrument_id in piece.instrument_ids]
        homes = Instrument.objects.filter(pk__in=ids, home__isnull=False).values("home")
        universes = list(Universe.objects.filter(pk__in=homes).order_by("pk"))
    waiting = [refresh(universe=universe, interval=scan.interval, rules=rules, now=now) for universe in universes]
    return [ids for ids in waiting if ids]


def judge_here(
    *,
    universe: Universe,
    rules: Sequence[EngineRule] = (),
    interval: str = "1day",
    since: str | dt.date | None = None,
    until: str | dt.date | None = None,
    terms: Terms = STANDARD,
    now: dt.datetime,
    threads: int | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Evidence]:
    """Work the answer out in this process and return when all of it is there; `progress` is told (done, total) in instruments.

    Rows that other workers are on are waited for.
    """
    from .judging import run_evidence

    rows = _ask(universe, rules, interval, (since, until), terms, None, now)
    ids = [row.pk for row in rows]
    run_evidence(evidence_ids=ids, threads=threads, progress=progress)
    while (unfinished := Evidence.objects.unfinished().filter(pk__in=ids)).exists():
        time.sleep(0.2)
        requeue_stale(now=dt.datetime.now(dt.UTC), remind=False)
        run_evidence(evidence_ids=list(unfinished.values_list("pk", flat=True)), threads=threads, progress=progress)
    found = {row.pk: row for row in Evidence.objects.defer("packed").filter(pk__in=ids).select_related("universe", "rule")}
    return [found[pk] for pk in ids]


def progress_of(*, evidence: Evidence, now: dt.datetime) -> Progress:
    """How far it is, in instruments."""
    seconds = ((evidence.finished_at or now) - evidence.started_at).total_seconds() if evidence.started_at else 0.0
    rate = evidence.done / seconds if evidence.done and seconds > 0 else None
    left = (evidence.total - evidence.done) / rate if rate and evidence.is_unfinished else None
    return Progress(evidence.status, evidence.done, evidence.total, rate, left)


def requeue_stale(*, now: dt.datetime, remind: bool = True) -> int:
    """Give back rows whose worker is silent, give up those that were tried too often, and remind the workers of those that wait.

    Returns how many rows were given back.
    """
    running = Evidence.objects.filter(status=Evidence.Status.RUNNING, heartbeat_at__lt=now - STALE)
    given_back = running.update(status=Evidence.Status.QUEUED)
    waiting = Evidence.objects.filter(status=Evidence.Status.QUEUED)
    hopeless = waiting.filter(attempts__gte=ATTEMPTS)
    hopeless.update(status=Evidence.Status.FAILED, fault=f"The work stopped {ATTEMPTS} times without a word.", finished_at=now)
    if remind:
        lost = Q(heartbeat_at=None, created_at__lt=now - STALE) | Q(heartbeat_at__lt=now - STALE)
        _send_groups(waiting.filter(lost), now)
    return given_back


def requeue_everything(*, now: dt.datetime) -> int:
    """At the start of the one process of embedded mode nothing else can be running. Returns how many rows were given back."""
    given_back = Evidence.objects.filter(status=Evidence.Status.RUNNING).update(status=Evidence.Status.QUEUED)
    _send_groups(Evidence.objects.filter(status=Evidence.Status.QUEUED), now)
    return given_back


def forget_expired(*, now: dt.datetime) -> int:
    """Remove what was made in the lab and not asked for lately; how often luck was tried stays. Returns how many rows went."""
    _, by_model = Evidence.objects.filter(expires_at__lt=now).exclude(status=Evidence.Status.RUNNING).delete()
    return by_model.get(Evidence._meta.label, 0)


def _send_groups(rows: QuerySet[Evidence], now: dt.datetime) -> None:
    """One task for what is answered in one pass."""
    groups: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for pk, *question in rows.order_by("pk").values_list("pk", *ONE_PASS):
        groups[tuple(question)].append(pk)
    for ids in groups.values():
        _send(ids, now)


def _send(ids: list[int], now: dt.datetime) -> None:
    """Tell the workers; the time of it is kept where the heartbeat will be."""
    # tasks are doors to these services and import them
    from patterns.tasks import run_evidence

    Evidence.objects.filter(pk__in=ids, status=Evidence.Status.QUEUED).update(heartbeat_at=now)
    run_evidence.delay(ids)
