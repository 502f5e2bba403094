"""/api/auth: signing in and out, tokens."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.tokens import AccessToken

from accounts.auth import FAMILY
from accounts.services import tokens
from accounts.services.signing_in import enter_api, leave_api, leave_browser, recognise
from legend.lib.clients import origin_of
from legend.lib.permissions import Anyone

NO_STORE = {"Cache-Control": "no-store"}


class Credentials(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text="username or e-mail address")
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class TokensGiven(serializers.Serializer):
    access = serializers.CharField(help_text="send as `Authorization: Bearer …`")
    expires_in = serializers.IntegerField(help_text="seconds the access token lives")
    refresh = serializers.CharField(help_text="exchange it once, at /api/auth/refresh-token, for the next pair")
    refresh_expires_in = serializers.IntegerField(help_text="seconds the refresh token lives")
    token_type = serializers.CharField()


class RefreshShown(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000)


class MayShowRefresh(serializers.Serializer):
    refresh = serializers.CharField(max_length=2000, required=False, help_text="its sign-in is ended with all tokens")


class Login(APIView):
    """Exchanges a name and a password for an access and a refresh token."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_login", request=Credentials, responses=TokensGiven)
    def post(self, request: Request) -> Response:
        asked = Credentials(data=request.data)
        asked.is_valid(raise_exception=True)
        user = recognise(request=request._request, name=asked.validated_data["username"], password=asked.validated_data["password"])
        given = enter_api(request=request._request, user=user, now=timezone.now())
        return Response(TokensGiven(given).data, headers=NO_STORE)


class RefreshToken(APIView):
    """Exchanges a refresh token, once, for the next pair.

    Within ten seconds the same token gets the same successor, so that a lost answer costs nothing. Later it is taken for stolen: the whole
    sign-in ends.
    """

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_refresh_token", request=RefreshShown, responses=TokensGiven)
    def post(self, request: Request) -> Response:
        asked = RefreshShown(data=request.data)
        asked.is_valid(raise_exception=True)
        given = tokens.refresh_tokens(token=asked.validated_data["refresh"], origin=origin_of(request._request), now=timezone.now())
        return Response(TokensGiven(given).data, headers=NO_STORE)


class Logout(APIView):
    """Ends what the request shows: the browser's session, the sign-in of its access token, that of the refresh token in the body."""

    while_closing = True

    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_logout", request=MayShowRefresh, responses={204: OpenApiResponse(description="Signed out")})
    def post(self, request: Request) -> Response:
        asked = MayShowRefresh(data=request.data)
        asked.is_valid(raise_exception=True)
        origin = origin_of(request._request)
        if refresh := asked.validated_data.get("refresh"):
            leave_api(family=tokens.family_of(refresh), origin=origin)
        if isinstance(request.auth, AccessToken):
            leave_api(family=request.auth.get(FAMILY), origin=origin)
        leave_browser(request=request._request)
        return Response(status=204)
