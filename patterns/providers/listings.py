"""Names and sectors of symbols from a CSV file, as lists of an index's members are published."""

import csv
from dataclasses import dataclass
from pathlib import Path

from patterns.providers.columns import UnreadableFile, shown


@dataclass(frozen=True)
class Listing:
    """What is known of a symbol besides its bars."""

    name: str
    sector: str
    industry: str


def read_listings(path: Path) -> dict[str, Listing]:
    """By symbol; columns symbol and name are needed, sector and industry are read if they are there. Raises UnreadableFile."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            found = [name.strip().lower() for name in table.fieldnames or []]
            if missing := [name for name in ("symbol", "name") if name not in found]:
                raise UnreadableFile(f"{path.name} has no column for {' and '.join(missing)}; found: {shown(found)}.")
            table.fieldnames = found
            return {(row["symbol"] or "").strip().upper(): _listing(row) for row in table}
    except OSError as error:
        raise UnreadableFile(f"{path.name} cannot be read: {error.strerror}.") from None
    except (UnicodeDecodeError, csv.Error):
        raise UnreadableFile(f"{path.name} is no CSV file in UTF-8.") from None


def _listing(row: dict[str, str | None]) -> Listing:
    """As long as the columns of the database allow."""
    name, sector, industry = ((row.get(column) or "").strip() for column in ("name", "sector", "industry"))
    return Listing(name[:120], sector[:60], industry[:80])
