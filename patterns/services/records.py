"""What became of every match, packed into the row of its evidence: the only code that reads or writes those bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from patterns.engine.bars import Floats
from patterns.models import Evidence

if TYPE_CHECKING:
    from patterns.engine.evidence import Record


@dataclass(frozen=True)
class Stored:
    """Outcomes of one rule; arrays (n,)."""

    instruments: NDArray[np.int64]  # id of the instrument of each outcome
    outcomes: Any  # patterns.engine.outcomes.OUTCOME
    controls: Floats  # mean R of the random entries; NaN without a trade


def pack(one: "Record", instrument_ids: Sequence[int]) -> bytes:
    """instrument_ids : of the members of the universe, by row."""
    file = io.BytesIO()
    ids = np.array(instrument_ids, np.int64)[one.outcomes["instrument"]]
    np.savez_compressed(file, instruments=ids, outcomes=one.outcomes, controls=one.controls)
    return file.getvalue()


def stored_outcomes(*, evidence: Evidence) -> Stored:
    """Those of a row that is done; one query where `packed` was deferred."""
    with np.load(io.BytesIO(evidence.packed or b""), allow_pickle=False) as arrays:
        return Stored(arrays["instruments"], arrays["outcomes"], arrays["controls"])
