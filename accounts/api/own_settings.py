"""/api/users/me/settings"""

from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Preferences, Profile, User
from accounts.models.preferences import CURRENCIES, LEAST_RISK, MOST_RISK, WIDEST_BREAK_EVEN
from accounts.services.preferences import change_preferences, matrix
from accounts.services.profiles import change_profile
from legend.lib.clients import origin_of
from legend.lib.permissions import READ_ONLY


@extend_schema_field({"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$", "examples": ["22:00"]})
class Clock(serializers.TimeField):
    """A time of day to the minute."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="%H:%M", input_formats=["%H:%M"], **options)


class OwnSettings(serializers.Serializer[Any]):
    time_zone = serializers.CharField(max_length=64, help_text="a name of the IANA database, such as Europe/Berlin")
    currency = serializers.ChoiceField(choices=CURRENCIES)
    risk_pct = serializers.DecimalField(5, 2, min_value=LEAST_RISK, max_value=MOST_RISK, help_text="of the account, for one trade")
    break_even_r = serializers.DecimalField(
        3, 2, min_value=Decimal(0), max_value=WIDEST_BREAK_EVEN, help_text="results of the own journal up to so many R count as break-even"
    )
    privacy = serializers.ChoiceField(choices=Profile.Privacy.values, help_text="who may see the profile")
    theme = serializers.ChoiceField(choices=Preferences.Theme.values)
    palette = serializers.ChoiceField(choices=Preferences.Palette.values)
    discreet = serializers.BooleanField(help_text="pages show no sums of money")
    quiet_from = Clock(allow_null=True, help_text="in the time zone above")
    quiet_until = Clock(allow_null=True)
    notifications = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(max_length=40)), help_text="{kind: [channels]}"
    )


def told(user: User) -> dict[str, Any]:
    preferences = user.preferences
    own = ("time_zone", "currency", "risk_pct", "break_even_r", "theme", "palette", "discreet", "quiet_from", "quiet_until")
    return {name: getattr(preferences, name) for name in own} | {
        "privacy": user.profile.privacy,
        "notifications": matrix(preferences),
    }


class SettingsOfOne(APIView):
    """How the person wants Legend to be."""

    key_scope = READ_ONLY

    @extend_schema(operation_id="users_me_settings_get", responses=OwnSettings)
    def get(self, request: Request) -> Response:
        return Response(OwnSettings(told(cast(User, request.user))).data)

    @extend_schema(operation_id="users_me_settings_change", request=OwnSettings(partial=True), responses=OwnSettings)
    def post(self, request: Request) -> Response:
        """What is named changes, all of it or nothing; the rest stays."""
        asked = OwnSettings(data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        user = cast(User, request.user)
        changes = dict(asked.validated_data)
        privacy = changes.pop("privacy", None)
        with transaction.atomic():
            change_preferences(user=user, changes=changes)
            if privacy is not None:
                change_profile(user=user, changes={"privacy": privacy}, now=timezone.now(), origin=origin_of(request._request))
        return Response(OwnSettings(told(user)).data)
