"""CSV with garbage in it: a faulty line is refused by its number, and no good one is lost or shifted."""

import tracemalloc
from pathlib import Path

import pytest

from patterns import calendars
from patterns.providers.columns import UnreadableFile
from patterns.providers.csvfile import read_file
from patterns.services import bar_checks
from patterns.services.import_report import ImportReport, explain_refused

from .test_ingest import GOOD, HEADER, NOW


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"ACME,2017-06-27,nan,NaN,1e999,-inf,1_0", "not_a_number"),
        (b"ACME,2017-06-27,10,11,9,10.5,\xff\xfe", "not_a_number"),
        (b"AC\xffME,2017-06-27,10,11,9,10.5,1000", "bad_symbol"),
        (b"ACME,2017-06-2\x00,10,11,9,10.5,1000", "bad_time"),
        (b'ACME,"2017-06-27,10,11,9,10.5,1000', "ragged_line"),
        (b'ACME,2017-06-27,"10"x,11,9,10.5,1000', "not_a_number"),
        (b'"ACME",2017-06-27,10,11,9,"1,050.0",1000', "not_a_number"),
        (b"ACME,2017-06-27,10,11,9,10.5," + b"9" * 200_000, "ragged_line"),
        (b"ACME,2017-06-27,10,11,9,10.5," + b"9" * 9_000_000, "ragged_line"),
        (b"ACME,2017-06-27" + b",1" * 100_000, "ragged_line"),
        (b"\xf0\x9f\x92\xa9", "ragged_line"),
        ("ACME,٢٠١٧-٠٦-٢٧,١,١,١,١,١".encode(), "bad_time"),
    ],
)
@pytest.mark.parametrize("before", [1, 150_000])
def test_garbage_in_one_line_costs_no_other(tmp_path: Path, line: bytes, reason: str, before: int) -> None:
    """Also far into the file, where a reader has taken whole blocks; blank lines do not confuse the count."""
    path = tmp_path / "bars.csv"
    good = [row.encode() for row in GOOD]
    path.write_bytes(b"\n".join([HEADER.encode(), *[good[0]] * before, b"", line, *good[1:], b"\r", good[1], b""]))
    read = read_file(path, interval="1day", zone=calendars.zone())
    rows = bar_checks.prepare(read.rows, interval="1day", exchange=calendars.EXCHANGE)
    verdicts = bar_checks.judge(rows, interval="1day", exchange=calendars.EXCHANGE, now=NOW)
    report = ImportReport("bars.csv", "TEST", "1day", rows=rows.size)
    explain_refused(report, read, rows, verdicts)
    found = {finding.reason: finding for finding in report.refused}
    assert found[reason].count == 1 and found[reason].examples[0]["line"] == before + 3
    assert int((verdicts == 0).sum()) == 3
    assert found["duplicate_identical"].count == before
    last = int(read.lines[-1])
    assert last == before + 3 + len(good[1:]) + 2


def test_lines_that_end_in_the_old_way_are_named(tmp_path: Path) -> None:
    path = tmp_path / "bars.csv"
    path.write_bytes("\r".join([HEADER, *GOOD]).encode())
    with pytest.raises(UnreadableFile, match="usual line breaks"):
        read_file(path, interval="1day", zone=calendars.zone())


def test_memory_does_not_grow_with_a_line(tmp_path: Path) -> None:
    """A hundred megabytes without a line break are passed over piece by piece."""
    path = tmp_path / "bars.csv"
    with path.open("wb") as file:
        file.write(f"{HEADER}\n{GOOD[0]}\n".encode())
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(f"\n{GOOD[1]}\n".encode())
    tracemalloc.start()
    read = read_file(path, interval="1day", zone=calendars.zone())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (read.rows.size, read.ragged, read.lines.tolist()) == (2, [3], [2, 4])
    assert peak < 20_000_000
