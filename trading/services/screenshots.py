"""Pictures of a trade: only what a decoder understood is kept, encoded anew, without what a camera or editor wrote beside it."""

import datetime as dt
import io
from typing import IO, TYPE_CHECKING
from uuid import UUID

from django.core.files.base import ContentFile
from django.db import transaction

from legend.lib.errors import Conflict, NotFound, TooLarge, invalid
from trading.models import Screenshot, Trade

from .trades import find_trade

if TYPE_CHECKING:
    from accounts.models import User

MOST = 10
LARGEST_BYTES = 8_000_000
LARGEST_PIXELS = 40_000_000
WIDEST = 2400
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


class TooManyScreenshots(Conflict):
    code = "too_many"


class UnknownScreenshot(NotFound):
    code = "unknown_screenshot"


def add_screenshot(*, owner: "User", code: UUID, file: IO[bytes], now: dt.datetime) -> Screenshot:
    """Raises UnknownTrade, TooLarge, TooManyScreenshots, and Invalid for what is no picture."""
    find_trade(owner=owner, code=code)
    content, (width, height) = _encoded(file.read(LARGEST_BYTES + 1))
    with transaction.atomic():
        trade = find_trade(owner=owner, code=code, lock=True)
        if trade.screenshots.count() >= MOST:
            raise TooManyScreenshots(f"A trade has {MOST} pictures at most.")
        shot = Screenshot(trade=trade, width=width, height=height, created_at=now)
        shot.image.save("", ContentFile(content), save=False)
        shot.save()
    return shot


def find_screenshot(*, owner: "User", code: UUID) -> Screenshot:
    """Someone else's is not found."""
    found = Screenshot.objects.select_related("trade").filter(code=code, trade__owner=owner).first()
    if found is None:
        raise UnknownScreenshot("You have no such picture.")
    return found


@transaction.atomic
def delete_screenshot(*, owner: "User", code: UUID) -> Trade:
    shot = find_screenshot(owner=owner, code=code)
    trade = shot.trade
    _forget(shot)
    shot.delete()
    return trade


def forget_files(trade: Trade) -> None:
    """Remove the files of a trade that goes, once it is gone."""
    for shot in trade.screenshots.all():
        _forget(shot)


def _forget(shot: Screenshot) -> None:
    storage, name = shot.image.storage, str(shot.image.name)
    transaction.on_commit(lambda: storage.delete(name), robust=True)


def _encoded(content: bytes) -> tuple[bytes, tuple[int, int]]:
    from PIL import Image, UnidentifiedImageError

    if len(content) > LARGEST_BYTES:
        raise TooLarge(f"A picture can have {LARGEST_BYTES // 1_000_000} MB.")
    try:
        picture = Image.open(io.BytesIO(content), formats=FORMATS)
        if picture.width * picture.height > LARGEST_PIXELS:
            raise invalid("file", "This picture has too many pixels.", "too_large")
        picture.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise invalid("file", f"This is no picture that can be read ({', '.join(FORMATS)}).", "bad_image") from None
    plain = picture.convert("RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB")
    plain.thumbnail((WIDEST, WIDEST))
    made = io.BytesIO()
    plain.save(made, "WEBP", quality=85)
    return made.getvalue(), plain.size
