"""Compiled once, and never somebody else's folder emptied."""

import os
from pathlib import Path

import pytest
from pytest_django import Settings

from legend import kernels
from legend.lib.kernels import kernel_cache_dir


def made(folder: Path, count: int) -> list[Path]:
    folders = [folder / f"sources-{number}" for number in range(count)]
    for number, one in enumerate(folders):
        one.mkdir(parents=True)
        os.utime(one, (1000 + number, 1000 + number))
    return folders


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Compiling itself is the engine's; here it is told and done."""
    monkeypatch.setattr(kernels, "warm_once", lambda progress: progress(1, 1, "Double bottom"))
    monkeypatch.setattr(kernels, "FROM_THE_END", "")
    return []


def test_what_is_compiled_is_marked_and_old_folders_go(
    settings: Settings, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path
    folder = kernel_cache_dir(tmp_path)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
    old = made(folder.parent, 6)
    kernels.make_ready(compiled.append)

    assert compiled == ["compiling, once for this version", "1 of 1 patterns compiled (Double bottom)", "compiled"]
    assert (folder / "complete").exists()
    assert [one.exists() for one in old] == [False, False, False, True, True, True]


def test_a_folder_that_was_named_from_outside_keeps_its_neighbours(
    settings: Settings, tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path / "data"
    neighbours = made(tmp_path / "opt", 8)
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path / "opt" / "kernels"))
    kernels.make_ready(compiled.append)

    assert all(one.exists() for one in neighbours)
