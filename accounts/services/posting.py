"""Mails that carry a one-time code: written when they are sent, so that the code is in no queue and no row."""

import smtplib
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse

from accounts.models import AddressChange, PasswordReset, SignUp, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from legend.lib.clients import Origin

logger = structlog.get_logger(__name__)
ASKED: dict[str, type[SignUp] | type[PasswordReset] | type[AddressChange]] = {
    "sign-up": SignUp,
    "reset": PasswordReset,
    "address": AddressChange,
}
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
Asked = SignUp | PasswordReset | AddressChange
Letter = tuple[str, str, dict[str, Any]]  # template, address, context


def post_later(kind: str, pk: int) -> None:
    """After commit, let a worker write and send this mail. A task that is lost on its way is found by `due`."""
    from accounts.tasks import post

    transaction.on_commit(lambda: post.delay(kind, pk), robust=True)


def post(*, kind: str, pk: int, now: datetime) -> None:
    """Send the mail somebody asked for, unless it is sent, being sent or waiting for its next try.

    A mail that cannot be sent is tried again with growing pauses (`due`).
    """
    model = ASKED[kind]
    if not _claim(model, pk, now):
        return
    written = _write(model, pk)
    try:
        if written is not None:
            send(*written)
    except (OSError, smtplib.SMTPException):
        logger.exception("a mail was not sent; it will be tried again", mail=kind)
        return
    model.objects.filter(pk=pk).update(settled_at=now)


def due(*, now: datetime) -> list[tuple[str, int]]:
    """What waits for its mail."""
    return [(kind, pk) for kind, model in ASKED.items() for pk in model.objects.due(now).values_list("pk", flat=True)]


def forget_expired(*, now: datetime) -> None:
    for model in ASKED.values():
        model.objects.filter(expires_at__lt=now).delete()


def send(template: str, address: str, context: dict[str, Any]) -> None:
    """One mail, as text and as HTML. The first line of the text is its subject."""
    context = {"site": settings.SITE_URL, **context}
    subject, _, text = render_to_string(f"accounts/mail/{template}.txt", context).partition("\n")
    html = render_to_string(f"accounts/mail/{template}.html", {**context, "subject": subject})
    send_mail(subject.strip(), text.strip() + "\n", None, [address], html_message=html)


def _claim(model: type[Asked], pk: int, now: datetime) -> bool:
    """Take the row for this try; False when another has it. The pauses are 1, 2, 4 … minutes."""
    row = model.objects.due(now).filter(pk=pk).first()
    if row is None:
        return False
    pause = min(FIRST_PAUSE * 2**row.tries, LONGEST_PAUSE)
    return model.objects.due(now).filter(pk=pk, tries=row.tries).update(due_at=now + pause, tries=F("tries") + 1) == 1


@transaction.atomic
def _write(model: type[Asked], pk: int) -> Letter | None:
    """The mail for a row, with a new code whose digest is kept; None: there is nobody to write to."""
    row = model.objects.select_for_update().filter(pk=pk).first()
    written: Letter | None
    match row:
        case None:  # everything of its person was ended meanwhile
            return None
        case SignUp():
            written = _sign_up(row)
        case PasswordReset():
            written = _reset(row)
        case _:
            written = _address(row)
    row.save()
    return written


def _sign_up(row: SignUp) -> Letter:
    if User.objects.at_address(row.email).exists():
        return "known_address", row.email, {"reset": settings.SITE_URL + reverse("accounts:forgot")}
    return "sign_up", row.email, {"username": row.username, "link": _link("accounts:confirm", row.new_code())}


def _reset(row: PasswordReset) -> Letter | None:
    first_time = row.user is None
    row.user = row.user or User.objects.at_address(row.email).filter(is_active=True).first()
    if row.user is None or row.user.is_demo:
        return None
    if first_time:
        record(kind=Kind.RESET_ASKED, user=row.user, origin=Origin(row.network, row.agent))
    template = "invitation" if row.invited else "reset"
    return template, row.user.email, {"username": row.user.username, "link": _link("accounts:reset", row.new_code())}


def _address(row: AddressChange) -> Letter:
    if User.objects.at_address(row.email).exclude(pk=row.user_id).exists():
        return "known_address", row.email, {"reset": settings.SITE_URL + reverse("accounts:forgot")}
    return "address", row.email, {"username": row.user.username, "link": _link("accounts:confirm", row.new_code())}


def _link(name: str, code: str) -> str:
    return f"{settings.SITE_URL}{reverse(name, args=[code])}"
