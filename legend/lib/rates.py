"""How often something may be done: `60/minute burst 120`."""

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
