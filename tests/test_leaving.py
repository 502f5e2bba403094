"""Taking everything along, and leaving nothing behind: over all models of all apps."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import models
from django.test import Client
from django.utils import timezone

from accounts.models import AddressChange, Archive, SignUp, User
from accounts.services.archives import make_archive, request_archive
from accounts.services.audit import record
from accounts.services.closing import close_account, erase_account, erase_due
from accounts.services.passwords import request_reset
from accounts.services.profiles import change_profile
from legend.lib.belongings import StoredFile, Table
from legend.lib.registries import belongings
from social.services.notifications import notify

from .access_examples import examples

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous")]
NETWORK = "198.51.100.77"
NOT_THEIRS = {
    "admin.LogEntry": "what an admin did belongs to the house",
    "accounts.PasswordReset": "ends within the hour and says nothing its owner does not know",
    "accounts.RefreshToken": "hashes; the sign-ins they belong to are told",
    "trading.ToldMatch": "which matches were told already, so that none is told twice; what was told is in the log of alerts",
    "trading.Journal": "a counter for caches",
    "trading.JournalMonth": "sums of trades, worked out anew at any time",
}


@pytest.fixture
def settled(make_user: Callable[..., User], moderator: User) -> User:
    """Somebody with something everywhere, whose name, address and network are nobody else's words."""
    from accounts.models.audit_event import Kind
    from legend.lib.clients import Origin

    user = make_user("zebedee-q")
    change_profile(user=user, changes={"display_name": "Zebedee Quux", "bio": "=1+1", "privacy": "public"}, now=timezone.now())
    examples(user)
    record(kind=Kind.SIGNED_IN, user=user, origin=Origin(NETWORK, "Browser"))
    record(kind=Kind.MODERATED, user=moderator, actor=user, origin=Origin(NETWORK, "Desk"))
    record(kind=Kind.SIGN_IN_FAILED, user=None, origin=Origin(NETWORK, "Browser"))
    AccessAttempt.objects.create(username="x", ip_address=NETWORK, failures_since_start=1)
    request_reset(email="zebedee-q@example.com", origin=Origin(NETWORK), now=timezone.now())
    AddressChange.objects.create(user=moderator, email="zebedee-q@example.com", expires_at=timezone.now())
    notify(people=[moderator.pk], kind="alert", subject="x", title="x", text="likes it", actor="somebody")
    notify(people=[moderator.pk], kind="alert", subject="x", title="x", text="likes it", actor="zebedee-q")
    SignUp.objects.create(username="ZEBEDEE-Q", email="zebedee-q@example.com", password="x", expires_at=timezone.now())
    LogEntry.objects.create(
        user=moderator,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
        change_message="renamed to zebedee-q",
    )
    return user


def archive_of(user: User) -> zipfile.ZipFile:
    Archive.objects.all().delete()
    archive = request_archive(owner=user, now=timezone.now())
    make_archive(archive_id=archive.pk)
    archive.refresh_from_db()
    return zipfile.ZipFile(default_storage.path(archive.file))


def files() -> set[str]:
    return {str(path) for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}


def of_people() -> set[str]:
    """Models whose rows name a person, and those whose rows always belong to one of these that always does."""

    def pointing_at(models_named: set[Any], *, always: bool) -> set[Any]:
        return {
            model
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if field.is_relation and field.related_model in models_named and not (always and field.null)
        }

    owned = pointing_at({User}, always=True)
    while more := pointing_at(owned, always=True) - owned:
        owned |= more
    return {model._meta.label for model in owned | pointing_at({User}, always=False)}


def test_every_model_with_people_in_it_is_handed_out(alice: User) -> None:
    with_people = of_people()
    assert {"accounts.ApiKeyDay", "trading.Fill", "social.Delivery"} <= with_people
    handed_out = {part.rows.model._meta.label for kept in belongings for part in kept.export(alice) if isinstance(part, Table)}
    missing = with_people - handed_out - NOT_THEIRS.keys()
    assert not missing, f"Let `export` in the app's belongings.py hand out {sorted(missing)}, or say in NOT_THEIRS why not"


INTERNAL = {
    "id", "user", "owner", "person", "digest", "request_key", "request_digest", "session_key", "session_data", "file", "avatar", "actor",
    "password", "generation", "is_staff", "is_superuser", "is_active", "first_name", "last_name", "checklist_hidden_at", "started_at",
    "finished_at", "used_at", "settled_at", "due_at", "tries", "code",
}  # fmt: skip


def test_of_a_person_and_their_settings_every_column_is_handed_out(alice: User) -> None:
    """A new one is either told to its owner, or said to be of no use to them."""
    handed_out: dict[Any, set[str]] = {}
    for kept in belongings:
        for part in kept.export(alice) if kept.app == "accounts" else ():
            if isinstance(part, Table):
                names = {column.split("__")[0].replace("told_", "") for column in part.columns}
                handed_out[part.rows.model] = handed_out.get(part.rows.model, set()) | names
    missing = {
        f"{model.__name__}.{field.name}"
        for model, names in handed_out.items()
        for field in model._meta.concrete_fields
        if field.name not in names | INTERNAL
    }
    assert not missing


def test_the_archive_holds_every_table_twice_and_the_files(settled: User) -> None:
    with archive_of(settled) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        (account,) = json.loads(archive.read("accounts/account.json"))
        assert (account["username"], account["email"]) == ("zebedee-q", "zebedee-q@example.com")
        assert archive.read("accounts/picture.webp")[8:12] == b"WEBP"
        for kept in belongings:
            for part in kept.export(settled):
                if isinstance(part, StoredFile):
                    assert f"{kept.app}/{part.name}" in names
                    continue
                rows = json.loads(archive.read(f"{kept.app}/{part.name}.json"))
                lines = list(csv.reader(io.StringIO(archive.read(f"{kept.app}/{part.name}.csv").decode("utf-8-sig"))))
                assert len(rows) == len(lines) - 1 == part.rows.count()
                assert all(list(row) == lines[0] for row in rows)
        assert json.loads(archive.read("patterns/own_detectors.json"))[0]["rule_detector"] == "double-bottom"
        whole = b"".join(archive.read(name) for name in names)
    assert settled.password.encode() not in whole
    assert all(key.digest.encode() not in whole for key in settled.api_keys.all())


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(settled: User) -> None:
    with archive_of(settled) as archive:
        assert b"'=1+1" in archive.read("accounts/profile.csv")
        assert json.loads(archive.read("accounts/profile.json"))[0]["bio"] == "=1+1"


def test_only_its_owner_may_download_an_archive_until_it_expires(
    browser: Callable[[User], Client], api: Any, alice: User, charlie: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert api(alice).post("/api/users/me/export").status_code == 202
    (told,) = api(alice).get("/api/users/me/export").json()
    assert told["status"] == "ready"

    answer = api(alice).get(told["download_url"])
    assert answer["Content-Type"] == "application/zip"
    assert len(b"".join(answer)) == told["size"] == int(answer["Content-Length"])
    for address in (told["download_url"], f"/settings/export/{told['code']}"):
        assert browser(alice).get(address).status_code == 200
        assert browser(charlie).get(address).status_code == 404
    Archive.objects.update(expires_at=timezone.now())
    assert api(alice).get(told["download_url"]).status_code == 404


def test_there_are_two_archives_a_day_and_one_at_a_time(api: Any, alice: User) -> None:
    first = api(alice).post("/api/users/me/export").json()
    assert api(alice).post("/api/users/me/export").json()["code"] == first["code"]
    Archive.objects.update(status="ready", file="nowhere.zip", expires_at=timezone.now() + timedelta(days=7))
    api(alice).post("/api/users/me/export")
    Archive.objects.update(status="ready", expires_at=timezone.now() + timedelta(days=7))
    refused = api(alice).post("/api/users/me/export")
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_archives")
    assert 86_000 < int(refused["Retry-After"]) <= 86_400


def test_expired_and_lost_archives_are_swept(alice: User) -> None:
    from accounts.services.archives import sweep_archives

    with archive_of(alice) as archive:
        path = archive.filename
    assert path in files()
    lost = Archive.objects.create(owner=alice, created_at=timezone.now() - timedelta(minutes=5))
    sweep_archives(now=timezone.now() + timedelta(days=8))
    assert path not in files()
    lost.refresh_from_db()
    assert lost.status == "ready"


def test_closing_needs_the_password_hides_at_once_and_can_be_taken_back(
    browser: Callable[[User], Client], alice: User, charlie: User
) -> None:
    from social.visibility import profiles_visible_to

    change_profile(user=alice, changes={"privacy": "public"}, now=timezone.now())
    client, elsewhere = browser(alice), browser(alice)
    assert client.post("/settings/close", {"password": "not hers"}).status_code == 422
    assert client.post("/settings/close", {"password": "a long password"}).status_code == 302
    assert client.get("/scanner/")["Location"].startswith("/sign-in") and elsewhere.get("/scanner/")["Location"].startswith("/sign-in")
    assert not profiles_visible_to(charlie).filter(user=alice).exists()

    alice.refresh_from_db()
    again = browser(alice)
    assert again.get("/scanner/")["Location"] == again.get("/")["Location"] == "/settings/close"
    assert "Keep my account" in again.get("/settings/close").content.decode()
    part = again.get("/notifications/bell/", headers={"HX-Request": "true"})
    assert (part.status_code, part.content) == (204, b""), "else the page is put into its own bell, and so on"
    assert again.get("/api/universe/list").json()["code"] == "account_closing"
    assert again.get("/api/users/me").json()["closes_at"] is not None
    assert again.patch("/api/users/me", {"bio": "x"}, content_type="application/json").status_code == 403
    assert again.post("/settings/close/undo").status_code == 302
    assert again.get("/scanner/").status_code == 200
    assert profiles_visible_to(charlie).filter(user=alice).exists()


def test_the_api_closes_and_reopens(api: Any, alice: User) -> None:
    assert api(alice).delete("/api/users/me", {"password": "wrong"}).json()["errors"][0]["field"] == "password"
    closed = api(alice).delete("/api/users/me", {"password": "a long password"}).json()
    assert closed["closes_at"] is not None
    alice.refresh_from_db()
    assert api(alice).post("/api/users/me/reopen").json()["closes_at"] is None
    alice.refresh_from_db()
    assert api(alice).post("/api/users/me/reopen").json()["code"] == "not_closing"


def test_who_has_no_password_or_is_the_last_admin_stays(api: Any, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_superuser=True)
    alice.refresh_from_db()
    assert api(alice).delete("/api/users/me", {"password": "a long password"}).json()["code"] == "last_admin"
    alice.set_unusable_password()
    assert api(alice).delete("/api/users/me", {"password": "x"}).json()["code"] == "no_password"


def test_within_the_grace_nobody_is_erased(alice: User) -> None:
    close_account(user=alice, password="a long password", now=timezone.now())
    assert erase_due(now=timezone.now() + timedelta(days=6, hours=23)) == 0
    assert not erase_account(user_id=alice.pk, now=timezone.now())


def traces(model: type[models.Model], words: tuple[str, ...], pk: int) -> Iterator[str]:
    """Where a model still speaks of the person: a reference to their row, or one of their words."""
    for row in model._default_manager.all():
        for field in model._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.is_relation and field.related_model is User and value == pk:
                yield f"{model._meta.label}.{field.name}"
            elif not field.is_relation and isinstance(value, str | list | dict) and any(word in str(value).lower() for word in words):
                yield f"{model._meta.label}.{field.name}: {value}"


def test_after_the_grace_no_row_and_no_file_speaks_of_the_person(
    settled: User, alice: User, django_capture_on_commit_callbacks: Any
) -> None:
    words = ("zebedee", "quux", NETWORK, f"{settled.pk}:")
    found = {trace.split(".")[1] for model in apps.get_models() for trace in traces(model, words, settled.pk)}
    assert {
        "User",
        "Profile",
        "Universe",
        "SavedRule",
        "Trade",
        "WatchItem",
        "Alert",
        "AuditEvent",
        "SignUp",
        "LogEntry",
        "ApiKey",
        "AccessAttempt",
        "AddressChange",
        "Notification",
        "Delivery",
    } <= found
    before, pk = files(), settled.pk

    close_account(user=settled, password="a long password", now=timezone.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert erase_due(now=timezone.now() + timedelta(days=7, minutes=1)) == 1

    assert [trace for model in apps.get_models() for trace in traces(model, words, pk)] == []
    assert len(before - files()) >= 2  # the picture and the archive
    assert User.objects.filter(pk=alice.pk).exists()
