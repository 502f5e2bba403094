"""Current matches of one series of bars: of a symbol that is stored, or of a file."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from legend.lib.errors import invalid
from patterns import calendars
from patterns.engine.bars import Bars
from patterns.engine.pace import pace_of
from patterns.engine.registry import Rule as EngineRule
from patterns.models import Instrument, PatternMatch, Rule, ScanResult
from patterns.moments import check_interval, instant, last_bar_by
from patterns.providers.columns import UnreadableFile
from patterns.providers.csvfile import read_file
from patterns.queries.evidence import evidence_beside, named, strength
from patterns.series import load_series

from . import bar_checks
from .candidates import candidates_in
from .context import context_of
from .presentation import present
from .rules import NoBars, asked_rules, enough_bars, fewest_bars, meant_patterns, store_rules
from .universes import find_instruments

if TYPE_CHECKING:
    from .matches import Seen


@dataclass(frozen=True)
class Detection:
    """What is ready or triggered at the last bar of `bars`, best first; rows are not saved."""

    instrument: Instrument
    interval: str
    as_of: dt.datetime | None  # as asked
    bars: Bars
    seen: "Seen"
    meant: frozenset[str]  # patterns asked for
    found: list[tuple[PatternMatch, ScanResult]] = field(default_factory=list)

    @property
    def last_at(self) -> dt.datetime:
        return instant(self.bars.at[-1])

    def matches(self) -> list[dict[str, Any]]:
        """As every door shows them, one of each structure with its members, by score, then evidence; two queries."""
        beside = evidence_beside(match for match, _ in self.found)
        leading = [pair for pair in self.found if pair[1].place == 0]
        ranked = sorted(leading, key=lambda pair: (-pair[0].score, -strength(pair[0], beside)))
        members = sorted((pair for pair in self.found if pair[1].place > 0), key=lambda pair: pair[1].place)
        return [
            present(
                match=match,
                shown=shown,
                as_of=self.last_at,
                asked=self.as_of,
                evidence=beside.get(named(match)),
                members=[pair for pair in members if pair[1].group == shown.group],
            )
            for match, shown in ranked
        ]

    def candidates(self, kind: str) -> list[dict[str, Any]]:
        """Near misses, closest first, or forming shapes, best drawn first, of the patterns asked for."""
        return [told for _, told in candidates_in(seen=self.seen, kinds=[kind]) if told["pattern"] in self.meant]


def detect(
    *,
    ticker: str,
    interval: str = "1day",
    as_of: str | dt.date | None = None,
    patterns: Sequence[str] = (),
    rule: EngineRule | None = None,
    now: dt.datetime,
) -> Detection:
    """Matches of a stored symbol, rated within its home universe; of one `rule`, or of the default rules that find the patterns.

    Raises UnknownSymbols, NoBars, TooFewBars, and Invalid for pattern, interval or date.
    """
    check_interval(interval)
    rules = (rule,) if rule else asked_rules(patterns=patterns)
    until = last_bar_by(as_of, interval, now=now) if as_of is not None else None
    instrument = find_instruments(symbols=[ticker])[0]
    panel = load_series([instrument.pk], interval, until=until.timestamp() if until else None)
    bars = enough_bars(panel.get(instrument.pk), fewest_bars(rules, interval), symbol=instrument.symbol, interval=interval, until=until)
    return _detect(instrument, bars, interval, until, rules, store_rules(rules=rules), patterns)


def detect_in_file(
    *,
    path: Path,
    symbol: str | None = None,
    interval: str = "1day",
    as_of: str | dt.date | None = None,
    patterns: Sequence[str] = (),
    now: dt.datetime,
) -> Detection:
    """Matches of one series in a CSV or Parquet file, which is read and checked as for an import but not stored; without ratings.

    Raises UnreadableFile, NoBars, TooFewBars, and Invalid for pattern, interval, date, or if the file holds several symbols and none
    is named.
    """
    check_interval(interval)
    rules = asked_rules(patterns=patterns)
    until = last_bar_by(as_of, interval, now=now) if as_of is not None else None
    name, bars = _one_series(path, symbol, interval, now)
    bars = bars.cut(until.timestamp()) if until else bars
    bars = enough_bars(bars, fewest_bars(rules, interval), symbol=name, interval=interval, until=until)
    rows = [Rule(detector=rule.detector, params=rule.values, params_hash=rule.hash) for rule in rules]
    return _detect(Instrument(symbol=name, source="import"), bars, interval, until, rules, rows, patterns)


def _detect(
    instrument: Instrument,
    bars: Bars,
    interval: str,
    as_of: dt.datetime | None,
    rules: Sequence[EngineRule],
    rows: Sequence[Rule],
    patterns: Sequence[str],
) -> Detection:
    from patterns.engine.replay import replay

    from .matches import Seen

    home = instrument.home
    around = context_of(universe=home, interval=interval).around(instrument.pk, bars.at) if home else None
    seen = Seen(instrument, home, interval, rows, replay(bars, rules, around, pace=pace_of(interval)))
    meant = meant_patterns(patterns=patterns)
    finds = [find for find in seen.current() if seen.life(find).is_open and seen.pattern(find) in meant]
    asked = [(seen.row(find), seen.result(find)) for find in finds]
    for (_, shown), (leader, place) in zip(asked, seen.groups(finds), strict=True):
        shown.group, shown.place = asked[leader][0].code, place
    asked.sort(key=lambda pair: (-pair[0].score, -pair[0].known_at.timestamp(), pair[0].pattern))
    return Detection(instrument, interval, as_of, bars, seen, frozenset(meant), asked)


def _one_series(path: Path, symbol: str | None, interval: str, now: dt.datetime) -> tuple[str, Bars]:
    exchange = calendars.EXCHANGE
    zone = calendars.zone(exchange)
    try:
        read = read_file(path, interval=interval, zone=zone, symbol=symbol)
    except UnreadableFile:
        if symbol is None:
            raise
        # perhaps each row names its symbol; then the one that is asked is looked up there
        read = read_file(path, interval=interval, zone=zone)
    rows = bar_checks.prepare(read.rows, interval=interval, exchange=exchange)
    verdicts = bar_checks.judge(rows, interval=interval, exchange=exchange, now=now)
    table, _, _ = bar_checks.apply_splits(bar_checks.sort_taken(rows, verdicts), bar_checks.find_splits(rows))
    series = table.series()
    if not series:
        raise NoBars(f"No row of {path.name} is a usable bar.")
    if symbol is not None and symbol.upper() in series:
        return symbol.upper(), series[symbol.upper()]
    if symbol is None and len(series) == 1:
        return next(iter(series.items()))
    names = ", ".join(sorted(series)[:12]) + (f" and {len(series) - 12} more" if len(series) > 12 else "")
    said_so = f"has no {symbol.upper()[:20]}; it has" if symbol else "holds several symbols; name one of"
    raise invalid("symbol", f"{path.name} {said_so} {names}.", "unknown_symbol" if symbol else "required")
