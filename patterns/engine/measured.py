"""What was measured of every pattern at full size: recall of planted shapes and finds where nothing is (`benchmarks/chance.py --write`)."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "measured.json"
DETECTORS = Path(__file__).parent / "detectors"


@dataclass(frozen=True)
class Measured:
    """One pattern and side. Finds are those that count as evidence, per 1,000 closes; recall is a fraction of the planted shapes by the
    noise around them in ATR; `by_chance` the same where a random walk stood in the shape's place."""

    pattern: str
    side: str
    walks: float
    shuffled: float
    phase: float
    real: float
    recall: tuple[tuple[float, float], ...]
    by_chance: float


def rules_hash() -> str:
    """Sixteen hex digits of the sources of all detectors."""
    digest = hashlib.sha256()
    for source in sorted(DETECTORS.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@cache
def measurement() -> dict[str, Any]:
    """The file: what was measured, on what, with which seeds, when, and of which rules."""
    data: dict[str, Any] = json.loads(FILE.read_text())
    return data


@cache
def measured() -> dict[str, tuple[Measured, ...]]:
    """By pattern, one for each side."""
    data = measurement()
    levels = data["planted"]["noise"]
    found: dict[str, tuple[Measured, ...]] = {}
    for row in data["patterns"]:
        per = row["finds_per_1000"]
        one = Measured(
            row["pattern"],
            row["side"],
            per["walks"],
            per["shuffled"],
            per["phase"],
            per["real"],
            tuple(zip(levels, row["recall"], strict=True)),
            row["by_chance"],
        )
        found[one.pattern] = (*found.get(one.pattern, ()), one)
    return found
