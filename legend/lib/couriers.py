"""How something is told to a person, and what can be told: the words that apps hand to the registries."""

from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class NotificationKind:
    """One row of the matrix kind x channel. With `each`, everything of its kind is delivered; else only the first while unread."""

    name: str
    title: str
    channels: frozenset[str] = frozenset({"in_app"})
    each: bool = False
    icon: str = "bell"


@dataclass(frozen=True)
class Message:
    """What a courier carries. `url` is a path of this site; `kind` the name of a NotificationKind."""

    person: Any
    kind: str
    title: str
    text: str
    url: str


class NotDelivered(Exception):
    """This time it did not work. `permanent`: it never will; else `retry_after` seconds at least have to pass."""

    def __init__(self, reason: str, *, permanent: bool = False, retry_after: float = 0.0) -> None:
        super().__init__(reason)
        self.reason, self.permanent, self.retry_after = reason, permanent, retry_after


class Courier(Protocol):
    """A channel. `name` is for programs, `title` for people; a quiet one also delivers in quiet hours."""

    name: str
    title: str
    is_quiet: bool

    def reaches(self, person: Any) -> bool:
        """Whether there is an address of theirs."""

    def deliver(self, message: Message) -> None:
        """Hand it over. NotDelivered."""
