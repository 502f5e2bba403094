"""What rows of several apps have in common."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from django.db import models

from .errors import LegendError, invalid

LONGEST = 64


class KeyReused(LegendError):
    status, title, code = 422, "Key used before", "idempotency_key_reused"
    help = "Send another Idempotency-Key with another body; the same one only to repeat the very same request."


@dataclass(frozen=True)
class Once:
    """A wish to create something that may be sent again: its Idempotency-Key, and a hash of what it says."""

    key: str
    digest: str

    @classmethod
    def read(cls, key: str | None, body: Any) -> "Once | None":
        """None without a key. Invalid for one that is too long or no plain text."""
        if key is None:
            return None
        if not (1 <= len(key) <= LONGEST and key.isascii() and key.isprintable()):
            raise invalid("Idempotency-Key", f"An Idempotency-Key has 1 to {LONGEST} plain characters.", "bad_key")
        return cls(key, hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest())

    def as_fields(self) -> dict[str, str]:
        return {"request_key": self.key, "request_digest": self.digest}


class CreatedOnce(models.Model):
    """A row that remembers with which key it was asked for. Its model makes `request_key` unique together with the owner."""

    request_key = models.CharField(max_length=LONGEST, null=True, blank=True, editable=False)  # noqa: DJ001  many rows have none
    request_digest = models.CharField(max_length=64, blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def is_answer_to(self, once: Once) -> bool:
        """True if this row was made by that wish; KeyReused if by another under the same key."""
        if self.request_key != once.key:
            return False
        if self.request_digest != once.digest:
            raise KeyReused("This Idempotency-Key was used for another request.")
        return True
