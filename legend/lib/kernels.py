"""Where compiled kernels are kept."""

import hashlib
from pathlib import Path

ENGINE = Path(__file__).resolve().parents[2] / "patterns" / "engine"


def kernel_cache_dir(data: Path) -> Path:
    """The folder for numba's cache, named by all engine sources.

    numba notices a change in a kernel's own file only, not in the kernels that one calls; another name for other sources
    makes a stale answer impossible.
    """
    digest = hashlib.sha256()
    for source in sorted(ENGINE.rglob("*.py")):
        digest.update(source.relative_to(ENGINE).as_posix().encode() + b"\0")
        digest.update(source.read_bytes() + b"\0")
    return data / "kernels" / digest.hexdigest()[:16]
