"""Roles, asked of whoever signed in."""

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class IsModerator(BasePermission):
    """Moderators and admins."""

    message = "Only moderators may do this."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated and getattr(request.user, "is_moderator", False))
