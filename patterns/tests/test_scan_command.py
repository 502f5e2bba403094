"""`manage.py scan` and `manage.py detect`, as they are typed."""

import csv
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from PIL import Image

from patterns.models import Universe

from .factories import create_instrument, create_market, create_universe, random_bars

DOCUMENT = ["universe", "as_of", "interval", "bars_last_date", "instruments", "took_ms", "matches"]


@pytest.fixture
def market(db: None) -> Universe:
    return create_market(6, bars=320)


def run(*arguments: str) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    threads = ["--threads", "0"] if arguments[0] == "scan" else []
    call_command(*arguments, *threads, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def document(*arguments: str) -> dict[str, Any]:
    return json.loads(run(*arguments, "--format", "json")[0])  # type: ignore[no-any-return]


def test_the_answer_is_one_document(market: Universe) -> None:
    answer = document("scan", "TEST", "--as-of", "2016-03-01")
    assert list(answer) == DOCUMENT
    assert (answer["universe"], answer["as_of"], answer["bars_last_date"], answer["instruments"]) == ("TEST", "2016-03-01", "2016-03-01", 6)
    scores = [match["score"] for match in answer["matches"]]
    assert scores == sorted(scores, reverse=True) != []
    assert all(match["known_at"] <= "2016-03-01" and match["state"] in ("ready", "triggered") for match in answer["matches"])


def test_a_day_without_trading_knows_the_bar_before(market: Universe) -> None:
    answer = document("scan", "TEST", "--as-of", "2016-02-28")
    assert (answer["as_of"], answer["bars_last_date"]) == ("2016-02-28", "2016-02-26")


def test_patterns_and_scores_narrow(market: Universe) -> None:
    whole = document("scan", "TEST")["matches"]
    name = whole[0]["pattern"]
    some = document("scan", "TEST", "--pattern", name, "--min-score", "50")["matches"]
    assert [match["code"] for match in some] == [match["code"] for match in whole if match["pattern"] == name and match["score"] >= 50]


def test_tables_and_csv(market: Universe) -> None:
    answer = document("scan", "TEST")["matches"]
    table, _ = run("scan", "TEST")
    assert len(table.splitlines()) == 1 + len(answer)
    rows = list(csv.DictReader(io.StringIO(run("scan", "TEST", "--format", "csv")[0])))
    assert [row["code"] for row in rows] == [match["code"] for match in answer]


def test_what_was_left_out_is_said_on_standard_error(market: Universe) -> None:
    create_universe("TEST", members=[create_instrument("YOUNG", bars=random_bars(40))])
    out, err = run("scan", "TEST", "--format", "json")
    json.loads(out)
    assert "6 of 7 instruments" in err
    assert "YOUNG has 40 bars" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("scan", "NOPE"), "no universe 'NOPE'"),
        (("scan", "TEST", "--pattern", "nope"), "no pattern 'nope'"),
        (("scan", "TEST", "--as-of", "30/06/2017"), "no date"),
        (("scan", "TEST", "--as-of", "2999-01-01"), "future"),
        (("scan", "TEST", "--as-of", "1999-01-01"), "first bar"),
        (("scan", "TEST", "--as-of", "2015-02-01"), "Not one of the 6"),
        (("scan", "TEST", "--interval", "1h"), "no bars of 1h"),
        (("detect", "NOPE"), "NOPE"),
        (("detect", "nope.csv"), "nope.csv"),
        (("detect", "S0", "--chart", "chart.jpg"), "chart.png"),
        (("detect", "S0", "--as-of", "2015-02-01"), "bars"),
    ],
)
def test_refusals_are_one_sentence(market: Universe, arguments: tuple[str, ...], said: str) -> None:
    with pytest.raises(CommandError, match=said) as refused:
        run(*arguments)
    assert "\n" not in str(refused.value)


def test_detect_prints_one_document_and_draws(market: Universe, tmp_path: Path) -> None:
    chart = tmp_path / "s0.png"
    answer = document("detect", "S0", "--chart", str(chart))
    assert answer["symbol"] == "S0"
    assert answer["bars"] == 320
    with Image.open(chart) as picture:
        assert picture.size == (1200, 700)
        assert len(picture.convert("RGB").getcolors(10_000_000) or []) > 20


@pytest.mark.django_db(transaction=True)
def test_threads_find_what_one_finds() -> None:
    create_market(6, bars=320)
    alone = document("scan", "TEST")["matches"]
    out = io.StringIO()
    call_command("scan", "TEST", "--format", "json", "--threads", "2", stdout=out, stderr=io.StringIO())
    assert json.loads(out.getvalue())["matches"] == alone


# a real process, killed ------------------------------------------------------------------------------------------------------


@pytest.fixture
def house(tmp_path: Path, market_data: Path) -> Iterator[dict[str, str]]:
    """The environment of a Legend of its own with real bars imported."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LEGEND_ENV_FILE": os.devnull,
        "LEGEND_DATA": str(tmp_path),
        "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"],
    }
    manage(environment, "migrate", "--verbosity", "0")
    manage(environment, "import_bars", str(market_data / "sp500-2013-2018.parquet"), "--universe", "SP500-2018")
    yield environment


def manage(environment: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pieces(environment: dict[str, str]) -> dict[str, int]:
    with sqlite3.connect(Path(environment["LEGEND_DATA"]) / "legend.sqlite3", timeout=20) as database:
        return dict(database.execute("select status, count(*) from patterns_scanpiece group by status").fetchall())


@pytest.mark.skipif(settings.SHARED, reason="one process on a file is what is killed here")
def test_a_scan_killed_in_the_middle_is_finished_by_the_next_with_the_same_matches(house: dict[str, str], tmp_path: Path) -> None:
    question = ("scan", "SP500-2018", "--as-of", "2017-06-30", "--format", "json")
    process = subprocess.Popen(
        [sys.executable, "manage.py", *question], cwd=settings.BASE_DIR, env=house, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    until = time.monotonic() + 240
    while not 1 <= pieces(house).get("done", 0) <= 8:
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = pieces(house)
    assert 0 < left.get("done", 0) < 11
    # what a minute of silence does, without the minute
    with sqlite3.connect(tmp_path / "legend.sqlite3", timeout=20) as database:
        database.execute("update patterns_scanpiece set heartbeat_at = datetime(heartbeat_at, '-2 minutes') where status = 'running'")
    resumed = json.loads(manage(house, *question))
    with sqlite3.connect(tmp_path / "legend.sqlite3") as database:
        assert database.execute("select count(*) from patterns_scan").fetchone() == (1,)
    undisturbed = json.loads(manage(house, *question))
    assert resumed["matches"] == undisturbed["matches"] != []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--threads", "-1", "there are 0 to 64"),
        ("--threads", "1e3", "there are 0 to 64"),
        ("--min-score", "nan", "scores are 0 to 100"),
        ("--min-score", "1e400", "scores are 0 to 100"),
        ("--min-score", "-1", "scores are 0 to 100"),
    ],
)
def test_options_out_of_bounds_are_refused_in_a_sentence(market: Universe, option: str, value: str, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("scan", "TEST", f"{option}={value}")
