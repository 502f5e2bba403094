"""The demo person: one click instead of a password, on an installation that is nobody else's."""

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from accounts.models.user import DEMO_NAME
from legend.lib.clients import is_this_machine
from legend.lib.errors import NotFound

DEMO = {"email": "demo@legend.invalid", "first_name": "Demo", "email_confirmed_at": timezone.now}


def demo_is_open(request: HttpRequest) -> bool:
    """LEGEND_DEMO decides; unset, the demo is open while nothing is configured, to a browser on this machine."""
    if settings.DEMO is not None:
        return bool(settings.DEMO)
    return bool(settings.NOTHING_CONFIGURED) and is_this_machine(request)


@transaction.atomic
def enter_demo(*, request: HttpRequest) -> User:
    """The demo person, made when there is none yet. No password leads to it. Raises NotFound while the demo is closed."""
    if not demo_is_open(request):
        raise NotFound("There is no demo here.")
    user: User
    user, made = User.objects.get_or_create(username=DEMO_NAME, defaults=DEMO)
    if made:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    if not user.may_enter or user.is_staff or user.has_usable_password():
        raise NotFound("The name of the demo belongs to somebody here.")
    return user
