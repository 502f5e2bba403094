"""/api/auth: becoming a person, e-mail addresses, passwords."""

from typing import cast

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from accounts.services import passwords, registration
from accounts.services.ending import keep_browser
from legend.lib.clients import origin_of
from legend.lib.permissions import Anyone, SignedIn

LONGEST_CODE = 100
NOTHING = OpenApiResponse(description="Done")


class Said(serializers.Serializer):
    detail = serializers.CharField()


class NewPerson(serializers.Serializer):
    username = serializers.CharField(max_length=30)
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class Code(serializers.Serializer):
    code = serializers.CharField(max_length=LONGEST_CODE, help_text="the last part of the link in the mail")


class Verified(serializers.Serializer):
    username = serializers.CharField()
    email = serializers.CharField()


class Address(serializers.Serializer):
    email = serializers.CharField(max_length=254)


class NewPassword(Code):
    password = serializers.CharField(max_length=1024, trim_whitespace=False)


class PasswordChange(serializers.Serializer):
    current_password = serializers.CharField(max_length=1024, trim_whitespace=False)
    new_password = serializers.CharField(max_length=1024, trim_whitespace=False)


class Register(APIView):
    """Asks for an account. The answer is the same whether the address has one already or not; the mail tells."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_register", request=NewPerson, responses={202: Said})
    def post(self, request: Request) -> Response:
        asked = NewPerson(data=request.data)
        asked.is_valid(raise_exception=True)
        registration.register(**asked.validated_data, origin=origin_of(request._request), now=timezone.now())
        said = {"detail": f"A mail is on its way to {asked.validated_data['email']}. The link in it makes the account."}
        return Response(Said(said).data, status=202)


class VerifyEmail(APIView):
    """Makes the account, or changes the address, that the code of a mail was sent for."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_verify_email", request=Code, responses=Verified)
    def post(self, request: Request) -> Response:
        asked = Code(data=request.data)
        asked.is_valid(raise_exception=True)
        user = registration.verify_email(code=asked.validated_data["code"], origin=origin_of(request._request), now=timezone.now())
        return Response(Verified(user).data)


class RequestPasswordReset(APIView):
    """Sends a link to choose a new password, if the address has an account; the answer does not say."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_request_password_reset", request=Address, responses={202: Said})
    def post(self, request: Request) -> Response:
        asked = Address(data=request.data)
        asked.is_valid(raise_exception=True)
        passwords.request_reset(**asked.validated_data, origin=origin_of(request._request), now=timezone.now())
        return Response(Said({"detail": "If this address has an account, a mail with a link is on its way to it."}).data, status=202)


class ResetPassword(APIView):
    """Sets a new password by the code of a mail. Every session, token and key of the person ends."""

    authentication_classes = []
    permission_classes = [Anyone]

    @extend_schema(operation_id="auth_reset_password", request=NewPassword, responses={204: NOTHING})
    def post(self, request: Request) -> Response:
        asked = NewPassword(data=request.data)
        asked.is_valid(raise_exception=True)
        passwords.reset_password(**asked.validated_data, origin=origin_of(request._request), now=timezone.now())
        return Response(status=204)


class ChangePassword(APIView):
    """Sets another password. Every session, token and key of the person ends, but for the session of the browser that asks."""

    permission_classes = [SignedIn]

    @extend_schema(operation_id="auth_change_password", request=PasswordChange, responses={204: NOTHING})
    def post(self, request: Request) -> Response:
        asked = PasswordChange(data=request.data)
        asked.is_valid(raise_exception=True)
        page = request._request
        user = passwords.change_password(
            user=cast(User, request.user),
            current=asked.validated_data["current_password"],
            new=asked.validated_data["new_password"],
            origin=origin_of(page),
            keep_session=page.session.session_key,
        )
        keep_browser(request=page, user=user)
        return Response(status=204)
