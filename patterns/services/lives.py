"""Matches that a look at the past left behind: their lives are followed to the last bar there is."""

import datetime as dt
from collections import defaultdict
from uuid import UUID

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from patterns.models import BarBlock, Instrument, Interval, PatternMatch, Rule, Universe, Walked
from patterns.series import BUILT_FROM, load_series

from .context import context_of
from .pieces import save_lives
from .rules import engine_rule

TOGETHER = 50  # instruments
WEEK = dt.timedelta(days=7)  # a built bar may lie so long behind those it is built from


def follow_lives(*, most: int = 500) -> int:
    """Walk matches that are not over on whose instruments have later bars, at most those of `most` instruments. Returns how many changed.

    A scan as of the past shows what was known then and reads nothing later; the rows it leaves would else stay open for good.
    """
    changed = 0
    for interval in Interval.values:
        behind = _behind(interval).order_by("instrument_id")
        ids = sorted(set(behind.values_list("instrument_id", flat=True)))[:most]
        for start in range(0, len(ids), TOGETHER):
            group = ids[start : start + TOGETHER]
            changed += _follow(interval, group, list(behind.filter(instrument_id__in=group).select_related("rule", "universe")))
    return changed


def _behind(interval: str) -> QuerySet[PatternMatch]:
    source = BUILT_FROM.get(Interval(interval))
    blocks = BarBlock.objects.filter(instrument=OuterRef("instrument"), interval=source or interval).order_by("-year")
    opened = PatternMatch.objects.filter(interval=interval, is_over=False)
    known = opened.annotate(last_at=Subquery(blocks.values("last_at")[:1]))
    return known.filter(last_at__gt=F("walked_to") + WEEK if source else F("walked_to"))


def _follow(interval: str, instrument_ids: list[int], matches: list[PatternMatch]) -> int:
    from patterns.engine.replay import replay

    from .matches import Seen

    instruments = Instrument.objects.in_bulk(instrument_ids)
    panel = load_series(instrument_ids, interval)
    groups: dict[tuple[int, Universe], dict[Rule, list[PatternMatch]]] = defaultdict(lambda: defaultdict(list))
    for match in matches:
        groups[match.instrument_id, match.universe][match.rule].append(match)
    lives: dict[UUID, Walked] = {}
    for (instrument_id, universe), by_rule in groups.items():
        rules, bars = list(by_rule), panel[instrument_id]
        around = context_of(universe=universe, interval=interval).around(instrument_id, bars.at)
        found = replay(bars, [engine_rule(row=rule) for rule in rules], around)
        seen = Seen(instruments[instrument_id], universe, interval, rules, found)
        for match in (match for of_rule in by_rule.values() for match in of_rule):
            lives[match.code] = seen.walked_of(match.code, match.known_at)
    with transaction.atomic():
        return save_lives(lives=lives)[1]
