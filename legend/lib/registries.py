"""Lists that apps fill in `AppConfig.ready()`, so that whoever reads them need not know the apps."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

from .belongings import Belongings
from .couriers import Courier, NotificationKind

Item = TypeVar("Item")
Say = Callable[[str], None]


class Registry(Generic[Item]):
    """Items in the order they came; the same one twice is one."""

    def __init__(self) -> None:
        self._items: list[Item] = []

    def add(self, item: Item) -> Item:
        if item not in self._items:
            self._items.append(item)
        return item

    def __iter__(self) -> Iterator[Item]:
        return iter(tuple(self._items))


@dataclass(frozen=True)
class FirstData:
    """One step that gives a new installation something to show. `prepare(say)` tells its progress and, done once, is quick."""

    title: str
    prepare: Callable[[Say], None]


@dataclass(frozen=True)
class SettingsPage:
    """One page of a person's settings: the name of its address, what it is called, its icon."""

    url: str
    title: str
    icon: str


first_data: Registry[FirstData] = Registry()
at_embedded_start: Registry[Callable[[], None]] = Registry()
"""Called once when the one process of embedded mode starts, before its worker: nothing else can be running then, and a task that
is published here waits for it."""

couriers: Registry[Courier] = Registry()
"""Channels on which people can be told something, in the order settings pages show them."""

notification_kinds: Registry[NotificationKind] = Registry()
"""What people can be told, in that order too."""

settings_pages: Registry[SettingsPage] = Registry()
"""The pages of a person's settings, in the order of their list."""

belongings: Registry[Belongings] = Registry()
"""What each app keeps of a person; read when they take their data along, and when they leave. Lower apps come first."""
