"""Bars from files into the database: checked first, then stored whole or not at all."""

import datetime as dt
from collections.abc import Collection, Mapping
from pathlib import Path

import numpy as np
from django.db import transaction

from legend.lib.errors import Invalid, invalid
from legend.lib.events import publish
from patterns import calendars
from patterns.bars import StoredCount, load_panel, store_many
from patterns.engine.bars import Bars
from patterns.events import bars_updated
from patterns.models import Instrument, Universe
from patterns.moments import check_interval
from patterns.providers.base import Rows
from patterns.providers.csvfile import read_file
from patterns.providers.listings import Listing
from patterns.services import bar_checks
from patterns.services.bar_checks import HARMLESS, PLACE, Split, Verdicts
from patterns.services.import_report import ImportReport, describe_taken, explain_refused, note_the_rest
from patterns.services.simulated_market import DEMO
from patterns.services.universes import add_members, check_name, ensure_universe

DEFAULT_UNIVERSE = "IMPORT"
TOGETHER = 200  # series compared with what is stored at a time, so that memory stays bounded


class NothingTaken(Invalid):
    """Every row was refused; `report` has the reasons."""

    code = "nothing_taken"

    def __init__(self, report: ImportReport) -> None:
        super().__init__(report.why_nothing())
        self.report = report


def import_file(
    *,
    path: Path,
    now: dt.datetime,
    interval: str = "1day",
    universe: str = DEFAULT_UNIVERSE,
    symbol: str | None = None,
    listings: Mapping[str, Listing] | None = None,
    exchange: str = calendars.EXCHANGE,
) -> ImportReport:
    """Read, check and store the bars of one CSV or Parquet file; its symbols become members of `universe`.

    One transaction: all good rows, or nothing. The same file twice changes nothing. `symbol` is for a file without that column.
    Raises UnreadableFile (the file as a whole), NothingTaken (every row was refused), Invalid (interval, universe).
    """
    check_interval(interval)
    check_import_universe(universe)
    read = read_file(path, interval=interval, zone=calendars.zone(exchange), symbol=symbol)
    rows = bar_checks.prepare(read.rows, interval=interval, exchange=exchange)
    verdicts = bar_checks.judge(rows, interval=interval, exchange=exchange, now=now)
    table, splits, contradicted = bar_checks.apply_splits(bar_checks.sort_taken(rows, verdicts), bar_checks.find_splits(rows))
    series = table.series()
    report = ImportReport(path.name, universe, interval, rows=rows.size + len(read.ragged))
    with transaction.atomic():
        known = Instrument.objects.in_bulk(list(series), field_name="symbol")
        bad = _bad_series(rows, verdicts, series, splits, known, interval)
        report.refused_series = [{"symbol": name, "reason": reason} for name, reason in bad.items()]
        verdicts[(verdicts == 0) & np.isin(rows.symbol, [rows.names.index(name) for name in bad])] = PLACE["bad_series"]
        explain_refused(report, read, rows, verdicts)
        good = {name: bars for name, bars in series.items() if name not in bad}
        if not good:
            raise NothingTaken(report)
        _store(report, good, known, listings or {}, exchange)
    describe_taken(report, table, splits, contradicted, exchange)
    note_the_rest(report, read, exchange)
    return report


def check_import_universe(name: str) -> None:
    """Invalid for a name that cannot be one, or that is the simulated market's."""
    if check_name(name) == DEMO:
        raise invalid("universe", f"{DEMO} is the simulated market; import real bars into a universe of another name.", "reserved")


def _store(
    report: ImportReport, good: Mapping[str, Bars], known: Mapping[str, Instrument], listings: Mapping[str, Listing], exchange: str
) -> None:
    universe = ensure_universe(name=report.universe)
    instruments = _instruments(list(good), known, universe, listings, exchange)
    add_members(universe=universe, instrument_ids=[instrument.pk for instrument in instruments.values()])
    counts = store_many(series={instruments[symbol].pk: bars for symbol, bars in good.items()}, interval=report.interval)
    total = sum(counts.values(), StoredCount())
    report.symbols, report.new_symbols = len(good), len(good.keys() - known.keys())
    report.taken = sum(bars.size for bars in good.values())
    report.added, report.changed, report.same = total.added, total.changed, total.same
    if touched := [instrument_id for instrument_id, count in counts.items() if count.added or count.changed]:
        publish(bars_updated, instrument_ids=touched, interval=report.interval)


def _instruments(
    symbols: Collection[str], known: Mapping[str, Instrument], universe: Universe, listings: Mapping[str, Listing], exchange: str
) -> dict[str, Instrument]:
    """Their rows, made where missing, at home in `universe` where nowhere yet, named where a name is given."""
    new = [Instrument(symbol=symbol, exchange=exchange, source="import", home=universe) for symbol in symbols if symbol not in known]
    old = [known[symbol] for symbol in symbols if symbol in known]
    changed = [instrument for instrument in old if _update(instrument, universe, listings.get(instrument.symbol))]
    for instrument in new:
        _update(instrument, universe, listings.get(instrument.symbol))
    Instrument.objects.bulk_create(new)
    Instrument.objects.bulk_update(changed, ["home", "name", "sector", "industry"], batch_size=100)
    return {instrument.symbol: instrument for instrument in [*new, *old]}


def _update(instrument: Instrument, universe: Universe, listing: Listing | None) -> bool:
    """Fill in what is missing or newly told; returns whether something changed."""
    before = (instrument.home_id, instrument.name, instrument.sector, instrument.industry)
    if instrument.home_id is None:
        instrument.home = universe
    if listing:
        instrument.name, instrument.sector, instrument.industry = listing.name, listing.sector, listing.industry
    return before != (instrument.home_id, instrument.name, instrument.sector, instrument.industry)


def _bad_series(
    rows: Rows, verdicts: Verdicts, series: Mapping[str, Bars], splits: list[Split], known: Mapping[str, Instrument], interval: str
) -> dict[str, str]:
    """Symbols that must not be stored, although single rows of theirs are good, and why."""
    bad: dict[str, str] = {}
    faulty = _faulty_rows(rows, verdicts)
    symbols = list(known)
    for start in range(0, len(symbols), TOGETHER):
        group = symbols[start : start + TOGETHER]
        panel = load_panel([known[symbol].pk for symbol in group], interval)
        for symbol in group:
            stored = panel.get(known[symbol].pk)
            if known[symbol].is_simulated:
                bad[symbol] = "it is a share of the simulated market"
            elif stored is not None and (reason := _against_stored(symbol, stored, series[symbol], splits, faulty[symbol])):
                bad[symbol] = reason
    return bad


def _against_stored(symbol: str, stored: Bars, new: Bars, splits: list[Split], faulty: int) -> str | None:
    """Why these bars may not be mixed with those stored."""
    if faulty > new.size:
        return f"{faulty:,} of its {faulty + new.size:,} rows are faulty, so the others do not replace what is stored"
    scale = bar_checks.scale_against(stored, new, [split for split in splits if split.symbol == symbol])
    if scale is None:
        return None
    return f"its prices are about {scale:.3g} times those stored, of which some days are not in this file; import the whole history"


def _faulty_rows(rows: Rows, verdicts: Verdicts) -> dict[str, int]:
    counted = (rows.symbol >= 0) & ~np.isin(verdicts, [0, *(PLACE[reason] for reason in HARMLESS)])
    counts = np.bincount(rows.symbol[counted], minlength=len(rows.names))
    return dict(zip(rows.names, counts.tolist(), strict=True))
