"""A class of arrays in a kernel: read by name there as in Python, and refused when its arrays are of another kind."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from patterns.engine.by_address import by_address


class Pair(NamedTuple):
    at: NDArray[np.int64]
    price: NDArray[np.float64]


@by_address
class Sheet:
    close: NDArray[np.float64]
    bits: NDArray[np.uint8]
    swings: Pair
    good: NDArray[np.bool_]


@njit
def told(sheet, bar):
    return (
        sheet.close[bar],
        sheet.bits[bar],
        sheet.swings.at[1],
        sheet.swings.price[1],
        sheet.good[bar],
        len(sheet.close),
        len(sheet.swings.at),
    )


def sheet(**changes) -> Sheet:
    arrays = {
        "close": np.array([1.5, 2.5, 3.5]),
        "bits": np.array([1, 2, 255], np.uint8),
        "swings": Pair(np.array([4, 5]), np.array([0.25, 0.75])),
        "good": np.array([True, False, True]),
    }
    return Sheet(**(arrays | changes))


def test_a_kernel_reads_what_python_reads() -> None:
    assert told(sheet(), 2) == told.py_func(sheet(), 2) == (3.5, 255, 5, 0.75, True, 3, 2)


def test_the_field_of_one_instance_is_not_that_of_another() -> None:
    other = sheet(close=np.array([9.0, 8.0]), bits=np.array([7, 6], np.uint8))
    assert told(other, 1) == (8.0, 6, 5, 0.75, False, 2, 2)
    assert len(told.signatures) == 1


@pytest.mark.parametrize(
    "close", [np.array([1, 2, 3]), np.array([1.0, 2.0], np.float32), np.arange(6.0)[::2], np.zeros((2, 2)), np.array(1.0)]
)
def test_an_array_of_another_kind_is_refused_when_the_instance_is_made(close) -> None:
    with pytest.raises(TypeError, match="close must be a contiguous array"):
        sheet(close=close)


def test_a_part_of_another_kind_is_refused_too() -> None:
    with pytest.raises(TypeError, match="swings must be"):
        sheet(swings=Pair(np.array([4.0, 5.0]), np.array([0.25, 0.75])))
