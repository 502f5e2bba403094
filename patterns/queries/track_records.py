"""The track record of a rule, laid out for people: figures, groups on one axis, and the sentences that belong to them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from patterns.engine import registry
from patterns.engine.claims import FEWEST, Tries
from patterns.models import Evidence, PatternMatch, Universe
from patterns.services.rules import store_rules
from patterns.services.wording import noise_sentence, rises_with_score, score_sentence, span_in_words

from .evidence import Entry, entries_of, latest_rows, survivorship, tries_on

if TYPE_CHECKING:
    from accounts.models import User

GRADES = {"A": "A, 80 and above", "B": "B, 65 to 80", "C": "C, 50 to 65", "D": "D, below 50"}
REGIMES = {"up": "Uptrend", "mixed": "Mixed", "down": "Downtrend"}
FURTHEST = 2.5  # times the farther end of the whole span's interval: beyond it the axis of a table does not reach

Line = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Section:
    """Groups of one kind; each line a name and its figures."""

    title: str
    lines: list[Line]


@dataclass(frozen=True)
class RuleRecord:
    """What came of one pattern and side of a rule on a universe."""

    evidence: Evidence
    entry: Entry
    tries: Tries
    missing: str | None = field(default=None)  # what the figures cannot know of shares that are gone

    @property
    def key(self) -> str:
        """`double-bottom.long`, as addresses name it."""
        return f"{self.entry['pattern']}.{self.entry['side']}"

    @property
    def title(self) -> str:
        known = registry.patterns().get(self.entry["pattern"])
        return known[1].title if known else self.entry["pattern"]

    @property
    def span(self) -> str:
        return span_in_words(self.evidence.since, self.evidence.until)

    @property
    def late_from(self) -> dt.datetime:
        """Where the last third begins."""
        since, until = self.evidence.since, self.evidence.until
        return since + (until - since) * 2 / 3

    @property
    def is_few(self) -> bool:
        return bool(self.entry["trades"] < FEWEST)

    @property
    def draws(self) -> int:
        from patterns.engine.control import DRAWS

        return DRAWS * int(self.entry["trades"])

    @property
    def out_of_sample(self) -> Mapping[str, Any]:
        return dict(self.entry["out_of_sample"])

    @property
    def rises(self) -> bool | None:
        return rises_with_score(self.entry["by_score_band"])

    @property
    def score_sentence(self) -> str:
        return score_sentence(self.entry["by_score_band"])

    @property
    def noise_most(self) -> float:
        """The larger of both counts, for bars beside each other."""
        noise = self.entry["noise"] or {}
        return max(noise.get("real") or 0.0, noise.get("shuffled") or 0.0)

    @property
    def noise_sentence(self) -> str | None:
        return noise_sentence(self.entry["noise"]) if self.entry["noise"] else None

    @cached_property
    def sections(self) -> list[Section]:
        """The whole span and its last third, then the groups that people ask for first."""
        entry = self.entry
        return [
            Section("", [("Whole span", entry), ("Last third, out of sample", entry["out_of_sample"])]),
            Section("By year", list(entry["by_year"].items())),
            Section("By score", _named(entry["by_score_band"], GRADES)),
            Section("By market at the find", _named(entry["by_regime"], REGIMES)),
        ]

    @cached_property
    def more_sections(self) -> list[Section]:
        entry = self.entry
        strength = [(f"RS {name.replace('-', ' to ')}", figures) for name, figures in entry["by_rs_band"].items()]
        template = [(f"{name.replace('-', ' to ')} of 7 tests", figures) for name, figures in entry["by_template"].items()]
        return [one for one in (Section("By relative strength", strength), Section("By trend template", template)) if one.lines]

    @cached_property
    def reach(self) -> float:
        """Half of the axis on which all groups are drawn: as far as the groups with enough trades, within reason."""
        whole = _furthest(self.entry)
        groups = [_furthest(one) for section in self.sections for _, one in section.lines if one["trades"] >= FEWEST]
        return 1.05 * max(0.1, whole, min(max(groups, default=0.0), FURTHEST * whole))


def _named(groups: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> list[Line]:
    return [(title, groups[name]) for name, title in names.items() if name in groups]


def _furthest(figures: Mapping[str, Any]) -> float:
    return max(abs(figures["edge_low"]), abs(figures["edge_high"])) if figures["edge_low"] is not None else 0.0


def record_of(match: PatternMatch) -> RuleRecord | None:
    """What stands behind a match; None where nothing was worked out yet. Four queries."""
    if not match.rule_id or not match.universe_id:  # found on bars of no universe, and never kept
        return None
    rows = latest_rows([match.rule_id], [(match.universe_id, match.interval)]).values()
    records = records_of(list(rows))
    return next((one for one in records if (one.entry["pattern"], one.entry["side"]) == (match.pattern, match.side)), None)


def records_of(rows: Sequence[Evidence]) -> list[RuleRecord]:
    """All patterns and sides of rows that are done, all on one universe, strongest edge first in each row; at most three queries."""
    if not rows:
        return []
    groups = dict(Evidence.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "groups"))
    place = (rows[0].universe_id, rows[0].interval)
    tries = tries_on([place])[place]
    missing = survivorship(rows[0].universe, rows[0].left_out)
    records = []
    for row in rows:
        row.groups = groups[row.pk]
        records += [RuleRecord(row, entry, tries, missing) for entry in entries_of(row, tries, whole=True)]
    return records


def lab_record(rows: Sequence[RuleRecord], *, side: str, show: str) -> RuleRecord | None:
    """Of those of a side, the one asked for, else the one with most trades."""
    of_side = [one for one in rows if side in ("", one.entry["side"])]
    asked = next((one for one in of_side if one.key == show), None)
    return asked or max(of_side, key=lambda one: (one.entry["trades"], one.entry["matches"]), default=None)


def default_records(*, universe: Universe, interval: str, detectors: Collection[str] = ()) -> list[RuleRecord]:
    """Of these detectors as they come, of all that are none of research when none is named; at most five queries."""
    rules = [one.rule() for name, one in registry.detectors().items() if (name in detectors if detectors else not one.research)]
    return records_of(list(latest_rows(store_rules(rules=rules), [(universe.pk, interval)]).values()))


def short_entries(*, universe: Universe, interval: str) -> dict[str, list[Entry]]:
    """Of each detector what stands beside its matches, by its name; three queries."""
    place = (universe.pk, interval)
    rules = {row.pk: row.detector for row in store_rules(rules=registry.default_rules())}
    rows = latest_rows(list(rules), [place]).values()
    tries = tries_on([place])[place] if rows else Tries(0, 0.0)
    return {rules[row.rule_id]: entries_of(row, tries) for row in rows}


def common_reach(records: Collection[RuleRecord]) -> float:
    """Half of an axis for whole spans side by side, on which nine of ten fit; the others run beyond it."""
    ends = sorted(_furthest(one.entry) for one in records if one.entry["trades"] >= FEWEST)
    return 1.05 * max(0.1, ends[int(0.9 * (len(ends) - 1))] if ends else 0.0)


def recorded_universes(*, user: "User | None") -> list[Universe]:
    """Those on which rules were judged, the real ones first, the largest before the others; one query."""
    from django.db.models import Count, Q

    judged = Evidence.objects.done().standard().kept().values("universe")
    seen = Universe.objects.visible_to(user).filter(pk__in=judged)
    invented = Count("members", filter=Q(members__instrument__source="simulated"))
    return list(seen.annotate(size=Count("members"), invented=invented).order_by("invented", "-size", "name"))
