"""Pages about other people."""

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import Profile, User
from social.visibility import profiles_visible_to


@require_safe
def avatar(request: HttpRequest, username: str) -> HttpResponse:
    """The picture of a person whose profile the viewer may see; for others there is none."""
    profile = profiles_visible_to(request.user).exclude(avatar="").filter(user__in=User.objects.named(username)).first()
    if profile is None:
        raise Profile.DoesNotExist
    with default_storage.open(profile.avatar) as picture:
        response = HttpResponse(picture.read(), content_type="image/webp")
    # the address changes with the picture, so a browser may keep it; nobody between may
    response["Cache-Control"] = "private, max-age=86400"
    return response
