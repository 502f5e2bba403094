"""Files as answers, without holding them in memory: under ASGI Django collects a synchronous stream before it sends anything."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

CHUNK = 256 * 1024


def file_response(path: Path, *, name: str, content_type: str) -> StreamingHttpResponse:
    """The file as a download under this name, for the person alone."""
    response = StreamingHttpResponse(_chunks(path), content_type=content_type)
    response["Content-Length"] = str(path.stat().st_size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def handle_response(file: IO[bytes], *, name: str, content_type: str) -> StreamingHttpResponse:
    """What was written to an open file, as a download; it is closed, and so gone if it has no name, when all is sent."""
    size = file.tell()
    file.seek(0)
    response = StreamingHttpResponse(_pieces(file), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    try:
        while chunk := await sync_to_async(file.read)(CHUNK):
            yield chunk
    finally:
        file.close()


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    with await sync_to_async(lambda: path.open("rb"))() as file:
        while chunk := await sync_to_async(file.read)(CHUNK):
            yield chunk
