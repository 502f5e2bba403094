"""`manage.py import_bars` and `export_bars`: the report on standard output, everything else on standard error."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from patterns.models import BarBlock, Instrument, Universe

pytestmark = pytest.mark.django_db

HEADER = "symbol,date,open,high,low,close,volume"
GOOD = f"{HEADER}\nACME,2017-06-29,10,11,9,10.5,1000\nACME,2017-06-30,10.5,12,10,11.25,1100\n"


class Answer:
    def __init__(self, out: str, err: str, code: int) -> None:
        self.out, self.err, self.code = out, err, code

    @property
    def document(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str | Path) -> Answer:
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_bars", *(str(one) for one in arguments), stdout=out, stderr=err, no_color=True)
    except SystemExit as stopped:
        code = int(stopped.code or 0)
    return Answer(out.getvalue(), err.getvalue(), code)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.csv"
    path.write_text(GOOD)
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.csv"
    path.write_text(f"{HEADER}\nACME,2017-07-04,10,11,9,10.5,1000\n")
    return path


def test_the_report_says_what_was_taken_and_what_was_not(good: Path) -> None:
    with good.open("a") as file:
        file.write("ACME,2017-07-03,10,9,11,10,5\n")
    answer = run(good, "--universe", "TEST")
    assert answer.code == 0
    assert "2  taken: 1 symbols (1 new), 2017-06-29 to 2017-06-30" in answer.out
    assert "1  the high is below the low: line 4 ACME 2017-07-03" in answer.out
    assert answer.err == "[1/1] good.csv …\n"
    assert Universe.objects.get().name == "TEST"


def test_json_is_one_document(good: Path, bad: Path) -> None:
    answer = run(good, bad, "--universe", "TEST", "--format", "json")
    assert answer.code == 0
    document = answer.document
    assert (document["universe"], document["interval"], document["taken"]) == ("TEST", "1day", 2)
    taken, refused = document["files"]
    assert (taken["file"], taken["rows"], taken["added"], taken["refused_rows"]) == ("good.csv", 2, 2, 0)
    assert refused["error"]["code"] == "nothing_taken"
    assert refused["refused"] == [
        {
            "reason": "not_a_session",
            "meaning": "the exchange was closed on that day",
            "count": 1,
            "examples": [{"line": 2, "symbol": "ACME", "date": "2017-07-04"}],
        }
    ]
    assert "Nothing was taken from bad.csv: 1 × the exchange was closed on that day (line 2 ACME 2017-07-04)." in answer.err


def test_the_exit_code_is_one_if_nothing_was_taken(bad: Path, tmp_path: Path) -> None:
    answer = run(bad, tmp_path / "nowhere.csv", "--format", "json")
    assert answer.code == 1
    assert answer.document["taken"] == 0
    assert [one["error"]["code"] for one in answer.document["files"]] == ["nothing_taken", "unreadable_file"]
    assert not BarBlock.objects.exists()


def test_one_bad_file_does_not_keep_the_others_out(good: Path, bad: Path) -> None:
    assert run(bad, good).code == 0
    assert Instrument.objects.get().symbol == "ACME"


def test_a_file_of_one_symbol_takes_its_name_from_the_option(tmp_path: Path) -> None:
    path = tmp_path / "download (3).csv"
    path.write_text(GOOD.replace("symbol,", "").replace("ACME,", ""))
    assert "say --symbol" in run(path).err
    assert run(path, "--symbol", "acme").code == 0
    assert Instrument.objects.get().symbol == "ACME"


def test_names_come_from_a_file(good: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("symbol,name,sector\nACME,Acme Corporation,Industrials\n")
    run(good, "--names", names)
    assert Instrument.objects.get().name == "Acme Corporation"
    names.write_text("ticker,company\nACME,Acme\n")
    with pytest.raises(CommandError, match=r"names\.csv has no column for symbol and name; found: ticker, company"):
        run(good, "--names", names)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--universe", "sp 500"], "cannot name a universe"),
        (["--universe", "DEMO"], "DEMO is the simulated market"),
        (["--interval", "2day"], "invalid choice: '2day'"),
        (["second.csv", "--symbol", "A"], "--symbol is for a single file"),
    ],
)
def test_wrong_options_are_said_before_anything_is_read(good: Path, options: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(good, *options)


def test_what_is_exported_is_imported_unchanged(good: Path, tmp_path: Path) -> None:
    run(good, "--universe", "TEST")
    for name in ("out.csv", "out.parquet"):
        path, err = tmp_path / name, io.StringIO()
        call_command("export_bars", "TEST", str(path), stderr=err)
        assert err.getvalue().startswith("2 bars of 1 instruments in ")
        assert "0 added, 0 changed, 2 there already" in run(path, "--universe", "TEST").out
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == '"ACME",2017-06-29,10,11,9,10.5,1000'


@pytest.mark.parametrize(
    ("universe", "name", "sentence"),
    [
        ("NONE", "out.csv", "There is no universe 'NONE'; there are TEST"),
        ("TEST", "out.xlsx", "must end in .csv or .parquet"),
        ("TEST", "nowhere/out.csv", "cannot be written: No such file or directory"),
    ],
)
def test_an_export_that_cannot_be_is_said_and_leaves_no_file(good: Path, tmp_path: Path, universe: str, name: str, sentence: str) -> None:
    run(good, "--universe", "TEST")
    with pytest.raises(CommandError, match=sentence):
        call_command("export_bars", universe, str(tmp_path / name))
    assert [path.name for path in tmp_path.iterdir()] == ["good.csv"]


def test_a_universe_without_bars_of_that_interval_has_nothing_to_export(good: Path, tmp_path: Path) -> None:
    run(good, "--universe", "TEST")
    with pytest.raises(CommandError, match="TEST has no bars of 5min"):
        call_command("export_bars", "TEST", str(tmp_path / "out.csv"), "--interval", "5min")
    assert [path.name for path in tmp_path.iterdir()] == ["good.csv"]
