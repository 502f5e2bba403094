"""What an import took, what it refused and why, for people and for programs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from patterns import calendars
from patterns.engine.bars import Bars
from patterns.moments import said
from patterns.providers.base import Rows
from patterns.providers.columns import shown
from patterns.providers.csvfile import FileRows
from patterns.services.bar_checks import PLACE, REASONS, Places, Split, Table, Verdicts, find_copies, find_gaps, find_jumps

Example = dict[str, str | int | float]

EXAMPLES = 5


@dataclass
class Finding:
    """How many rows share a reason, and the first of them."""

    reason: str
    meaning: str
    count: int
    examples: Sequence[Example]

    def __str__(self) -> str:
        shown = ", ".join(_words(example) for example in self.examples)
        return f"{self.count:>11,}  {self.meaning}: {shown}{' …' if self.count > len(self.examples) else ''}"


@dataclass
class ImportReport:
    """Of one file. `rows` = `taken` + all `refused`; `taken` = `added` + `changed` + `same`."""

    file: str
    universe: str
    interval: str
    rows: int
    symbols: int = 0
    new_symbols: int = 0
    first: str | None = None
    last: str | None = None
    taken: int = 0
    added: int = 0
    changed: int = 0
    same: int = 0
    refused: list[Finding] = field(default_factory=list)
    refused_series: list[Example] = field(default_factory=list)
    suspect: list[Finding] = field(default_factory=list)  # taken, but odd
    splits: list[Example] = field(default_factory=list)  # applied
    notes: list[str] = field(default_factory=list)

    @property
    def refused_rows(self) -> int:
        return sum(finding.count for finding in self.refused)

    def as_dict(self) -> dict[str, object]:
        return asdict(self) | {"refused_rows": self.refused_rows}

    def as_text(self) -> str:
        lines = [
            f"{self.file}: {self.rows:,} rows of {self.interval} into {self.universe}",
            f"{self.taken:>11,}  taken: {self.symbols:,} symbols ({self.new_symbols:,} new), {self.first} to {self.last}",
            f"{'':13}{self.added:,} added, {self.changed:,} changed, {self.same:,} there already",
            f"{self.refused_rows:>11,}  refused",
        ]
        lines += _section("Refused", [str(finding) for finding in self.refused])
        lines += _section("Refused series", [f"  {_words(one)}" for one in self.refused_series])
        lines += _section("Taken, but worth a look", [str(finding) for finding in self.suspect])
        lines += _section("Splits applied", [f"  {one['symbol']} {one['date']}: {one['ratio']:g} for 1" for one in self.splits])
        lines += _section("Notes", [f"  {note}" for note in self.notes])
        return "\n".join(lines)

    def why_nothing(self) -> str:
        """One sentence for a file of which no row could be taken."""
        series = "; ".join(f"{one['symbol']}: {one['reason']}" for one in self.refused_series[:3])
        rows = "; ".join(f"{finding.count:,} × {finding.meaning} ({_words(finding.examples[0])})" for finding in self.refused)
        return f"Nothing was taken from {self.file}: {series or rows}."


def explain_refused(report: ImportReport, read: FileRows, rows: Rows, verdicts: Verdicts) -> None:
    """Count each reason, with the first rows it was given for."""
    for reason, meaning in REASONS.items():
        places = np.flatnonzero(verdicts == PLACE[reason])
        if reason != "taken" and len(places):
            examples = [_row_example(read, rows, int(place), report.interval) for place in places[:EXAMPLES]]
            report.refused.append(Finding(reason, meaning, len(places), examples))
    if read.ragged:
        lines: list[Example] = [{"line": line} for line in read.ragged[:EXAMPLES]]
        report.refused.append(Finding("ragged_line", "the line has too few or too many fields", len(read.ragged), lines))


def describe_taken(report: ImportReport, table: Table, splits: list[Split], contradicted: list[Split], exchange: str) -> None:
    """Span, splits, and what is odd about the bars taken."""
    refused = [one["symbol"] for one in report.refused_series]
    keep = ~np.isin(table.symbol, [table.names.index(str(symbol)) for symbol in refused])
    table = Table(table.names, table.symbol[keep], Bars(*(column[keep] for column in table.bars)))
    report.first, report.last = said(float(table.bars.at.min()), report.interval), said(float(table.bars.at.max()), report.interval)
    report.splits = [_split_example(split, report.interval) for split in splits if split.symbol not in refused]
    _suspect(report, table, "overnight_jump", "opens more than 40 % away from the close before, as after a split", find_jumps(table))
    if report.interval == "1day":
        _suspect(report, table, "copy_of_next_bar", "has exactly the values of the next day's bar", find_copies(table))
        missing, before = find_gaps(table, exchange)
        _suspect(report, table, "missing_sessions", f"is followed by missing sessions ({missing:,} of them in all)", before)
    if contradicted:
        examples = [_split_example(split, report.interval) for split in contradicted[:EXAMPLES]]
        meaning = "a split is recorded that the prices do not show; it was not applied"
        report.suspect.append(Finding("split_not_in_prices", meaning, len(contradicted), examples))


def note_the_rest(report: ImportReport, read: FileRows, exchange: str) -> None:
    """What the file holds that bars do not, and the other way round."""
    if read.ignored:
        report.notes.append(f"Columns not used: {shown(read.ignored)}.")
    if np.isnan(read.rows.volume).all():
        report.notes.append("There is no volume; it is stored as 0.")
    if read.unended:
        report.notes.append("No line break ends the file; if it was cut off, the last value of its last row may be wrong.")
    if report.interval in calendars.SECONDS:
        outside = int((~calendars.within_sessions(read.rows.at[~np.isnan(read.rows.at)], exchange)).sum())
        if outside:
            report.notes.append(f"{outside:,} bars lie before or after the trading session; they are kept.")


def _suspect(report: ImportReport, table: Table, reason: str, meaning: str, places: Places) -> None:
    if len(places):
        examples: list[Example] = [
            {"symbol": table.names[table.symbol[place]], "date": said(float(table.bars.at[place]), report.interval)}
            for place in places[:EXAMPLES]
        ]
        report.suspect.append(Finding(reason, meaning, len(places), examples))


def _row_example(read: FileRows, rows: Rows, row: int, interval: str) -> Example:
    """Where it stands, in lines of a CSV file or rows of a Parquet one, and what it says of itself."""
    place: Example = {"row": row + 1} if read.lines is None else {"line": int(read.lines[row])}
    unread = rows.unread.get(row, "")
    symbol = rows.names[rows.symbol[row]] if rows.symbol[row] >= 0 else unread
    return place | {"symbol": symbol, "date": unread if np.isnan(rows.at[row]) else said(float(rows.at[row]), interval)}


def _split_example(split: Split, interval: str) -> Example:
    return {"symbol": split.symbol, "date": said(split.at, interval), "ratio": split.ratio}


def _section(title: str, lines: list[str]) -> list[str]:
    return ["", f"{title}:", *lines] if lines else []


def _words(example: Example) -> str:
    return " ".join(f"{name} {value}" if name in ("line", "row") else str(value) for name, value in example.items())
