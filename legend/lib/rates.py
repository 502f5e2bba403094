"""How often something may be done: `60/minute burst 120`."""

import math
import re
from dataclasses import dataclass

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}
WRITTEN = re.compile(r"(\d{1,6})\s*/\s*(second|minute|hour|day)(?:\s+burst\s+(\d{1,6}))?")


@dataclass(frozen=True)
class Rate:
    """A bucket that holds `burst` tokens and gets `per_second` new ones."""

    per_second: float
    burst: int

    @classmethod
    def parse(cls, text: str) -> "Rate":
        """Read `N/period` or `N/period burst M`; without a burst the bucket holds N. ValueError says what was expected."""
        written = WRITTEN.fullmatch(text.strip())
        if not written or int(written[1]) < 1 or written[3] == "0":
            raise ValueError(f'{text!r} is no rate; write "60/minute" or "60/minute burst 120" (second, minute, hour, day).')
        count = int(written[1])
        return cls(per_second=count / SECONDS[written[2]], burst=int(written[3] or count))


def in_words(seconds: float) -> str:
    """A wait as people say it: rounded up, so that who waits that long does not wait again."""
    if seconds <= 1:
        return "a second"
    if seconds < 120:
        return f"{math.ceil(seconds)} seconds"
    return f"{math.ceil(seconds / 60)} minutes" if seconds < 7200 else f"{math.ceil(seconds / 3600)} hours"
