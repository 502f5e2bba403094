"""/api/auth"""

from django.contrib.auth import logout
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.services.signing_in import give_access, recognise
from legend.lib.permissions import Anyone


class Credentials(serializers.Serializer):
    username = serializers.CharField(max_length=254, help_text="username or e-mail address")
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class AccessGiven(serializers.Serializer):
    access = serializers.CharField(help_text="send as `Authorization: Bearer …`")
    expires_in = serializers.IntegerField(help_text="seconds")
    token_type = serializers.CharField()


class Login(APIView):
    """Exchanges a name and a password for an access token."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_login", request=Credentials, responses=AccessGiven)
    def post(self, request: Request) -> Response:
        asked = Credentials(data=request.data)
        asked.is_valid(raise_exception=True)
        user = recognise(request=request._request, name=asked.validated_data["username"], password=asked.validated_data["password"])
        return Response(AccessGiven(give_access(user=user)).data, headers={"Cache-Control": "no-store"})


class Logout(APIView):
    """Ends the browser session of the request. An access token ends by itself within minutes; forget it."""

    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_logout", request=None, responses={204: OpenApiResponse(description="Signed out")})
    def post(self, request: Request) -> Response:
        logout(request._request)
        return Response(status=204)
