"""A running Legend and a real browser, for journeys."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, sync_playwright

FIRST_START = 600  # seconds; kernels are compiled, the market is made and scanned
CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of the running Legend (LEGEND_AT_DATA, of one that runs already); its mails are files in `mail`."""
    running = os.environ.get("LEGEND_AT_DATA")
    return Path(running) if running else tmp_path_factory.mktemp("data")


def environment_of(data: Path) -> dict[str, str]:
    """What `manage.py` needs to know to work on that folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "NUMBA_CACHE_DIR") if name in os.environ}
    return kept | {
        "LEGEND_ENV_FILE": os.devnull,
        "LEGEND_DATA": str(data),
        "EMAIL_URL": f"file:///{data}/mail",
        "LEGEND_RATE_AUTH": "100/minute",  # many people sign in here within a minute, all from one machine
    }


@pytest.fixture(scope="session")
def legend(data: Path) -> Iterator[str]:
    """Address of a Legend that `manage.py up` serves from an empty data folder, or of the running one that LEGEND_AT names."""
    if running := os.environ.get("LEGEND_AT"):
        yield running
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with (data / "up.txt").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", str(port)],
            cwd=settings.BASE_DIR,
            env=environment_of(data),
            stdout=said,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_served(process, data / "up.txt")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)


def wait_until_served(process: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + FIRST_START
    while "Legend is at" not in said.read_text():
        assert process.poll() is None and time.monotonic() < until, said.read_text()
        time.sleep(0.2)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("no chromium on this machine (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield browser
        browser.close()
