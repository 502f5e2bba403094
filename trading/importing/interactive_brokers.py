"""The two files of Interactive Brokers: a flex query is a plain table, an activity statement is one of sections."""

from .tables import Rows

MARKS = ("BOF", "BOA", "BOS", "EOS", "EOA", "EOF")


def table_of(rows: Rows) -> Rows:
    return statement_table(rows) if is_statement(rows) else flex_table(rows)


def is_statement(rows: Rows) -> bool:
    return any(cells[0].strip() == "Trades" and len(cells) > 2 and cells[1].strip() == "Header" for _, cells in rows)


def flex_table(rows: Rows) -> Rows:
    """Executions where they are listed, else orders; without what adds them up or lists lots."""
    table = [(number, cells) for number, cells in rows if cells[0].strip() not in MARKS]
    if not table:
        return []
    header, body = table[0], [row for row in table[1:] if row[1] != table[0][1]]  # each section repeats the header
    names = [name.strip() for name in header[1]]
    if "LevelOfDetail" not in names:
        return [header, *body]
    place = names.index("LevelOfDetail")
    levels = [cells[place].strip().upper() if place < len(cells) else "" for _, cells in body]
    wanted = "EXECUTION" if "EXECUTION" in levels else "ORDER"
    return [header, *(row for row, level in zip(body, levels, strict=True) if level == wanted)]


def statement_table(rows: Rows) -> Rows:
    """The trades of an activity statement: stocks alone, each order as the executions that are listed below it."""
    header: tuple[int, list[str]] | None = None
    chosen: list[tuple[int, list[str]]] = []
    stocks: tuple[int, list[str]] | None = None
    order: tuple[int, list[str]] | None = None
    for number, cells in rows:
        if cells[0].strip() != "Trades" or len(cells) < 4:
            continue
        kind = cells[1].strip()
        if kind == "Header":
            header = (number, cells)
            continue
        told = {} if header is None else dict(zip((name.strip() for name in header[1]), (cell.strip() for cell in cells), strict=False))
        if kind != "Data" or not told.get("Asset Category", "").startswith("Stock"):
            continue
        if stocks is None:
            stocks = header
        if header is not None and stocks is not None and header[1] != stocks[1]:
            cells = _under(stocks[1], header[1], cells)
        match told.get("DataDiscriminator", ""):
            case "Order":
                chosen += [order] if order is not None else []
                order = (number, cells)
            case "Trade" | "Execution":
                order = None  # what is listed below an order adds up to it
                chosen.append((number, cells))
    chosen += [order] if order is not None else []
    return [] if stocks is None else [stocks, *chosen]


def _under(wanted: list[str], own: list[str], cells: list[str]) -> list[str]:
    """A row of a section with other columns, in the order of the first one's."""
    told = dict(zip(own, cells, strict=False))
    return [told.get(name, "") for name in wanted]


def is_cancelled(told: dict[str, str]) -> bool:
    """The broker took an execution back."""
    return "(Ca.)" in told.get("side", "") or "Ca" in told.get("codes", "").split(";")


def ready(told: dict[str, str]) -> dict[str, str]:
    """`BRK B` is what others write as `BRK.B`."""
    return told | {"symbol": told.get("symbol", "").replace(" ", ".")}
