"""By e-mail, as plain text."""

from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from legend.lib.couriers import Message, NotDelivered


class Email:
    name = "email"
    title = "E-mail"
    is_quiet = False

    def reaches(self, person: Any) -> bool:
        """Nobody is written to at an address they have not confirmed, and mail that only goes to the log reaches nobody."""
        return bool(person.email) and person.is_confirmed and settings.EMAIL_BACKEND != "django.core.mail.backends.console.EmailBackend"

    def deliver(self, message: Message) -> None:
        text = render_to_string("social/email.txt", {"message": message, "site": settings.SITE_URL})
        try:
            EmailMessage(f"{message.title}: {message.text}"[:150], text, to=[message.person.email]).send()
        except SMTPRecipientsRefused as refusal:
            # 5xx says that this address is wrong, 4xx that it may work later
            codes = [code for code, _ in refusal.recipients.values()]
            raise NotDelivered("The mail server refuses the address.", permanent=all(code >= 500 for code in codes)) from refusal
        except (SMTPException, OSError) as fault:
            raise NotDelivered(f"The mail server does not take it: {type(fault).__name__}.") from fault
