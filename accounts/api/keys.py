"""/api/auth/api-keys"""

from typing import Any, cast
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import ApiKey, User
from accounts.queries import keys_of
from accounts.services.api_keys import LONGEST_NAME, create_key, revoke_key
from legend.lib.clients import origin_of
from legend.lib.models import Once
from legend.lib.permissions import SCOPES


class KeyQuestion(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=LONGEST_NAME)
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES), min_length=1, max_length=len(SCOPES))
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class KeyAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField(help_text="how the secret begins")
    scopes = serializers.ListField(child=serializers.ChoiceField(choices=SCOPES))
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True, help_text="to the minute")
    calls_today = serializers.IntegerField(help_text="since midnight UTC, at most a minute old")
    calls_30_days = serializers.IntegerField()


class NewKey(KeyAnswer):
    secret = serializers.CharField(allow_null=True, help_text="shown this once; null when the request was a repeated one")


def told(key: ApiKey) -> dict[str, Any]:
    counts = {"calls_today": getattr(key, "calls_today", 0), "calls_30_days": getattr(key, "calls_30_days", 0)}
    named = ("code", "name", "prefix", "scopes", "created_at", "expires_at", "last_used_at")
    return {name: getattr(key, name) for name in named} | counts


class ApiKeys(APIView):
    """Keys with which programs act for the person. A key cannot make or revoke keys."""

    @extend_schema(operation_id="api_keys_list", responses=KeyAnswer(many=True))
    def get(self, request: Request) -> Response:
        found = keys_of(cast(User, request.user), now=timezone.now())
        return Response(KeyAnswer([told(key) for key in found], many=True).data)

    @extend_schema(
        operation_id="api_keys_create",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", location=OpenApiParameter.HEADER, description="sent again it answers the same key, without its secret"
            )
        ],
        request=KeyQuestion,
        responses={201: NewKey},
    )
    def post(self, request: Request) -> Response:
        asked = KeyQuestion(data=request.data)
        asked.is_valid(raise_exception=True)
        wish = asked.validated_data
        once = Once.read(request.headers.get("Idempotency-Key"), wish)
        key, secret = create_key(owner=cast(User, request.user), now=timezone.now(), once=once, origin=origin_of(request._request), **wish)
        return Response(NewKey({**told(key), "secret": secret}).data, status=201, headers={"Cache-Control": "no-store"})


class OneApiKey(APIView):
    """One of the person's keys; for everybody else there is none."""

    @extend_schema(operation_id="api_keys_revoke", request=None, responses={204: None})
    def delete(self, request: Request, code: UUID) -> Response:
        revoke_key(owner=cast(User, request.user), code=code, now=timezone.now(), origin=origin_of(request._request))
        return Response(status=204)
