"""/api/users/me"""

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Profile, User
from accounts.models.profile import BIO_LENGTH, MAX_LINKS, NAME_LENGTH
from accounts.services.profiles import LONGEST_LINK, change_profile
from legend.lib.permissions import READ_ONLY


class ProfileQuestion(serializers.Serializer[Any]):
    display_name = serializers.CharField(max_length=NAME_LENGTH, allow_blank=True)
    bio = serializers.CharField(max_length=BIO_LENGTH, allow_blank=True)
    links = serializers.ListField(child=serializers.CharField(max_length=LONGEST_LINK), max_length=MAX_LINKS, help_text="web addresses")
    privacy = serializers.ChoiceField(choices=Profile.Privacy.values)


class Me(serializers.Serializer[Any]):
    username = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.ChoiceField(choices=User.Role.values)
    joined_at = serializers.DateTimeField()
    display_name = serializers.CharField(allow_blank=True)
    bio = serializers.CharField(allow_blank=True)
    links = serializers.ListField(child=serializers.CharField())
    avatar_url = serializers.CharField(allow_null=True)
    privacy = serializers.ChoiceField(choices=Profile.Privacy.values)
    privacy_chosen = serializers.BooleanField(help_text="false: nobody else sees the profile until its owner chooses")


def told(user: User) -> dict[str, Any]:
    profile = user.profile
    return {
        "username": user.username,
        "email": user.email,
        "role": user.role,
        "joined_at": user.date_joined,
        "display_name": profile.display_name,
        "bio": profile.bio,
        "links": profile.links,
        "avatar_url": profile.avatar_url,
        "privacy": profile.privacy,
        "privacy_chosen": profile.privacy_chosen_at is not None,
    }


class OwnProfile(APIView):
    """The person's own account and profile."""

    key_scope = READ_ONLY

    @extend_schema(operation_id="users_me_get", responses=Me)
    def get(self, request: Request) -> Response:
        return Response(Me(told(cast(User, request.user))).data)

    @extend_schema(operation_id="users_me_replace", request=ProfileQuestion, responses=Me)
    def put(self, request: Request) -> Response:
        return self._change(request, partial=False)

    @extend_schema(operation_id="users_me_change", request=ProfileQuestion(partial=True), responses=Me)
    def patch(self, request: Request) -> Response:
        return self._change(request, partial=True)

    def _change(self, request: Request, *, partial: bool) -> Response:
        asked = ProfileQuestion(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        change_profile(user=user, changes=asked.validated_data, now=timezone.now())
        return Response(Me(told(user)).data)
