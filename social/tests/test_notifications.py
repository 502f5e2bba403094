"""Alice is told; Bob has his own list; Charlie sees neither."""

import datetime as dt
import smtplib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.preferences import change_preferences
from legend.lib.couriers import Message, NotDelivered, NotificationKind
from legend.lib.registries import couriers, notification_kinds
from social.delivery import PAUSES, deliver_due, deliver_these
from social.models import Delivery, Notification
from social.services.notifications import News, notify, notify_all, sentence
from social.wishes import UnknownKind, Wishes

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


class Pigeon:
    """A courier of the tests' own: it arrives, is late, or never comes."""

    name = "pigeon"
    title = "Pigeon"
    is_quiet = False

    def __init__(self) -> None:
        self.arrived: list[Message] = []
        self.fault: Exception | None = None

    def reaches(self, person: Any) -> bool:
        return True

    def deliver(self, message: Message) -> None:
        if self.fault is not None:
            raise self.fault
        self.arrived.append(message)


@pytest.fixture
def pigeon() -> Iterator[Pigeon]:
    bird, each = Pigeon(), NotificationKind("each", "Each", frozenset({"in_app", "pigeon"}), each=True)
    grouped = NotificationKind("grouped", "Grouped", frozenset({"in_app", "pigeon"}))
    couriers.add(bird)
    for kind in (each, grouped):
        notification_kinds.add(kind)
    yield bird
    couriers._items.remove(bird)
    for kind in (each, grouped):
        notification_kinds._items.remove(kind)


def tell(person: User, kind: str = "grouped", *, actor: str = "", subject: str = "trade:1", at: dt.datetime = NOW) -> None:
    notify_all(news=[News(person.pk, kind, subject, "A like", "liked your trade" if actor else "Something", "/x/", actor, at=at)])


def test_the_same_kind_and_subject_is_one_line_until_it_is_read(pigeon: Pigeon, alice: User, api: Api) -> None:
    for name in ("ana", "bob", "ana", "cleo"):
        tell(alice, actor=name)
    row = Notification.objects.get(person=alice)
    assert (row.count, row.actors, sentence(row)) == (4, ["cleo", "ana", "bob"], "cleo and 2 others liked your trade")
    tell(alice, subject="trade:2")
    assert api(alice).get("/api/notifications").json()["unread"] == 2
    api(alice).post("/api/notifications", {})
    tell(alice, actor="dora")
    assert [(one.count, one.read_at is None) for one in Notification.objects.filter(subject="trade:1").order_by("id")] == [
        (4, False),
        (1, True),
    ]


def test_what_is_grouped_is_delivered_once_while_unread_and_the_rest_each_time(pigeon: Pigeon, alice: User) -> None:
    for _ in range(3):
        tell(alice, "grouped")
        tell(alice, "each")
    deliver_due(now=NOW)
    assert [message.kind for message in pigeon.arrived] == ["grouped", "each", "each", "each"] or sorted(
        message.kind for message in pigeon.arrived
    ) == ["each", "each", "each", "grouped"]


def test_an_unknown_kind_is_a_mistake_of_ours(alice: User) -> None:
    with pytest.raises((UnknownKind, KeyError)):
        notify(people=[alice.pk], kind="nonsense", subject="x", title="x", text="x")
    assert not Notification.objects.exists()


def test_preferences_choose_the_channels_and_may_leave_none(pigeon: Pigeon, alice: User, bob: User) -> None:
    change_preferences(user=alice, changes={"notifications": {"grouped": ["pigeon"]}})
    change_preferences(user=bob, changes={"notifications": {"grouped": []}})
    tell(alice)
    tell(bob)
    assert list(Delivery.objects.values_list("notification__person__username", "channel")) == [("alice", "pigeon")]
    assert not Notification.objects.owned_by(alice).exists()


def test_quiet_hours_keep_a_message_until_they_end_but_not_the_list(pigeon: Pigeon, alice: User) -> None:
    change_preferences(user=alice, changes={"quiet_from": dt.time(22), "quiet_until": dt.time(7), "time_zone": "America/New_York"})
    at_night = dt.datetime(2026, 3, 3, 4, 30, tzinfo=dt.UTC)  # 23:30 in New York
    tell(alice, at=at_night)
    due = dict(Delivery.objects.values_list("channel", "due_at"))
    assert due == {"in_app": at_night, "pigeon": dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)}
    deliver_due(now=at_night)
    assert pigeon.arrived == []
    deliver_due(now=due["pigeon"])
    assert len(pigeon.arrived) == 1


@pytest.mark.parametrize(
    ("clock", "until"), [((21, 59), None), ((22, 0), (3, 7)), ((23, 59), (3, 7)), ((0, 0), (2, 7)), ((6, 59), (2, 7)), ((7, 0), None)]
)
def test_quiet_hours_over_midnight(clock: tuple[int, int], until: tuple[int, int] | None) -> None:
    now = dt.datetime(2026, 3, 2, *clock, tzinfo=dt.UTC)
    wanted = now if until is None else dt.datetime(2026, 3, until[0], until[1], tzinfo=dt.UTC)
    assert Wishes(quiet_from=dt.time(22), quiet_until=dt.time(7)).earliest(now) == wanted


def test_a_late_message_is_tried_again_with_growing_pauses_and_then_given_up(pigeon: Pigeon, alice: User) -> None:
    pigeon.fault = NotDelivered("Storm.")
    tell(alice)
    now, waited = NOW, []
    for _ in range(len(PAUSES) + 1):
        deliver_due(now=now)
        row = Delivery.objects.get(channel="pigeon", notification__kind="grouped")
        waited.append(row.due_at - now)
        now = row.due_at
    assert waited[:-1] == PAUSES
    assert (row.status, row.attempts, row.fault) == (Delivery.Status.FAILED, 6, "Storm.")
    assert Notification.objects.get(kind="channel").text == "Pigeon did not reach you: Storm."


def test_another_try_does_not_fall_into_quiet_hours(pigeon: Pigeon, alice: User) -> None:
    change_preferences(user=alice, changes={"quiet_from": dt.time(22), "quiet_until": dt.time(7), "time_zone": "America/New_York"})
    pigeon.fault = NotDelivered("Slow down.", retry_after=900)
    late = dt.datetime(2026, 3, 3, 2, 50, tzinfo=dt.UTC)  # 21:50 in New York
    tell(alice, at=late)
    deliver_due(now=late)
    assert Delivery.objects.get(channel="pigeon").due_at == dt.datetime(2026, 3, 3, 12, tzinfo=dt.UTC)


def test_what_the_courier_asks_to_wait_is_respected(pigeon: Pigeon, alice: User) -> None:
    pigeon.fault = NotDelivered("Slow down.", retry_after=900)
    tell(alice)
    deliver_due(now=NOW)
    assert Delivery.objects.get(channel="pigeon").due_at == NOW + dt.timedelta(seconds=900)


def test_a_permanent_failure_ends_at_once_and_is_told_in_the_application(pigeon: Pigeon, alice: User) -> None:
    pigeon.fault = NotDelivered("Shot.", permanent=True)
    tell(alice)
    deliver_due(now=NOW)
    assert Delivery.objects.get(channel="pigeon").attempts == 1
    assert Notification.objects.owned_by(alice).filter(kind="channel").count() == 1


def test_a_fault_of_the_courier_keeps_nothing_from_the_others(pigeon: Pigeon, alice: User, bob: User) -> None:
    pigeon.fault = ZeroDivisionError()
    tell(alice)
    deliver_due(now=NOW)
    row = Delivery.objects.get(channel="pigeon")
    assert (row.status, row.fault) == (Delivery.Status.QUEUED, "The courier failed; see the log.")


def test_two_workers_deliver_once_and_a_third_takes_over_from_one_that_died(pigeon: Pigeon, alice: User) -> None:
    tell(alice)
    [pk] = Delivery.objects.filter(channel="pigeon").values_list("pk", flat=True)
    assert [deliver_these(delivery_ids=[pk], now=NOW) for _ in range(2)] == [1, 0]
    Delivery.objects.filter(pk=pk).update(status=Delivery.Status.SENDING, due_at=NOW + dt.timedelta(minutes=3))
    assert deliver_due(now=NOW + dt.timedelta(minutes=2)) == 1, "only the bell: the worker may still be at it"
    assert deliver_due(now=NOW + dt.timedelta(minutes=3)) == 1
    assert len(pigeon.arrived) == 2


def test_telling_many_costs_the_same_queries(pigeon: Pigeon, make_user: Callable[..., User], django_assert_max_num_queries: Any) -> None:
    people = [make_user(f"p{number}").pk for number in range(30)]
    with django_assert_max_num_queries(14):
        notify(people=people, kind="grouped", subject="x", title="x", text="x")
    assert Notification.objects.count() == 30


# by e-mail ---------------------------------------------------------------------------------------------------------------------


def test_an_email_goes_to_a_confirmed_address_only(alice: User, bob: User) -> None:
    User.objects.filter(pk=alice.pk).update(email_confirmed_at=NOW)
    User.objects.filter(pk=bob.pk).update(email_confirmed_at=None)
    for person in (alice, bob):
        notify_all(news=[News(person.pk, "alert", "alert:1", "Price alert", "ACME crossed above 105.00", "/symbols/ACME/", at=NOW)])
    deliver_due(now=NOW)
    [letter] = mail.outbox
    assert (letter.to, letter.subject) == (["alice@example.com"], "Price alert: ACME crossed above 105.00")
    assert "/symbols/ACME/" in letter.body


@pytest.mark.parametrize(("answer", "ends"), [(550, True), (451, False)])
def test_a_refused_address_ends_it_and_a_busy_server_does_not(
    alice: User, monkeypatch: pytest.MonkeyPatch, answer: int, ends: bool
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPRecipientsRefused({"alice@example.com": (answer, b"no")})

    monkeypatch.setattr("social.couriers.email.EmailMessage.send", refuse)
    User.objects.filter(pk=alice.pk).update(email_confirmed_at=NOW)
    notify_all(news=[News(alice.pk, "alert", "alert:1", "t", "x", at=NOW)])
    deliver_due(now=NOW)
    row = Delivery.objects.get(channel="email")
    assert (row.status == Delivery.Status.FAILED) is ends


# doors -------------------------------------------------------------------------------------------------------------------------


def test_each_sees_and_marks_their_own_only(pigeon: Pigeon, alice: User, bob: User, charlie: User, api: Api) -> None:
    tell(alice)
    tell(bob)
    [hers] = api(alice).get("/api/notifications").json()["results"]
    assert api(charlie).get("/api/notifications").json()["results"] == []
    for verb in ("post", "delete"):
        assert getattr(api(charlie), verb)("/api/notifications", {"codes": [hers["code"]]}).status_code == 404
    assert api(alice).post("/api/notifications", {"codes": [hers["code"]]}).json() == {"marked": 1, "unread": 0}
    assert api(alice).get("/api/notifications", {"unread": "true"}).json()["results"] == []
    assert api(bob).get("/api/notifications").json()["unread"] == 1
    assert api(alice).post("/api/notifications", {"codes": ["x"]}).status_code == 400
    assert api(None).get("/api/notifications").status_code == 401


def test_the_bell_counts_and_following_a_line_reads_it(
    pigeon: Pigeon, alice: User, charlie: User, browser: Callable[[User], Client]
) -> None:
    tell(alice)
    client = browser(alice)
    part = client.get("/notifications/bell/", headers={"HX-Request": "true"}).content.decode()
    assert "Notifications, 1 unread" in part
    address = f"/notifications/{Notification.objects.get().code}/"
    assert browser(charlie).get(address).status_code == 404
    assert client.get(address)["Location"] == "/x/"
    assert "unread" not in client.get("/notifications/bell/", headers={"HX-Request": "true"}).content.decode()
    assert "A like" in client.get("/notifications/").content.decode()
    assert Notification.objects.get().read_at <= timezone.now()
