"""One data folder, one running Legend: a lock that ends with its process."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A Legend that serves from this data folder."""

    pid: int
    address: str


class AlreadyRunning(Exception):
    def __init__(self, other: Running) -> None:
        super().__init__(f"Legend already runs on this data folder: {other.address}, process {other.pid}.")


@contextmanager
def alone(data: Path, address: str) -> Iterator[None]:
    """Hold the folder while the block runs. Raises AlreadyRunning."""
    path = data / "up.lock"
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(_read(path)) from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "address": address}, file)
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def who_runs(data: Path) -> Running | None:
    """The Legend that holds this folder, or None."""
    path = data / "up.lock"
    if not path.exists():
        return None
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read(path)
    return None


def _read(path: Path) -> Running:
    said = json.loads(path.read_text() or "{}")
    return Running(pid=said.get("pid", 0), address=said.get("address", "still starting"))
