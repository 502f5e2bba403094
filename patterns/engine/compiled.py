"""How the engine's loops are compiled."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Loop = TypeVar("Loop", bound=Callable[..., Any])

OPTIONS: dict[str, Any] = {
    "cache": True,
    "nogil": True,  # so that pieces run side by side in threads
    "error_model": "numpy",  # division by zero gives inf or nan
    "no_cfunc_wrapper": True,  # nobody calls a kernel from C; the way in takes an eighth of compiling
}


def kernel(loop: Loop) -> Loop:
    """Compile a function at its first call, once for these sources."""
    compiled: Loop = njit(**OPTIONS)(loop)
    return compiled
