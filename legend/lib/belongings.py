"""What an app keeps of a person: how it is handed out, how it is erased."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import QuerySet

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class Table:
    """Rows of one model. `columns` are those that mean something to their owner, in the words of `values()`; secrets are none of them."""

    name: str
    rows: "QuerySet[Any]"
    columns: tuple[str, ...]

    def as_json(self) -> Iterator[bytes]:
        """One array, row by row."""
        begin = b"["
        for row in self._dicts():
            yield begin + b"\n" + json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode()
            begin = b","
        yield b"[]\n" if begin == b"[" else b"\n]\n"

    def as_csv(self) -> Iterator[bytes]:
        """The mark at the beginning tells spreadsheets that it is UTF-8."""
        yield "\ufeff".encode() + _line(column.replace("__", "_") for column in self.columns)
        for row in self._dicts():
            yield _line(_cell(value) for value in row.values())

    def _dicts(self) -> Iterator[dict[str, Any]]:
        for row in self.rows.values(*self.columns).iterator(chunk_size=1000):
            yield {name.replace("__", "_"): value for name, value in row.items()}


@dataclass(frozen=True)
class StoredFile:
    """A file of the uploads, by the name it is stored under, and what it is called in the archive."""

    name: str
    stored: str


@dataclass(frozen=True)
class Belongings:
    """What one app keeps of a person. `erase` removes what does not go by itself with the person's row: files, words in rows of others."""

    app: str
    export: Callable[[Any], Iterable[Table | StoredFile]]
    erase: Callable[[Any], None]


def nothing_more(person: Any) -> None:
    """Everything goes with the person's row."""


def forget_file(name: str) -> None:
    """Delete a file of the uploads once the row that names it is gone for good."""
    transaction.on_commit(lambda: default_storage.delete(name))


def _line(cells: Iterable[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(list(cells))
    return line.getvalue().encode()


def _cell(value: Any) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe before it; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return str(json.loads(json.dumps(value, cls=DjangoJSONEncoder)))
