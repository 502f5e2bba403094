"""What is kept of a person as such."""

from collections.abc import Iterator

from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from legend.lib.belongings import Belongings, StoredFile, Table, forget_file

from .locks import as_address, forget_misses
from .models import (
    AddressChange,
    ApiKey,
    ApiKeyDay,
    Archive,
    AuditEvent,
    PasswordReset,
    Preferences,
    Profile,
    Session,
    SignUp,
    TokenFamily,
    User,
)

GONE = "(a person who left)"


def export(person: User) -> Iterator[Table | StoredFile]:
    yield Table(
        "account",
        User.objects.filter(pk=person.pk),
        (
            "username", "email", "email_confirmed_at", "role", "date_joined", "last_login", "closes_at", "suspended_at", "suspended_until",
            "suspension_reason",
        ),
    )  # fmt: skip
    yield Table("asked_addresses", AddressChange.objects.filter(user=person), ("email", "created_at", "expires_at"))
    yield Table(
        "profile", Profile.objects.filter(user=person), ("display_name", "bio", "links", "privacy", "privacy_chosen_at")
    )  # fmt: skip
    yield Table(
        "preferences",
        Preferences.objects.filter(user=person),
        ("time_zone", "currency", "risk_pct", "break_even_r", "theme", "palette", "discreet", "quiet_from", "quiet_until", "notifications"),
    )
    yield Table(
        "api_keys",
        ApiKey.objects.owned_by(person),
        ("code", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"),
    )
    yield Table("api_key_calls", ApiKeyDay.objects.filter(key__owner=person).order_by("day"), ("key__code", "day", "calls"))
    yield Table("sessions", Session.objects.owned_by(person), ("network", "agent", "signed_in_at", "seen_at", "expire_date"))
    yield Table("api_sign_ins", TokenFamily.objects.filter(user=person), ("network", "agent", "created_at", "seen_at"))
    history = AuditEvent.objects.about(person).as_told().order_by("at")
    yield Table("account_history", history, ("at", "kind", "told_network", "told_agent", "detail"))
    yield Table("archives", Archive.objects.filter(owner=person), ("code", "status", "created_at", "expires_at", "size"))
    if person.profile.avatar:
        yield StoredFile("picture.webp", person.profile.avatar)


def erase(person: User) -> None:
    """Files, wishes that know no person but an address, and the name in the admin's log of what others did to the account."""
    if person.profile.avatar:
        forget_file(person.profile.avatar)
    for name in Archive.objects.filter(owner=person).exclude(file="").values_list("file", flat=True):
        forget_file(name)
    SignUp.objects.at_address(person.email).delete()
    SignUp.objects.named(person.username).delete()
    for wished in (PasswordReset, AddressChange):
        wished.objects.filter(email__iexact=person.email).delete()
    forget_misses(person)
    _forget_networks(person)
    about = LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(User), object_id=str(person.pk))
    about.update(object_repr=GONE, change_message="")


def _forget_networks(person: User) -> None:
    """From where they moderated others, and from where somebody was whom the log did not know: that was them, as far as one can tell."""
    AuditEvent.objects.filter(actor=person).update(network="", agent="")
    own = {
        network
        for rows in (Session.objects.owned_by(person), TokenFamily.objects.filter(user=person), AuditEvent.objects.about(person))
        for network in rows.exclude(network="").values_list("network", flat=True).distinct()
    }
    AuditEvent.objects.filter(user=None, network__in=own).update(network="", agent="")
    AccessAttempt.objects.filter(ip_address__in=[address for network in own if (address := as_address(network))]).delete()


BELONGINGS = Belongings("accounts", export, erase)
