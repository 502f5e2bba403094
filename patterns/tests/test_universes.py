"""Shared universes and people's own lists."""

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from legend.lib.errors import Invalid
from patterns.models import Universe, UniverseMember
from patterns.services.universes import (
    NameTaken,
    UnknownSymbols,
    UnknownUniverse,
    add_members,
    change_list,
    create_list,
    delete_list,
    ensure_universe,
    find_universe,
    list_universes,
    members,
    shown_name,
)

from .factories import create_instrument, create_universe

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def shares() -> list[str]:
    return [create_instrument(symbol).symbol for symbol in ("AAA", "BBB", "CCC")]


def symbols(universe: Universe, day: dt.date | None = None) -> list[str]:
    return [one.symbol for one in members(universe=universe, day=day)]


def test_a_universe_is_made_once() -> None:
    made = ensure_universe(name="SP500-2018", title="S&P 500 of 2018")
    assert ensure_universe(name="SP500-2018").pk == made.pk
    assert made.title == "S&P 500 of 2018"


@pytest.mark.parametrize("name", ["sp500", "A B", "", "-A", "A_B", "1:A", "Ä", "A" * 40])
def test_names_of_shared_universes_are_capitals_digits_and_dashes(name: str) -> None:
    with pytest.raises(Invalid, match="cannot name a universe"):
        ensure_universe(name=name)


def test_members_are_added_once_and_a_stay_with_dates_is_left_as_it_is() -> None:
    universe, one, two = ensure_universe(name="TEST"), create_instrument("AAA"), create_instrument("BBB")
    UniverseMember.objects.create(universe=universe, instrument=one, joined=dt.date(2015, 1, 5))
    assert add_members(universe=universe, instrument_ids=[one.pk, two.pk, two.pk]) == 1
    assert add_members(universe=universe, instrument_ids=[one.pk, two.pk]) == 0
    assert set(universe.members.values_list("instrument__symbol", "joined")) == {("AAA", dt.date(2015, 1, 5)), ("BBB", None)}


def test_members_of_a_day_joined_by_then_and_had_not_left(django_assert_num_queries) -> None:
    universe = ensure_universe(name="TEST")
    for symbol, joined, left in [
        ("ALWAYS", None, None),
        ("LATER", dt.date(2016, 1, 4), None),
        ("GONE", None, dt.date(2016, 1, 4)),
        ("TWICE", dt.date(2014, 1, 2), dt.date(2015, 1, 2)),
    ]:
        UniverseMember.objects.create(universe=universe, instrument=create_instrument(symbol), joined=joined, left=left)
    twice = UniverseMember.objects.get(instrument__symbol="TWICE").instrument
    UniverseMember.objects.create(universe=universe, instrument=twice, joined=dt.date(2016, 1, 4))
    with django_assert_num_queries(1):
        assert symbols(universe, dt.date(2016, 1, 3)) == ["ALWAYS", "GONE"]
    assert symbols(universe, dt.date(2016, 1, 4)) == ["ALWAYS", "LATER", "TWICE"]
    assert symbols(universe, dt.date(2014, 6, 2)) == ["ALWAYS", "GONE", "TWICE"]
    assert symbols(universe) == ["ALWAYS", "GONE", "LATER", "TWICE"]


def test_everybody_sees_the_shared_ones_and_only_their_own_lists(alice: "User", bob: "User", shares, django_assert_num_queries) -> None:
    create_universe("TEST")
    create_list(owner=alice, title="Breakouts", symbols=shares)
    with django_assert_num_queries(1):
        assert [(shown_name(one), one.size) for one in list_universes(user=alice)] == [("Breakouts", 3), ("TEST", 0)]  # type: ignore[attr-defined]
    assert [one.name for one in list_universes(user=bob)] == ["TEST"]
    assert [one.name for one in list_universes()] == ["TEST"]


def test_a_universe_is_found_by_name_without_regard_to_case(alice: "User", shares) -> None:
    create_universe("TEST")
    create_list(owner=alice, title="My Breakouts", symbols=shares)
    assert find_universe(name="test").name == "TEST"
    assert find_universe(name="my  breakouts", user=alice).title == "My Breakouts"


def test_an_unknown_universe_names_those_there_are(alice: "User", bob: "User", shares) -> None:
    with pytest.raises(UnknownUniverse, match="no universe 'SP500'; none is loaded yet"):
        find_universe(name="SP500")
    create_universe("DEMO")
    create_universe("TEST")
    create_list(owner=alice, title="Secret", symbols=shares)
    with pytest.raises(UnknownUniverse, match="no universe 'SP500'; there are DEMO, TEST"):
        find_universe(name="SP500")
    with pytest.raises(UnknownUniverse) as caught:
        find_universe(name="Secret", user=bob)
    assert caught.value.detail == "There is no universe 'Secret'; there are DEMO, TEST."


def test_two_people_may_call_their_lists_alike(alice: "User", bob: "User", shares) -> None:
    create_list(owner=alice, title="Tech", symbols=shares[:1])
    create_list(owner=bob, title="Tech", symbols=shares[1:])
    assert symbols(find_universe(name="Tech", user=alice)) == ["AAA"]
    assert symbols(find_universe(name="Tech", user=bob)) == ["BBB", "CCC"]


def test_one_person_may_not_have_two_lists_of_a_name_nor_the_name_of_a_shared_one(alice: "User", shares) -> None:
    create_universe("TEST")
    create_list(owner=alice, title="Tech", symbols=shares)
    with pytest.raises(NameTaken, match="You have a list 'tech' already"):
        create_list(owner=alice, title="tech", symbols=shares)
    with pytest.raises(NameTaken, match="TEST is a universe that everybody shares"):
        create_list(owner=alice, title="Test", symbols=shares)


def test_a_list_cannot_stand_in_for_a_shared_universe_that_comes_later(alice: "User", shares) -> None:
    create_list(owner=alice, title="SP500", symbols=shares)
    shared = ensure_universe(name="SP500")
    assert shared.owner is None
    assert find_universe(name="SP500", user=alice) == shared


def test_unknown_symbols_are_named_and_nothing_is_made(alice: "User", shares) -> None:
    with pytest.raises(UnknownSymbols, match="No bars are known of ZZZ, YYY"):
        create_list(owner=alice, title="Tech", symbols=[*shares, "zzz", "yyy"])
    assert not Universe.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"title": "", "symbols": ["AAA"]}, {"title": "x" * 30, "symbols": ["AAA"]}, {"title": "<b>", "symbols": ["AAA"]}]
)
def test_a_list_needs_a_name(alice: "User", shares, wrong) -> None:
    with pytest.raises(Invalid, match="A list's name has up to 29"):
        create_list(owner=alice, **wrong)


def test_a_list_holds_at_least_one_symbol_and_each_once(alice: "User", shares) -> None:
    with pytest.raises(Invalid, match="1 to 1000 symbols; these are 0"):
        create_list(owner=alice, title="Empty", symbols=[])
    assert symbols(create_list(owner=alice, title="Tech", symbols=["aaa", " AAA ", "BBB"])) == ["AAA", "BBB"]


def test_a_list_is_changed_and_deleted_by_its_owner_only(alice: "User", charlie: "User", shares) -> None:
    create_list(owner=alice, title="Tech", symbols=shares)
    changed = change_list(owner=alice, name="Tech", title="Chips", symbols=shares[1:])
    assert (changed.title, symbols(changed)) == ("Chips", ["BBB", "CCC"])
    for forbidden in (lambda: change_list(owner=charlie, name="Chips", title="Mine"), lambda: delete_list(owner=charlie, name="Chips")):
        with pytest.raises(UnknownUniverse, match="You have no list 'Chips'; you have none yet"):
            forbidden()
    delete_list(owner=alice, name="chips")
    assert not Universe.objects.exists()
