"""What a test reads in the mails."""

import re

from django.core import mail


def code_in(number: int = -1) -> str:
    """The code of the link in a mail; its text and its HTML have the same."""
    message = mail.outbox[number]
    (text,) = re.findall(r"/(?:confirm|reset-password)/([\w-]+)", message.body)
    (html,) = re.findall(r"/(?:confirm|reset-password)/([\w-]+)", str(message.alternatives[0][0]))  # type: ignore[attr-defined]
    assert text == html
    return str(text)
