"""Taking one's data along: an archive asked for, made, kept for a week."""

import os
import tempfile
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import Archive, User
from accounts.models.audit_event import Kind
from accounts.services.audit import record
from accounts.services.ending import still_here
from legend.lib.belongings import StoredFile, Table
from legend.lib.clients import NOWHERE, Origin
from legend.lib.errors import NotFound, TooMany
from legend.lib.registries import belongings

logger = structlog.get_logger(__name__)
KEPT = timedelta(days=7)
DAY = timedelta(days=1)
LOST = timedelta(minutes=15)
README = """Everything Legend keeps of {name}, as of {at:%Y-%m-%d %H:%M} UTC.

Each table is there twice, as JSON and as CSV. Times are UTC. Codes tie rows to each other.
Secrets are not in it: of passwords, keys and sessions Legend itself has only hashes.
"""


class TooManyArchives(TooMany):
    code = "too_many_archives"


@transaction.atomic
def request_archive(*, owner: User, now: datetime, origin: Origin = NOWHERE) -> Archive:
    """Ask for an archive; while one is being made, that one. Raises TooManyArchives beyond LEGEND_EXPORTS_PER_DAY, EndedMeanwhile."""
    from accounts.tasks import make_archive as task

    still_here(owner)
    unfinished = Archive.objects.owned_by(owner).unfinished().first()
    if unfinished is not None:
        return unfinished
    recent = Archive.objects.owned_by(owner).exclude(status=Archive.Status.FAILED).filter(created_at__gt=now - DAY).order_by("created_at")
    if len(recent) >= settings.EXPORTS_PER_DAY:
        wait = (recent[len(recent) - settings.EXPORTS_PER_DAY].created_at + DAY - now).total_seconds()
        raise TooManyArchives(
            f"There are {settings.EXPORTS_PER_DAY} archives a day; take one of those you have, or ask later.", retry_after=wait
        )
    archive = Archive.objects.create(owner=owner, created_at=now)
    record(kind=Kind.EXPORT_ASKED, user=owner, origin=origin)
    transaction.on_commit(lambda: task.delay(archive.pk))
    return archive


def find_archive(*, owner: User, code: UUID, now: datetime) -> Archive:
    """One that can be downloaded. Someone else's is not found, nor one that is not ready or has expired."""
    found = Archive.objects.owned_by(owner).ready(now).filter(code=code).first()
    if found is None or not default_storage.exists(found.file):
        raise NotFound("You have no such archive.", code="unknown_archive")
    return found


def make_archive(*, archive_id: int) -> None:
    """Write the file. Whoever takes the row first does it; a second one does nothing."""
    now = timezone.now()
    taken = Archive.objects.filter(pk=archive_id, status=Archive.Status.QUEUED).update(status=Archive.Status.RUNNING, started_at=now)
    if not taken:
        return
    archive = Archive.objects.select_related("owner", "owner__profile").get(pk=archive_id)
    name = f"archives/{archive.code}.zip"
    try:
        size = _write(archive.owner, Path(default_storage.path(name)), now)
    except Exception:
        Archive.objects.filter(pk=archive_id).update(status=Archive.Status.FAILED, finished_at=timezone.now())
        raise
    done = timezone.now()
    kept = Archive.objects.filter(pk=archive_id, status=Archive.Status.RUNNING).update(
        status=Archive.Status.READY, finished_at=done, expires_at=done + KEPT, size=size, file=name
    )
    if not kept:  # its owner has left meanwhile
        default_storage.delete(name)


def sweep_archives(*, now: datetime) -> None:
    """Begin again what no worker finished, and drop what has expired."""
    from accounts.tasks import make_archive as task

    for expired in Archive.objects.filter(expires_at__lte=now):
        default_storage.delete(expired.file)
        expired.delete()
    Archive.objects.filter(status=Archive.Status.FAILED, finished_at__lte=now - KEPT).delete()
    Archive.objects.filter(status=Archive.Status.RUNNING, started_at__lte=now - LOST).update(
        status=Archive.Status.QUEUED, created_at=F("created_at")
    )
    for lost in Archive.objects.filter(status=Archive.Status.QUEUED, created_at__lte=now - timedelta(minutes=2)):
        task.delay(lost.pk)


def _write(owner: User, path: Path, now: datetime) -> int:
    """The file appears under its name when it is whole; its size in bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("README.txt", README.format(name=owner.username, at=now))
            for kept in belongings:
                for part in kept.export(owner):
                    _add(archive, f"{kept.app}/", part)
        size = Path(draft).stat().st_size
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return size


def _add(archive: zipfile.ZipFile, folder: str, part: Table | StoredFile) -> None:
    if isinstance(part, StoredFile):
        if not default_storage.exists(part.stored):
            logger.warning("a file that a row names is not there", file=part.stored)
            return
        with default_storage.open(part.stored) as stored, archive.open(f"{folder}{part.name}", "w") as entry:
            for chunk in stored.chunks():
                entry.write(chunk)
        return
    for ending, lines in (("json", part.as_json()), ("csv", part.as_csv())):
        with archive.open(f"{folder}{part.name}.{ending}", "w") as entry:
            for line in lines:
                entry.write(line)
