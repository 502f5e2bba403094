"""Universes: the shared ones, which everybody may scan, and people's own lists.

A shared universe's name is written in capitals, digits and dashes. A person's list is called as they like; the row's name is
their id and the list's name (`7:my breakouts`), which no shared universe can have and no other person.
"""

import datetime as dt
import re
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, QuerySet

from legend.lib.errors import Conflict, NotFound, invalid
from legend.lib.models import Once
from patterns.models import Instrument, Universe, UniverseMember

if TYPE_CHECKING:
    from accounts.models import User

SHARED_NAME = re.compile(r"[A-Z0-9][A-Z0-9-]{0,38}")
LIST_NAME = re.compile(r"\w[\w .&+-]{0,28}")
MAX_LISTS = 50
MAX_SYMBOLS = 1000


class UnknownUniverse(NotFound):
    code = "unknown_universe"


class UnknownSymbols(NotFound):
    code = "unknown_symbol"


class NameTaken(Conflict):
    code = "name_taken"


def check_name(name: str) -> str:
    """The name of a shared universe, or Invalid."""
    if not SHARED_NAME.fullmatch(name):
        message = f"{name[:60]!r} cannot name a universe: use up to 39 capital letters, digits and dashes, such as SP500-2018."
        raise invalid("universe", message, "bad_name")
    return name


@transaction.atomic
def ensure_universe(*, name: str, title: str = "") -> Universe:
    """The shared universe of that name, made if there is none. Invalid for a name that cannot be one."""
    universe, _ = Universe.objects.get_or_create(name=check_name(name), defaults={"title": title or name})
    return universe


@transaction.atomic
def add_members(*, universe: Universe, instrument_ids: Collection[int]) -> int:
    """Make them members without dates, but for those that have a stay already. Returns how many are new."""
    known = set(UniverseMember.objects.filter(universe=universe, instrument_id__in=instrument_ids).values_list("instrument_id", flat=True))
    new = [UniverseMember(universe=universe, instrument_id=key) for key in dict.fromkeys(instrument_ids) if key not in known]
    UniverseMember.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def list_universes(*, user: "User | None" = None) -> QuerySet[Universe]:
    """The shared ones and the person's own, each with `size`, how many instruments it has or had. One query."""
    return Universe.objects.visible_to(user).annotate(size=Count("members__instrument", distinct=True)).order_by("name")


def find_universe(*, name: str, user: "User | None" = None) -> Universe:
    """The shared universe of that name, else the person's own list. UnknownUniverse names those there are."""
    visible = Universe.objects.visible_to(user)
    wanted = [name, name.upper()] + ([_list_name(user, name)] if user is not None else [])
    found = {universe.name: universe for universe in visible.filter(name__in=wanted)}
    for one in wanted:
        if one in found:
            return found[one]
    known = [shown_name(universe) for universe in visible]
    raise UnknownUniverse(f"There is no universe {name[:60]!r}; {'there are ' + ', '.join(known) if known else 'none is loaded yet'}.")


def members(*, universe: Universe, day: dt.date | None = None) -> QuerySet[Instrument]:
    """Instruments that belong to it on that day, without a day all that ever did. One query, in order of symbol."""
    stays = UniverseMember.objects.filter(universe=universe)
    stays = stays if day is None else stays.on(day)
    return Instrument.objects.filter(pk__in=stays.values("instrument_id"))


def find_instruments(*, symbols: Iterable[str]) -> list[Instrument]:
    """The instruments of these symbols, in their order, each once. UnknownSymbols names those that are not there."""
    wanted = list(dict.fromkeys(symbol.strip().upper() for symbol in symbols))
    found = {instrument.symbol: instrument for instrument in Instrument.objects.filter(symbol__in=wanted)}
    if missing := [symbol for symbol in wanted if symbol not in found]:
        more = f" and {len(missing) - 10} more" if len(missing) > 10 else ""
        raise UnknownSymbols(f"No bars are known of {', '.join(symbol[:20] for symbol in missing[:10])}{more}.")
    return [found[symbol] for symbol in wanted]


@transaction.atomic
def create_list(*, owner: "User", title: str, symbols: Iterable[str], once: Once | None = None) -> Universe:
    """A person's own universe; the same wish again gives the same one. Raises NameTaken, UnknownSymbols, KeyReused, Invalid (name, number
    of symbols or lists)."""
    _lock(owner)
    if once is not None:
        made = Universe.objects.filter(owner=owner, request_key=once.key).first()
        if made is not None and made.is_answer_to(once):
            return made
    _check_free(owner, title)
    if Universe.objects.filter(owner=owner).count() >= MAX_LISTS:
        raise invalid("name", f"You have {MAX_LISTS} lists, which is the most there can be.", "too_many")
    key = once.as_fields() if once else {}
    created = Universe.objects.create(name=_list_name(owner, title), title=title.strip(), owner=owner, **key)
    _set_members(created, symbols)
    return created


@transaction.atomic
def change_list(*, owner: "User", name: str, title: str | None = None, symbols: Iterable[str] | None = None) -> Universe:
    """Rename an own list, or give it other members, or both. Someone else's is not found. Raises as `create_list`."""
    _lock(owner)
    changed = _own(owner, name)
    if title is not None and _list_name(owner, title) != changed.name:
        _check_free(owner, title)
    if title is not None:
        changed.name, changed.title = _list_name(owner, title), title.strip()
        changed.save(update_fields=["name", "title"])
    if symbols is not None:
        _set_members(changed, symbols)
    return changed


@transaction.atomic
def delete_list(*, owner: "User", name: str) -> None:
    """Someone else's list is not found."""
    _own(owner, name).delete()


def shown_name(universe: Universe) -> str:
    """What people call it."""
    return universe.title if universe.owner_id else universe.name


def _own(owner: "User", name: str) -> Universe:
    found = Universe.objects.filter(owner=owner, name=_list_name(owner, name)).first()
    if found is None:
        own = Universe.objects.filter(owner=owner).values_list("title", flat=True)
        raise UnknownUniverse(f"You have no list {name[:60]!r}; {'yours are ' + ', '.join(own) if own else 'you have none yet'}.")
    return found


def _check_free(owner: "User", title: str) -> None:
    if not LIST_NAME.fullmatch(title.strip()):
        raise invalid("name", "A list's name has up to 29 letters, digits, spaces and . & + - _, a letter or digit first.", "bad_name")
    if Universe.objects.filter(owner=owner, name=_list_name(owner, title)).exists():
        raise NameTaken(f"You have a list {title.strip()!r} already.")
    if Universe.objects.filter(owner=None, name=title.strip().upper()).exists():
        raise NameTaken(f"{title.strip().upper()} is a universe that everybody shares; choose another name.")


def _set_members(universe: Universe, symbols: Iterable[str]) -> None:
    instruments = find_instruments(symbols=symbols)
    if not 1 <= len(instruments) <= MAX_SYMBOLS:
        raise invalid("symbols", f"A list holds 1 to {MAX_SYMBOLS} symbols; these are {len(instruments)}.", "bad_size")
    universe.members.exclude(instrument__in=instruments).delete()
    add_members(universe=universe, instrument_ids=[instrument.pk for instrument in instruments])


def _lock(owner: "User") -> None:
    """Two lists made at the same moment are counted one after the other."""
    owner.__class__.objects.select_for_update().filter(pk=owner.pk).first()


def _list_name(owner: "User", title: str) -> str:
    return f"{owner.pk}:{' '.join(title.casefold().split())}"
