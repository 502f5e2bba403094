"""Who asks."""

from typing import TYPE_CHECKING, cast

from rest_framework.request import Request

if TYPE_CHECKING:
    from accounts.models import User


def asker(request: Request) -> "User":
    """The signed-in person; permissions let nobody else into a view that calls this."""
    return cast("User", request.user)
