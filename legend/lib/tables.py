"""Lists as files for spreadsheets: written row by row to a file of the moment, which is then sent in pieces."""

import csv
import io
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import IO, Any
from urllib.parse import urlencode

from django.http import StreamingHttpResponse
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from legend.lib.streams import handle_response

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
MOST_DIGITS = 15  # what a spreadsheet keeps of a number
CSV_TYPE = "text/csv"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = {"csv": CSV_TYPE, "xlsx": XLSX_TYPE}


@dataclass(frozen=True)
class Table:
    """A header and its rows, read as they are written. `texts` are columns whose cells are text even if they look like a figure."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Mapping[str, Any]]
    texts: frozenset[str] = frozenset()


def cell(value: Any) -> str | int | float | None:
    """A value as one cell. Text that a spreadsheet would take for a formula gets an apostrophe before it."""
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def written(table: Table, name: str, value: Any) -> str | int | float | None:
    """A cell of the table: figures stay figures, with the digits they have."""
    return value if _is_figure(table, name, value) else cell(value)


def _is_figure(table: Table, name: str, value: Any) -> bool:
    if not isinstance(value, str) or name in table.texts:
        return False
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def write_csv(table: Table, file: IO[bytes]) -> None:
    # the mark at the beginning tells spreadsheets that it is UTF-8
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)  # ends lines as RFC 4180 says, and quotes cells with either half of that end
    writer.writerow(table.columns)
    writer.writerows([written(table, name, row.get(name)) for name in table.columns] for row in table.rows)
    text.flush()
    text.detach()


def write_xlsx(table: Table, file: IO[bytes]) -> None:
    import xlsxwriter

    # text stays text: neither formulas nor links are made of it
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "constant_memory": True}
    with xlsxwriter.Workbook(file, plain) as book:
        sheet = book.add_worksheet(table.name.replace("-", " ").title()[:31])
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, table.columns, book.add_format({"bold": True}))
        formats: dict[int, Any] = {}
        for number, row in enumerate(table.rows, 1):
            for place, name in enumerate(table.columns):
                value = row.get(name)
                if isinstance(value, str) and _is_figure(table, name, value) and len(value.strip("-0.").replace(".", "")) <= MOST_DIGITS:
                    places = len(value.partition(".")[2])
                    if places not in formats:
                        formats[places] = book.add_format({"num_format": f"0.{'0' * places}" if places else "0"})
                    sheet.write_number(number, place, float(value), formats[places])
                else:
                    sheet.write(number, place, written(table, name, value))


def table_response(table: Table, *, name: str, file_format: str) -> StreamingHttpResponse:
    """The table as a download; `name` without its ending."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  it is closed when the answer is sent
    (write_csv if file_format == "csv" else write_xlsx)(table, file)
    return handle_response(file, name=f"{name}.{file_format}", content_type=FORMATS[file_format])


def offered(title: str, address: str, **asked: Any) -> dict[str, str]:
    """A list that a page offers as a file (`components/_export.html`); `asked` narrows it, empty values do not."""
    query = urlencode({name: value for name, value in asked.items() if value not in (None, "")})
    return {"title": title, "address": f"{address}?{query}&" if query else f"{address}?"}


def wants_file(request: Request) -> bool:
    return request.accepted_renderer.format in FORMATS


class CSVFile(BaseRenderer):
    """Offers CSV; what the view does not answer as a table is a refusal, and those are problem+json."""

    media_type, format = CSV_TYPE, "csv"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None) -> bytes:
        return bytes(JSONRenderer().render(data))


class XLSXFile(CSVFile):
    media_type, format = XLSX_TYPE, "xlsx"
    charset = None
    render_style = "binary"
