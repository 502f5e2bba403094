"""/api/users/me/export"""

from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Archive, User
from accounts.services.archives import find_archive, request_archive
from legend.lib.clients import origin_of
from legend.lib.streams import file_response


class ArchiveAnswer(serializers.Serializer[Any]):
    code = serializers.UUIDField()
    status = serializers.ChoiceField(choices=Archive.Status.values)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    size = serializers.IntegerField(help_text="bytes")
    download_url = serializers.CharField(allow_null=True)


def told(archive: Archive) -> dict[str, Any]:
    ready = archive.status == Archive.Status.READY
    address = reverse("my-archive", args=[archive.code]) if ready else None
    named = ("code", "status", "created_at", "expires_at", "size")
    return {name: getattr(archive, name) for name in named} | {"download_url": address}


class Export(APIView):
    """Everything Legend keeps of the person, to take along: JSON, CSV and files in one archive."""

    @extend_schema(operation_id="users_me_export_list", responses=ArchiveAnswer(many=True))
    def get(self, request: Request) -> Response:
        found = Archive.objects.owned_by(request.user)
        return Response(ArchiveAnswer([told(archive) for archive in found], many=True).data)

    @extend_schema(operation_id="users_me_export_create", request=None, responses={202: ArchiveAnswer})
    def post(self, request: Request) -> Response:
        """Asks for one; while one is being made, that one. Its state is in the list."""
        archive = request_archive(owner=cast(User, request.user), now=timezone.now(), origin=origin_of(request._request))
        return Response(ArchiveAnswer(told(archive)).data, status=202, headers={"Location": reverse("my-export")})


class ArchiveFile(APIView):
    """The file. For everybody but its owner there is none."""

    @extend_schema(
        operation_id="users_me_export_download", responses={(200, "application/zip"): OpenApiResponse(OpenApiTypes.BINARY, "The archive")}
    )
    def get(self, request: Request, code: UUID) -> HttpResponseBase:
        archive = find_archive(owner=cast(User, request.user), code=code, now=timezone.now())
        return file_response(Path(default_storage.path(archive.file)), name=f"legend-{archive.code}.zip", content_type="application/zip")
