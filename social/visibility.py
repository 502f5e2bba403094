"""Who may see this? The one place that answers, as querysets that start from the viewer."""

from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from accounts.models import Profile

if TYPE_CHECKING:
    from accounts.models import User


def profiles_visible_to(viewer: "User | Any") -> QuerySet[Profile]:
    """Profiles this viewer may see: their own, and public ones of active people who are not about to leave."""
    visible = Q(privacy=Profile.Privacy.PUBLIC, user__is_active=True, user__closes_at=None)
    if viewer.is_authenticated:
        visible |= Q(user=viewer)
    return Profile.objects.select_related("user").filter(visible)
