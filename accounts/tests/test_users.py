"""Who can be whom."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", ["ALICE", "Alice"])
def test_a_name_is_taken_in_every_case(alice: User, name: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user(name, "other@example.com", "a long password")


def test_an_address_is_taken_in_every_case(alice: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("other", "ALICE@example.com", "a long password")


@pytest.mark.parametrize("name", ["alice@example.com", "a b", "-alice", "alice.", "", "a" * 31, "al/ice", "alice\n", "ализа"])
def test_a_name_is_letters_digits_and_a_little_between(name: str) -> None:
    with pytest.raises(ValidationError) as refused:
        User(username=name, email="x@example.com", password="x").full_clean()
    assert "username" in refused.value.message_dict


@pytest.mark.parametrize("name", ["a", "Alice", "alice_b", "a.b-c", "2fast"])
def test_ordinary_names_are_welcome(name: str) -> None:
    User(username=name, email="x@example.com", password="x").full_clean()


def test_who_is_made_by_the_command_line_runs_the_house(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long password")
    call_command("createsuperuser", interactive=False, username="keeper", email="keeper@example.com", verbosity=0)
    keeper = User.objects.get()
    client = Client()

    assert keeper.role == User.Role.ADMIN
    assert keeper.is_moderator
    assert client.login(username="keeper@example.com", password="a long password")
    assert client.get("/admin/accounts/user/").status_code == 200


@pytest.mark.parametrize(("role", "is_moderator"), [("member", False), ("moderator", True), ("admin", True)])
def test_moderators_and_admins_moderate(role: str, is_moderator: bool) -> None:
    assert User(role=role).is_moderator is is_moderator


def test_the_desk_is_closed_to_members(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert client.get("/admin/accounts/user/").status_code == 302


def test_the_desk_lists_people_without_a_query_per_row(django_assert_max_num_queries: object, admin_client: Client) -> None:
    for number in range(15):
        User.objects.create_user(f"person{number}", f"person{number}@example.com", None)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        admin_client.get("/admin/accounts/user/")
