"""Many rows at once."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import QuerySet

TOGETHER = 2000


def plain_rows(found: "QuerySet[Any, Any]") -> Iterator[tuple[Any, ...]]:
    """The rows of a `values_list`, with decimals and instants as Django gives them.

    On SQLite Django turns each cell over several times, which takes most of the time of a large journal; the cells kept there have 15
    digits at most (`stats.decimals.stored`), so that the shortest decimal of a cell is the amount itself.
    """
    if connection.vendor != "sqlite":
        yield from found.iterator(chunk_size=TOGETHER)
        return
    readers = [_reader(found.model, name) for name in found.query.values_select]
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:
        return
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        while rows := cursor.fetchmany(TOGETHER):
            for row in rows:
                yield tuple(cell if read is None or cell is None else read(cell) for read, cell in zip(readers, row, strict=True))


def _reader(model: Any, path: str) -> Callable[[Any], Any] | None:
    """How a cell of this column is read."""
    for name in path.split("__")[:-1]:
        model = model._meta.get_field(name).related_model
    column = model._meta.get_field(path.split("__")[-1])
    if isinstance(column, models.DecimalField):
        return _amount
    return _instant if isinstance(column, models.DateTimeField) else None


def _amount(cell: float | int) -> Decimal:
    return Decimal(cell) if isinstance(cell, int) else Decimal(repr(cell))


def _instant(cell: "str | dt.datetime") -> dt.datetime:
    return (dt.datetime.fromisoformat(cell) if isinstance(cell, str) else cell).replace(tzinfo=dt.UTC)
