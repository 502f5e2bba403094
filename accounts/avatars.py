"""Pictures of people: whatever was sent, what is kept was drawn here, without a trace of the file it came from."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from legend.lib.errors import Invalid, invalid

SIDE = 256  # pixels
MOST_BYTES = 5_000_000
# a JPEG is read small at once; others are opened whole, four bytes a pixel
MOST_PIXELS = {"JPEG": 40_000_000}
MOST_PIXELS_OPENED = 16_000_000
MOST_SCANS = 64  # passes over a JPEG; cameras write up to about ten, and each costs as much as the whole picture
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
ORIENTATION = 0x0112


def reencode(picture: BinaryIO) -> bytes:
    """The middle square of the picture (of a moving one, its first) as WebP, 256 pixels wide, upright, without metadata.

    Raises Invalid (field `avatar`) for what is none, and before it is opened for one that would take much memory or time.
    """
    data = picture.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise invalid("avatar", f"A picture may have {MOST_BYTES // 1_000_000} MB.", "too_large")
    try:
        # Pillow only warns of pictures that are small as files and vast once opened
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            most = MOST_PIXELS.get(opened.format or "", MOST_PIXELS_OPENED)
            if opened.width * opened.height > most:
                raise _vast(most)
            if opened.format == "JPEG" and data.count(b"\xff\xda") > MOST_SCANS:
                raise invalid("avatar", "This picture is made of too many parts; save it anew.", "too_many_scans")
            return _drawn(opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _vast(MOST_PIXELS_OPENED) from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError) as fault:
        raise invalid("avatar", f"This is no picture that can be read; send {', '.join(FORMATS)}.", "no_picture") from fault


def _drawn(opened: Image.Image) -> bytes:
    """Cut and made small first, so that there is no second copy of the whole."""
    opened.draft("RGB", (2 * SIDE, 2 * SIDE))
    side, turned = min(opened.size), opened.getexif().get(ORIENTATION)
    left, top = (opened.width - side) // 2, (opened.height - side) // 2
    square = opened.crop((left, top, left + side, top + side))
    small = square.convert("RGBA").resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    if isinstance(turned, int) and turned in range(2, 9):  # what else stands there is none
        small.getexif()[ORIENTATION] = turned
        small = ImageOps.exif_transpose(small)
    # a clean canvas takes the pixels and nothing else along
    canvas = Image.new("RGBA", small.size)
    canvas.paste(small)
    written = io.BytesIO()
    canvas.save(written, "WEBP", quality=86, method=4)
    return written.getvalue()


def _vast(most: int) -> Invalid:
    return invalid("avatar", f"A picture may have {most // 1_000_000} million pixels.", "too_many_pixels")
