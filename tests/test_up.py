"""`manage.py up`, as a person types it: from an empty folder to pages, and to a quiet end."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


def test_a_port_that_is_none_is_refused_in_a_sentence(tmp_path: Path) -> None:
    refused = run(tmp_path, "up", "--port", "99999")

    assert refused.returncode == 1
    assert "99999 is no port" in refused.stderr
