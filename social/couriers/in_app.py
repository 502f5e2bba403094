"""In the application: the row is the message; open pages learn at once that it is there."""

from typing import Any

from legend.lib.couriers import Message
from social.services.notifications import tell_open_pages


class InApp:
    name = "in_app"
    title = "In Legend"
    is_quiet = True

    def reaches(self, person: Any) -> bool:
        return True

    def deliver(self, message: Message) -> None:
        tell_open_pages(message.person.pk)
