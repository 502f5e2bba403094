"""Compiled kernels: made once for the present engine sources, with two processes; later starts only read them."""

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

from django.conf import settings

from legend.lib.kernels import kernel_cache_dir
from legend.lib.registries import Say
from patterns.services.pieces import warm_once

KEPT = 4
# numba compiles one function at a time in a process, so a second one begins at the other end; what it has made is read from the cache
FROM_THE_END = """
from patterns.engine.registry import detectors
from patterns.engine.replay import replay
for source in reversed(list(detectors().values())):
    for drawn in source.examples[:1]:
        replay(drawn.bars(), [source.rule()])
"""


def make_ready(say: Say) -> None:
    """Compile what is not compiled (minutes, once); else read it beside the first requests, which may need it themselves."""
    folder = Path(os.environ["NUMBA_CACHE_DIR"])
    complete = folder / "complete"
    if complete.exists():
        threading.Thread(target=warm_once, name="kernels", daemon=True).start()
        return
    folder.mkdir(parents=True, exist_ok=True)
    say("compiling, once for this version")
    helper = subprocess.Popen([sys.executable, "-c", FROM_THE_END], cwd=settings.BASE_DIR, stdout=subprocess.DEVNULL)
    try:
        warm_once(lambda done, total, title: say(f"{done} of {total} patterns compiled ({title})"))
    finally:
        helper.kill()
        helper.wait()
    complete.touch()
    if folder == kernel_cache_dir(settings.DATA):
        _forget_old(folder.parent)
    say("compiled")


def _forget_old(kernels: Path) -> None:
    """Remove the folders of earlier engine sources but the last few."""
    folders = sorted((folder for folder in kernels.iterdir() if folder.is_dir()), key=lambda folder: folder.stat().st_mtime)
    for folder in folders[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)
