"""`manage.py up`, as a person types it: from an empty folder to pages, and to a quiet end, or to a kill and on from there."""

import datetime as dt
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings

pytestmark = pytest.mark.skipif(settings.SHARED, reason="on services, `up` is the web process only")
FIRST_START, SECOND_START = 600, 60


def environment(data: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "LEGEND_ENV_FILE": os.devnull,
        "LEGEND_DATA": str(data),
        "NUMBA_CACHE_DIR": os.environ["NUMBA_CACHE_DIR"],
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.read().decode()


@contextmanager
def up(data: Path, within: float) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A Legend that serves; killed at the end when it still runs."""
    port = free_port()
    with (data / "up.txt").open("w+") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment(data),
            stdout=out,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until = time.monotonic() + within
            while "Legend is at" not in (data / "up.txt").read_text():
                assert process.poll() is None, (data / "up.txt").read_text()
                assert time.monotonic() < until, (data / "up.txt").read_text()
                time.sleep(0.1)
            yield process, port
        finally:
            process.kill()
            process.wait()


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=settings.BASE_DIR, env=environment(data), capture_output=True, text=True, timeout=60
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that one start has prepared; the start was killed in the middle and begun again."""
    folder = tmp_path_factory.mktemp("data")
    broken_off = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--port", str(free_port())],
        cwd=settings.BASE_DIR,
        env=environment(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    time.sleep(2)
    broken_off.kill()
    broken_off.wait()
    with up(folder, FIRST_START) as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    return folder


def test_it_serves_pages_files_and_api(data: Path) -> None:
    with up(data, SECOND_START) as (_, port):
        status, page = get(port, "/sign-in")
        assert status == 200
        assert "Look around as demo" in page
        stylesheet = page.split('rel="stylesheet" href="')[1].split('"')[0]
        assert get(port, stylesheet)[0] == 200
        assert get(port, "/api/docs")[0] == 200
        assert get(port, "/readyz")[0] == 200
        assert json.loads(get(port, "/api/nothing")[1])["code"] == "not_found"


def test_it_ends_quietly_on_ctrl_c(data: Path) -> None:
    with up(data, SECOND_START) as (process, _):
        began = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert time.monotonic() - began < 4
    assert "Traceback" not in (data / "up.txt").read_text()


def test_a_second_one_on_the_same_folder_or_port_is_refused_in_a_sentence(data: Path, tmp_path: Path) -> None:
    with up(data, SECOND_START) as (process, port):
        same_folder = run(data, "up", "--port", str(free_port()))
        same_port = run(tmp_path, "up", "--port", str(port))
        doctor = json.loads(run(data, "doctor", "--format", "json").stdout)

    assert same_folder.returncode == same_port.returncode == 1
    assert f"already runs on this data folder: http://127.0.0.1:{port}, process {process.pid}" in same_folder.stderr
    assert f"Port {port} of 127.0.0.1 cannot be used" in same_port.stderr
    assert "Traceback" not in same_folder.stderr + same_port.stderr
    worker = next(finding for finding in doctor["findings"] if finding["name"] == "worker")
    assert worker["ok"]
    assert str(process.pid) in worker["detail"]


# ── killed in the middle of a scan ───────────────────────────────────────────────────────────────────────────────────────────

SHOWN = """
    select match.code, match.pattern, match.side, match.entry, match.stop, match.target, match.score, match.detail, match.known_at,
        result.state, result.price, result.distance_pct, result.rs_rating, result.closes, result.is_new
    from patterns_scanresult as result join patterns_patternmatch as match on match.id = result.match_id
    where result.scan_id = (select id from patterns_scan where code = ?) order by match.code
"""
DONE = """
    select count(*), sum(piece.status = 'done')
    from patterns_scanpiece as piece join patterns_scan as scan on scan.id = piece.scan_id where scan.code = ?
"""


def rows(data: Path, sql: str, *values: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{data / 'legend.sqlite3'}?mode=ro", uri=True, timeout=20)) as database:
        return database.execute(sql, values).fetchall()


def ask(port: int, as_of: dt.date) -> str:
    """Have the simulated market scanned, as somebody who came by the demo button; the code of the scan as the database keeps it."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as browser:
        for path, fields in (("/sign-in/demo", {}), ("/scanner/", {"universe": "DEMO", "interval": "1day", "as_of": str(as_of)})):
            page = browser.get("/sign-in" if path == "/sign-in/demo" else path).text
            token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
            answer = browser.post(path, data={**fields, "csrfmiddlewaretoken": token}, headers={"Referer": f"{browser.base_url}"})
            assert answer.status_code == 302, answer.text
    return answer.headers["Location"].split("scan=")[1].replace("-", "")


def killed_in_the_middle(process: subprocess.Popen[str], data: Path, scan: str) -> bool:
    """Kill the process once some piece of the scan is done and others are not; False if there was no such moment to be seen."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        ((pieces, done),) = rows(data, DONE, scan)
        if done == pieces:
            return False
        if done:
            process.kill()
            process.wait()
            ((pieces, done),) = rows(data, DONE, scan)
            return 0 < done < pieces
        time.sleep(0.002)
    raise AssertionError("The scan was not worked on.")


def test_a_scan_that_was_cut_off_by_a_kill_finishes_after_the_restart_as_if_nothing_had_been(data: Path, tmp_path: Path) -> None:
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(data, undisturbed)
    newest = dt.date.fromisoformat(rows(data, "select max(last_at) from patterns_barblock")[0][0][:10])
    for week in range(20, 40):  # of a quick machine the moment between two pieces may be missed
        day = newest - dt.timedelta(weeks=week)
        with up(data, SECOND_START) as (process, port):
            scan = ask(port, day)
            if killed_in_the_middle(process, data, scan):
                break
    else:
        raise AssertionError("The scan was never cut off in the middle.")

    with up(data, SECOND_START):
        until = time.monotonic() + 60
        while rows(data, "select status from patterns_scan where code = ?", scan) != [("completed",)] and time.monotonic() < until:
            time.sleep(0.05)
    ((pieces, done),) = rows(data, DONE, scan)
    assert pieces == done > 2

    assert run(undisturbed, "scan", "DEMO", "--as-of", str(day), "--format", "json").returncode == 0
    ((same,),) = rows(undisturbed, "select code from patterns_scan order by id desc limit 1")
    assert rows(data, SHOWN, scan) == rows(undisturbed, SHOWN, same) != []


def test_a_port_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = run(tmp_path, "up", "--port", "99999")

    assert refused.returncode == 1
    assert "99999 is no port" in refused.stderr
