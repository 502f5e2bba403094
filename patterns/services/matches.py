"""Matches as the engine finds them, turned into the rows that keep and show them.

The engine comes with this module, so it is imported where it is used.
"""

import hashlib
import math
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from patterns.engine import match as told
from patterns.engine.finds import LONG, READY, REASONS, STATES, TRIGGERED, Finds
from patterns.engine.groups import Place, grouped, shape_of
from patterns.engine.pace import pace_of
from patterns.engine.published import as_told
from patterns.engine.registry import detector
from patterns.engine.replay import Replay
from patterns.models import Instrument, Life, PatternMatch, Rule, ScanResult, Universe, Walked
from patterns.moments import instant, said

from .presentation import tidy

LATELY = 5  # bars: a match that ended so lately is still kept, and shown to those who ask for ended ones
THUMBNAIL = 70  # closes
NAMESPACE = uuid.UUID("6f0d8f2c-57d4-4c9c-8b0d-2a3fb2a1c6de")
REVISED = "revised"  # the bars were corrected since, and with them it is not found any more


@dataclass(frozen=True)
class Seen:
    """One instrument replayed up to a close. `rules` are the rows of `replay.rules`; without a universe nothing can be kept."""

    instrument: Instrument
    universe: Universe | None
    interval: str
    rules: Sequence[Rule]
    replay: Replay

    @property
    def last_at(self) -> datetime:
        return instant(self.replay.study.bars.at[-1])

    def at(self, bar: int) -> datetime:
        return instant(self.replay.study.bars.at[bar])

    def current(self) -> list[Finds]:
        """What is ready or triggered at the last close, or ended lately."""
        finds = self.replay.finds
        is_open = (finds["state"] == READY) | (finds["state"] == TRIGGERED)
        return list(finds[is_open | (finds["ended"] >= self.replay.study.bars.size - LATELY)])

    def groups(self, finds: Sequence[Finds]) -> list[Place]:
        """To which of these finds each belongs, as several over one structure are shown once."""
        return grouped([shape_of(find, self.replay.rules[int(find["rule"])]) for find in finds])

    def known_on(self, moments: Iterable[datetime]) -> list[Finds]:
        """What became known on these bars."""
        bars = np.searchsorted(self.replay.study.bars.at, [moment.timestamp() for moment in moments])
        return list(self.replay.finds[np.isin(self.replay.finds["known"], bars)])

    def code(self, find: Finds) -> uuid.UUID:
        """Made of what tells a match from all others, so that it is the same whenever and by whomever it is found."""
        rule = self.rules[int(find["rule"])]
        identity = (
            rule.pk or rule.params_hash,
            self.universe and self.universe.pk,
            self.instrument.pk or self.instrument.symbol,
            self.interval,
            self.pattern(find),
            int(find["side"]),
            int(self.replay.study.bars.at[find["known"]]),
            self.anchors(find),
        )
        return uuid.uuid5(NAMESPACE, "|".join(map(str, identity)))

    def pattern(self, find: Finds) -> str:
        """The name under which it is published."""
        return detector(self.rules[int(find["rule"])].detector).patterns[int(find["pattern"])].name

    def anchors(self, find: Finds) -> str:
        """Sixteen hex digits of the points' times and roles."""
        count, at = int(find["count"]), self.replay.study.bars.at
        anchors = [(int(at[bar]), role) for bar, role in zip(find["points"][:count].tolist(), find["roles"][:count].tolist(), strict=True)]
        return hashlib.blake2b(repr(anchors).encode(), digest_size=8).hexdigest()

    def life(self, find: Finds) -> Life:
        return Life(
            STATES[int(find["state"])],
            REASONS[int(find["reason"])],
            self._at_or_none(int(find["triggered"])),
            self._at_or_none(int(find["confirmed"])),
            self._at_or_none(int(find["ended"])),
            self._at_or_none(int(find["throwback"])),
            self._at_or_none(int(find["busted"])),
            tidy(float(find["surge"])),
        )

    def walked(self, find: Finds) -> Walked:
        """Its life to the last bar. Marks may come after the end, as long as the trade could have run."""
        last, triggered = self.replay.study.bars.size - 1, int(find["triggered"])
        is_over = bool(find["ended"] >= 0) and (triggered < 0 or last >= triggered + pace_of(self.interval).horizon)
        return Walked(self.life(find), self.last_at, is_over)

    def walked_of(self, code: uuid.UUID, known_at: datetime) -> Walked:
        """How the match with this code stands; ended as `revised` if these bars do not show it."""
        for find in self.known_on([known_at]):
            if self.code(find) == code:
                return self.walked(find)
        return Walked(Life(PatternMatch.State.EXPIRED, REVISED, None, None, self.last_at), self.last_at, is_over=True)

    def row(self, find: Finds) -> PatternMatch:
        """The match as a row, not saved."""
        match, walked = self.replay.match(find), self.walked(find)
        return PatternMatch(
            code=self.code(find),
            rule=self.rules[int(find["rule"])],
            universe=self.universe,
            instrument=self.instrument,
            interval=self.interval,
            pattern=match.pattern,
            variant=match.variant,
            side=match.side,
            start_at=self.at(match.start),
            known_at=self.at(match.known),
            anchors_hash=self.anchors(find),
            group=f"{self.at(match.group):%Y-%m-%dT%H:%M}",
            level=match.level,
            entry=match.entry,
            stop=match.stop,
            target=match.target,
            target2=match.target2,
            score=match.score,
            detail=self.detail(match),
            walked_to=walked.until,
            is_over=walked.is_over,
            **walked.life._asdict(),
        )

    def result(self, find: Finds) -> ScanResult:
        """What the last close shows of it, not saved and without its scan and match."""
        bars, tape, entry = self.replay.study.bars, self.replay.study.tape, float(find["entry"])
        price, atr, rs = float(bars.close[-1]), float(tape.atr[-1]), float(tape.rs[-1])
        ahead = (entry - price) * (1 if int(find["side"]) == LONG else -1)
        return ScanResult(
            state=STATES[int(find["state"])],
            price=price,
            change_pct=100 * (price / float(bars.close[-2]) - 1) if bars.size > 1 else None,
            distance_pct=100 * ahead / price,
            distance_atr=ahead / atr if atr > 0 else None,
            atr_pct=100 * atr / price if math.isfinite(atr) else None,
            rs_rating=int(rs) if math.isfinite(rs) else None,
            closes=[float(f"{close:.6g}") for close in bars.close[-THUMBNAIL:]],
        )

    def _at_or_none(self, bar: int) -> datetime | None:
        return self.at(bar) if bar >= 0 else None

    def detail(self, match: told.Match) -> dict[str, Any]:
        """What is fixed at known_at and read whole; times as every door says them."""
        times = self.replay.study.bars.at

        def when(bar: int) -> str:
            return said(times[bar], self.interval)

        return {
            "title": match.title,
            "score_parts": [
                {"name": part.name, "title": part.title, "points": tidy(part.points), "possible": tidy(part.possible)}
                for part in match.parts
            ],
            "marks": [{"name": mark.name, "weight": tidy(mark.weight), "value": tidy(mark.value)} for mark in match.marks],
            "points": [
                {
                    "time": when(point.bar),
                    "price": tidy(point.price),
                    "role": point.role,
                    "label": point.label,
                    "confirmed_at": when(point.seen),
                }
                for point in match.points
            ],
            "lines": [
                {
                    "role": line.role,
                    "from": {"time": when(line.start[0]), "price": tidy(line.start[1])},
                    "to": {"time": when(line.end[0]), "price": tidy(line.end[1])},
                }
                for line in match.lines
            ],
            "clauses": [
                {
                    "text": clause.text,
                    "value": tidy(clause.value),
                    "unit": clause.unit,
                    "op": clause.op,
                    "limit": [tidy(limit) for limit in clause.limit] if isinstance(clause.limit, tuple) else tidy(clause.limit),
                    "ok": clause.ok,
                }
                for clause in match.clauses
            ],
            "touches": match.touches,
            "flags": list(match.flags),
            "analysis": match.analysis,
            "price": tidy(match.price),
            "rs_rating": match.rs_rating,
            "consolidation_days": match.consolidation_days,
            "volume_dry_up": tidy(match.volume_dry_up),
            "kind": match.kind,
            "footprint": match.footprint,
            "hints": [hint._asdict() for hint in match.hints],
            "published": match.published and as_told(match.published),
            "opposite": tidy(match.opposite),
        }
