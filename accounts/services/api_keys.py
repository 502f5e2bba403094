"""Keys with which programs act for a person: made, found, counted, revoked."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.db.models import F

from accounts.models import ApiKey, ApiKeyDay, AuditEvent, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import still_here
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import NotFound, invalid
from legend.lib.models import Once
from legend.lib.permissions import SCOPES
from legend.lib.secrets import digest, new_secret

MARK = "lgd_"
SHOWN = len(MARK) + 8
MAX_KEYS = 20
LONGEST_NAME = 60
MOST_NETWORKS = 20  # of one key and day in the log
NOTED_EVERY = 60  # seconds
REMEMBERED = 2 * 86400


@transaction.atomic
def create_key(
    *,
    owner: User,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    now: datetime,
    once: Once | None = None,
    origin: Origin = NOWHERE,
) -> tuple[ApiKey, str | None]:
    """A new key and its secret, which nobody can be told again: the same wish sent twice gives the same key and None.

    Raises Invalid (name, scopes, expires_at, number of keys), KeyReused, EndedMeanwhile.
    """
    still_here(owner)
    if once is not None:
        made = ApiKey.objects.owned_by(owner).filter(request_key=once.key).first()
        if made is not None and made.is_answer_to(once):
            return made, None
    _check(name, scopes, expires_at, now)
    if ApiKey.objects.owned_by(owner).standing().count() >= MAX_KEYS:
        raise invalid("name", f"You have {MAX_KEYS} keys, which is the most there can be. Revoke one first.", "too_many")
    secret = MARK + new_secret()
    key = ApiKey.objects.create(
        owner=owner,
        name=name.strip(),
        prefix=secret[:SHOWN],
        digest=digest(secret),
        scopes=[scope for scope in SCOPES if scope in scopes],
        created_at=now,
        expires_at=expires_at,
        **(once.as_fields() if once else {}),
    )
    record(kind=Kind.KEY_MADE, user=owner, origin=origin, **_named(key), scopes=key.scopes)
    return key, secret


@transaction.atomic
def revoke_key(*, owner: User, code: UUID, now: datetime, origin: Origin = NOWHERE) -> ApiKey:
    """From now on the key opens nothing. Someone else's, or one revoked before, is not found."""
    key = ApiKey.objects.owned_by(owner).standing().select_for_update().filter(code=code).first()
    if key is None:
        raise NotFound("You have no such key.", code="unknown_key")
    key.revoked_at = now
    key.save(update_fields=["revoked_at"])
    record(kind=Kind.KEY_DELETED, user=owner, origin=origin, **_named(key))
    return key


def find_key(*, secret: str, now: datetime) -> ApiKey | None:
    """The usable key of a person who may enter, in one query."""
    key = ApiKey.objects.usable(now).select_related("owner").filter(digest=digest(secret)).first()
    return key if key is not None and key.owner.may_enter else None


def count_call(*, key: ApiKey, now: datetime) -> None:
    """One more request with this key. Counted in the cache; the row is written at most once a minute."""
    day = now.date()
    name = _counter(key.pk, day)
    cache.add(name, 0, timeout=REMEMBERED)
    with suppress(ValueError):  # thrown out of a full cache between these two lines: one call is not counted
        cache.incr(name)
    if cache.add(f"api-key-noted:{key.pk}", True, timeout=NOTED_EVERY):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
        _write_down(key.pk, day)


def note_network(*, key: ApiKey, origin: Origin, now: datetime) -> None:
    """Write into the log when a key is used for the first time, and from each new network, but no more than twenty a day."""
    if not cache.add(f"api-key-from:{key.pk}:{digest(origin.network)}", True, timeout=REMEMBERED):
        return
    seen = AuditEvent.objects.about(key.owner).filter(kind__in=[Kind.KEY_FIRST_USED, Kind.KEY_NEW_NETWORK], detail__code=str(key.code))
    if not seen.exists():
        record(kind=Kind.KEY_FIRST_USED, user=key.owner, origin=origin, **_named(key))
    elif not seen.filter(network=origin.network).exists() and seen.filter(at__gt=now - timedelta(days=1)).count() < MOST_NETWORKS:
        record(kind=Kind.KEY_NEW_NETWORK, user=key.owner, origin=origin, **_named(key))


def write_down_calls(*, now: datetime) -> None:
    """What is counted and not yet in rows, of all keys used of late."""
    days = (now.date() - timedelta(days=1), now.date())
    recent = ApiKey.objects.filter(last_used_at__gte=now - timedelta(seconds=REMEMBERED)).values_list("pk", flat=True)
    names = {_counter(pk, day): (pk, day) for pk in recent for day in days}
    for name, count in cache.get_many(names).items():
        if count:
            _write_down(*names[name])


def _write_down(key_id: int, day: date) -> None:
    """Move the count from the cache to the row; what is counted meanwhile stays for the next time."""
    name = _counter(key_id, day)
    count = cache.get(name, 0)
    if not count:
        return
    with suppress(ValueError):
        cache.decr(name, count)
    if not ApiKeyDay.objects.filter(key_id=key_id, day=day).update(calls=F("calls") + count):
        try:
            with transaction.atomic():
                ApiKeyDay.objects.create(key_id=key_id, day=day, calls=count)
        except IntegrityError:
            ApiKeyDay.objects.filter(key_id=key_id, day=day).update(calls=F("calls") + count)


def _named(key: ApiKey) -> dict[str, Any]:
    """By what it is known in the log."""
    return {"code": str(key.code), "name": key.name, "prefix": key.prefix}


def _counter(key_id: int, day: date) -> str:
    return f"api-key-calls:{key_id}:{day:%Y%m%d}"


def _check(name: str, scopes: Collection[str], expires_at: datetime | None, now: datetime) -> None:
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise invalid("name", f"A key's name has 1 to {LONGEST_NAME} characters.", "bad_name")
    if not scopes or set(scopes) - set(SCOPES):
        raise invalid("scopes", f"A key has at least one of the scopes {', '.join(SCOPES)}, and no other.", "bad_scopes")
    if expires_at is not None and expires_at <= now:
        raise invalid("expires_at", "A key has to end in the future.", "in_the_past")
