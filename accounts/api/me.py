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
from accounts.services.closing import close_account, reopen_account
from accounts.services.profiles import LONGEST_LINK, change_profile
from legend.lib.clients import origin_of
from legend.lib.permissions import READ_ONLY, Closing


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
    closes_at = serializers.DateTimeField(allow_null=True, help_text="when everything is erased, after the account was closed")
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
        "closes_at": user.closes_at,
        "privacy_chosen": profile.privacy_chosen_at is not None,
    }


class Password(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class OwnProfile(APIView):
    """The person's own account and profile."""

    key_scope = READ_ONLY
    while_closing = True

    @extend_schema(operation_id="users_me_get", responses=Me)
    def get(self, request: Request) -> Response:
        return Response(Me(told(cast(User, request.user))).data)

    @extend_schema(operation_id="users_me_replace", request=ProfileQuestion, responses=Me)
    def put(self, request: Request) -> Response:
        return self._change(request, partial=False)

    @extend_schema(operation_id="users_me_change", request=ProfileQuestion(partial=True), responses=Me)
    def patch(self, request: Request) -> Response:
        return self._change(request, partial=True)

    @extend_schema(operation_id="users_me_close", request=Password, responses={200: Me})
    def delete(self, request: Request) -> Response:
        """Closes the account: hidden at once, every sign-in ended, erased after the grace (`closes_at`) unless it is reopened."""
        asked = Password(data=request.data)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        closed = close_account(user=user, password=asked.validated_data["password"], now=timezone.now(), origin=origin_of(request._request))
        return Response(Me(told(closed)).data)

    def _change(self, request: Request, *, partial: bool) -> Response:
        asked = ProfileQuestion(data=request.data, partial=partial)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        if user.is_closing:
            raise Closing("This account is being closed. POST /api/users/me/reopen to keep it.")
        change_profile(user=user, changes=asked.validated_data, now=timezone.now(), origin=origin_of(request._request))
        return Response(Me(told(user)).data)


class Reopening(APIView):
    """Keeps an account that was being closed."""

    while_closing = True

    @extend_schema(operation_id="users_me_reopen", request=None, responses=Me)
    def post(self, request: Request) -> Response:
        return Response(Me(told(reopen_account(user=cast(User, request.user), origin=origin_of(request._request)))).data)
