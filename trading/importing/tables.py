"""From the bytes of a file to its rows, numbered as its lines are."""

import csv
import io

Rows = list[tuple[int, list[str]]]

SEPARATORS = ",;\t|"
SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


class Unreadable(ValueError):
    """The file as a whole cannot be read; the text says why."""


def decoded(content: bytes) -> str:
    """Text in UTF-8, UTF-16 with or without its mark, or the old code page of western Windows. Raises Unreadable."""
    if content.startswith(SPREADSHEETS):
        raise Unreadable("This is a spreadsheet or an archive, not text. Save it as CSV first.")
    for coding in _codings(content):
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if not _is_binary(text):
            return text
    raise Unreadable("The file is no text that can be read. Save it as CSV in UTF-8.")


def _codings(content: bytes) -> tuple[str, ...]:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    begin = content[:400]
    if begin[1::2].count(0) > len(begin) // 4:
        return ("utf-16-le",)
    if begin[0::2].count(0) > len(begin) // 4:
        return ("utf-16-be",)
    return ("utf-8-sig", "cp1252")


def _is_binary(text: str) -> bool:
    begin = text[:4000]
    return sum(not sign.isprintable() and sign not in "\t\r\n\f\ufeff" for sign in begin) > len(begin) // 20


def rows_of(text: str) -> tuple[Rows, str]:
    """The lines that hold something, and what separates their cells. Raises Unreadable, naming the line."""
    body = text.lstrip("\ufeff").replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    skipped = 0
    first = next((line for line in body.split("\n") if line.strip()), "")
    if not first:
        raise Unreadable("The file is empty.")
    if first.lower().startswith("sep=") and len(first.strip()) == 5:
        separator, skipped = first[4], 1
        body = body.split("\n", body.split("\n").index(first) + 1)[-1]
    else:
        separator = _separator(body)
    reader = csv.reader(io.StringIO(body), delimiter=separator, strict=True)
    rows: Rows = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num + skipped, cells))
    except csv.Error as fault:
        where = rows[-1][0] + 1 if rows else 1
        raise Unreadable(f"From line {where} on the file is no CSV that can be read ({fault}). Is a quotation mark left open?") from None
    if not rows:
        raise Unreadable("The file is empty.")
    return rows, separator


def _separator(body: str) -> str:
    """The sign that most of the first lines have most of."""
    lines = [line for line in body.split("\n", 40)[:40] if line.strip()]
    return max(SEPARATORS, key=lambda sign: sum(line.count(sign) > 0 for line in lines) * 1000 + sum(line.count(sign) for line in lines))
