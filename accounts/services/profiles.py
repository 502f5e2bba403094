"""What a person says of themselves, and to whom."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.avatars import reencode
from accounts.models import Profile, User
from accounts.models.audit_event import Kind
from accounts.models.profile import BIO_LENGTH, MAX_LINKS, NAME_LENGTH
from accounts.services.audit import record
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import invalid

LONGEST_LINK = 200
CHANGEABLE = ("display_name", "bio", "links", "privacy")


@transaction.atomic
def change_profile(*, user: User, changes: Mapping[str, Any], now: datetime, origin: Origin = NOWHERE) -> Profile:
    """Set some of display_name, bio, links and privacy. Raises Invalid, naming the field, and then changes nothing."""
    profile = Profile.objects.select_for_update().get(user=user)
    for name, value in changes.items():
        setattr(profile, name, CHECKS[name](value))
    if "privacy" in changes:
        profile.privacy_chosen_at = now
        record(kind=Kind.PRIVACY_CHANGED, user=user, origin=origin, privacy=profile.privacy)
    profile.save(update_fields=[*changes, "privacy_chosen_at"])
    user.profile = profile
    return profile


def set_avatar(*, user: User, picture: BinaryIO) -> Profile:
    """A square picture made anew from what was sent. Raises Invalid for what is no picture or too large."""
    name = default_storage.save(f"avatars/{secrets.token_hex(16)}.webp", ContentFile(reencode(picture)))
    return _replace_avatar(user, name)


def remove_avatar(*, user: User) -> Profile:
    return _replace_avatar(user, "")


@transaction.atomic
def _replace_avatar(user: User, name: str) -> Profile:
    """The file before goes when its name is out of the row for good."""
    profile = Profile.objects.select_for_update().get(user=user)
    before = profile.avatar
    profile.avatar = name
    profile.save(update_fields=["avatar"])
    if before:
        transaction.on_commit(lambda: default_storage.delete(before))
    user.profile = profile
    return profile


def _display_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > NAME_LENGTH or not name.isprintable():
        raise invalid("display_name", f"A name has at most {NAME_LENGTH} characters that can be printed.", "bad_name")
    return name


def _bio(text: str) -> str:
    bio = text.replace("\r\n", "\n").strip()
    if len(bio) > BIO_LENGTH or not bio.replace("\n", " ").isprintable():
        raise invalid("bio", f"This text may have {BIO_LENGTH} characters that can be printed; it has {len(bio)}.", "bad_text")
    return bio


def _links(addresses: Collection[str]) -> list[str]:
    links = list(dict.fromkeys(address.strip() for address in addresses if address.strip()))
    if len(links) > MAX_LINKS:
        raise invalid("links", f"There may be {MAX_LINKS} links; these are {len(links)}.", "too_many")
    for link in links:
        if not _is_web_address(link):
            raise invalid("links", f"{link[:60]!r} is no web address; it has to begin with https:// or http://.", "bad_link")
    return links


def _is_web_address(link: str) -> bool:
    if len(link) > LONGEST_LINK or not link.isprintable() or set(link) & set(" \"'<>\\"):
        return False
    try:
        parts = urlsplit(link)
        return parts.scheme in ("http", "https") and "." in (parts.hostname or "") and not parts.username and parts.port != 0
    except ValueError:
        return False


def _privacy(text: str) -> str:
    if text not in Profile.Privacy.values:
        raise invalid("privacy", f"Privacy is one of {', '.join(Profile.Privacy.values)}.", "bad_choice")
    return text


CHECKS = {"display_name": _display_name, "bio": _bio, "links": _links, "privacy": _privacy}
