"""Finding people, and those who want to become some, by name or address: in any case, and by the index that keeps both unique."""

from typing import Any, Self

from django.db.models.functions import Lower


class Named:
    """Words for a QuerySet. Names and addresses have ASCII letters only, so no two letters become one in some database."""

    def named(self, username: str) -> Self:
        return self._with("username", username)

    def at_address(self, email: str) -> Self:
        return self._with("email", email)

    def known_as(self, name: str) -> Self:
        """Whoever signs in under this name: an e-mail address when there is an @ in it, else a username."""
        name = name.strip()
        return self.at_address(name) if "@" in name else self.named(name)

    def _with(self, column: str, word: str) -> Self:
        # `__iexact` would ask for UPPER(column), which has no index: a whole table later, an unknown name would tell by its time
        rows: Any = self
        found: Self = rows.alias(lowered=Lower(column)).filter(lowered=word.lower()) if word.isascii() else rows.none()
        return found
