"""The moderator's desk shows instruments and universes, never bytes of bars, and asks no question per row."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from patterns.models import Instrument, Universe

from .factories import create_market

if TYPE_CHECKING:
    from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(make_user: "Callable[..., User]", browser: "Callable[[User], Client]") -> Client:
    return browser(make_user("root", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("page", ["instrument", "universe", "universemember"])
def test_a_list_asks_the_same_number_of_questions_however_long_it_is(desk: Client, page: str, django_assert_max_num_queries) -> None:
    create_market(12, bars=30)
    with django_assert_max_num_queries(9):
        answer = desk.get(f"/admin/patterns/{page}/")
    assert answer.status_code == 200


def test_a_universe_asks_the_same_number_of_questions_however_many_members_it_has(desk: Client, django_assert_max_num_queries) -> None:
    universe = create_market(12, bars=30)
    with django_assert_max_num_queries(9):
        assert desk.get(f"/admin/patterns/universe/{universe.pk}/change/").status_code == 200


def test_universes_show_how_many_instruments_they_have(desk: Client) -> None:
    create_market(3, bars=30)
    assert '<td class="field-instruments">3</td>' in desk.get("/admin/patterns/universe/").content.decode()


def test_no_page_shows_bars_or_lets_their_version_be_edited(desk: Client) -> None:
    create_market(2, bars=30)
    share, universe = Instrument.objects.get(symbol="S0"), Universe.objects.get()
    for address in (f"/admin/patterns/instrument/{share.pk}/change/", f"/admin/patterns/universe/{universe.pk}/change/"):
        answer = desk.get(address)
        assert answer.status_code == 200
        assert "packed" not in answer.content.decode()
        assert 'name="version"' not in answer.content.decode()
    assert desk.get("/admin/patterns/barblock/").status_code == 404
