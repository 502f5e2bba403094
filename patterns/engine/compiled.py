"""How the engine's loops are compiled."""

from numba import njit

# Division by zero gives inf or nan as in numpy; the GIL is released, so that pieces run side by side in threads.
kernel = njit(cache=True, nogil=True, error_model="numpy")
