"""Matches that a look at the past left behind: their lives are followed to the last bar there is."""

from collections import defaultdict
from uuid import UUID

from django.db import transaction

from patterns.engine.pace import pace_of
from patterns.models import Instrument, Interval, PatternMatch, Rule, Universe, Walked
from patterns.series import last_known, load_series

from .context import context_of
from .pieces import save_lives
from .rules import engine_rule

TOGETHER = 50  # instruments


def follow_lives(*, most: int = 500) -> int:
    """Walk matches that are not over on whose instruments have later bars, at most those of `most` instruments. Returns how many changed.

    A scan as of the past shows what was known then and reads nothing later; the rows it leaves would else stay open for good.
    """
    changed = 0
    for interval in Interval.values:
        behind = _behind(interval)
        ids = sorted(behind)[:most]
        for start in range(0, len(ids), TOGETHER):
            group = ids[start : start + TOGETHER]
            waiting = [pk for instrument_id in group for pk in behind[instrument_id]]
            changed += _follow(interval, group, list(PatternMatch.objects.filter(pk__in=waiting).select_related("rule", "universe")))
    return changed


def _behind(interval: str) -> dict[int, list[int]]:
    """Ids of matches that have not been walked to the last bar of their instrument, by instrument. At most two queries."""
    opened = list(PatternMatch.objects.filter(interval=interval, is_over=False).values_list("pk", "instrument_id", "walked_to"))
    last = last_known({instrument_id for _, instrument_id, _ in opened}, interval) if opened else {}
    behind: dict[int, list[int]] = defaultdict(list)
    for pk, instrument_id, walked_to in opened:
        if instrument_id in last and walked_to < last[instrument_id]:
            behind[instrument_id].append(pk)
    return behind


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
        found = replay(bars, [engine_rule(row=rule) for rule in rules], around, pace=pace_of(interval))
        seen = Seen(instruments[instrument_id], universe, interval, rules, found)
        for match in (match for of_rule in by_rule.values() for match in of_rule):
            lives[match.code] = seen.walked_of(match.code, match.known_at)
    with transaction.atomic():
        return save_lives(lives=lives)[1]
