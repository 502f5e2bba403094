"""Matches as rows of a file for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from legend.lib.tables import cell

COLUMNS = (
    "symbol", "name", "sector", "pattern", "title", "side", "state", "is_new", "score", "grade", "entry", "stop", "target", "target2",
    "risk_pct", "risk_reward", "risk_reward2", "current_price", "change_pct", "distance_pct", "distance_atr", "atr_pct", "rs_rating",
    "edge", "edge_low", "edge_high", "edge_trades", "edge_claim",
    "consolidation_days", "volume_dry_up", "start", "known_at", "triggered_at", "confirmed_at", "ended_at", "throwback_at", "busted_at",
    "reason", "flags", "also", "analysis", "code",
)  # fmt: skip

EVIDENCE = {"edge": "edge", "edge_low": "edge_low", "edge_high": "edge_high", "edge_trades": "trades", "edge_claim": "claim"}

Rows = Iterable[Mapping[str, Any]]


def _cells(row: Mapping[str, Any]) -> list[str | int | float | None]:
    """A row in the order of COLUMNS; the cells of evidence are empty where it is not known."""
    evidence = row.get("evidence") or {}
    row = {**row, "also": also(row)}
    return [cell(evidence.get(EVIDENCE[name]) if name in EVIDENCE else row.get(name)) for name in COLUMNS]


def also(row: Mapping[str, Any]) -> str:
    """The patterns of the other finds over the same structure."""
    return ", ".join(dict.fromkeys(member["pattern"] for member in row.get("members", ())))


def as_csv(rows: Rows) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(row) for row in rows)
    return file.getvalue()


def as_xlsx(rows: Rows) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    # text stays text: neither formulas nor links are made of it
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, {"in_memory": True, **plain}) as book:
        sheet = book.add_worksheet("Matches")
        sheet.freeze_panes(1, 1)
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True}))
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, _cells(row))
    return file.getvalue()
