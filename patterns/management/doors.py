"""What the commands of the market share: refusals in one sentence, matches as a table."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.db import OperationalError, ProgrammingError, connection

from legend.lib.errors import LegendError
from patterns.engine.figures import price_text
from patterns.services.wording import in_r
from patterns.tables import also, as_csv

FORMATS = ("table", "json", "csv")
PRICE = -1  # as many digits as a price needs
TABLE = (  # title, key, digits or None for text
    ("symbol", "symbol", None),
    ("pattern", "pattern", None),
    ("side", "side", None),
    ("state", "state", None),
    ("score", "score", 0),
    ("entry", "entry", PRICE),
    ("stop", "stop", PRICE),
    ("target", "target", PRICE),
    ("R:R", "risk_reward", 1),
    ("to entry %", "distance_pct", 1),
    ("RS", "rs_rating", 0),
    ("edge", "evidence", 0),
    ("known at", "known_at", None),
    ("also", "also", None),
)


@contextmanager
def in_one_sentence() -> Iterator[None]:
    """Turn a refusal, and a database without tables, into a sentence on standard error and exit code 1."""
    try:
        yield
    except LegendError as refusal:
        raise CommandError(refusal.detail) from None
    except KeyboardInterrupt:
        raise CommandError("Broken off. What is unfinished waits for the next who asks.", returncode=130) from None
    except (OperationalError, ProgrammingError):
        if "patterns_scan" in connection.introspection.table_names():
            raise
        raise CommandError("The database has no tables yet; run manage.py up, or manage.py migrate and manage.py import_bars.") from None


Rows = Sequence[Mapping[str, Any]]
NEARLY = (
    ("symbol", "symbol", None),
    ("pattern", "pattern", None),
    ("side", "side", None),
    ("score", "score", 0),
    ("why not", "analysis", None),
)
BESIDE = {"near_misses": "Near misses, of one rule each:", "forming": "Forming, without levels yet:"}


def thread_count(text: str) -> int:
    """For argparse: 0 (the calling thread alone) to 64."""
    if not text.isdecimal() or len(text) > 2 or int(text) > 64:
        raise ArgumentTypeError(f"{text[:20]!r} is no number of threads; there are 0 to 64.")
    return int(text)


def least_score(text: str) -> float:
    """For argparse: a score from 0 to 100."""
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not 0 <= score <= 100:
        raise ArgumentTypeError(f"{text[:20]!r} is no score; scores are 0 to 100.")
    return score


def add_beside(parser: ArgumentParser) -> None:
    """Options for what is told beside matches."""
    parser.add_argument("--near", action="store_true", help="also what misses exactly one rule, closest first")
    parser.add_argument("--forming", action="store_true", help="also shapes whose last anchor is only developing")


def shown(matches: Rows, document: Mapping[str, Any], form: str, beside: Mapping[str, Rows] | None = None) -> str:
    """The answer in one of FORMATS; `document` is what surrounds the matches in JSON, `beside` lists of what is nearly a match."""
    beside = beside or {}
    if form == "json":
        return json.dumps({**document, "matches": matches, **beside}, indent=2, ensure_ascii=False, allow_nan=False)
    if form == "csv":
        return as_csv([*matches, *(row for rows in beside.values() for row in rows)]).rstrip("\n")
    parts = [_table([{**match, "also": also(match)} for match in matches], TABLE) if matches else "Nothing is ready or triggered."]
    parts += [f"{BESIDE[name]}\n{_table(rows, NEARLY) if rows else 'none'}" for name, rows in beside.items()]
    return "\n\n".join(parts)


def _table(matches: Rows, columns: Sequence[tuple[str, str, int | None]]) -> str:
    rows = [[title for title, _, _ in columns]]
    rows += [[_text(match[key], digits) for _, key, digits in columns] for match in matches]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    numeric = [digits is not None for _, _, digits in columns]
    lines = [
        [text.rjust(width) if right else text.ljust(width) for text, width, right in zip(row, widths, numeric, strict=True)] for row in rows
    ]
    return "\n".join("  ".join(line).rstrip() for line in lines)


def _text(value: Any, digits: int | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, Mapping):  # what stands beside it: the edge, and on how many trades it rests
        return "—" if value["edge"] is None else f"{in_r(value['edge'])} n {value['trades']:,}"
    if digits == PRICE:
        return price_text(value)
    return str(value) if digits is None else f"{value:,.{digits}f}"
