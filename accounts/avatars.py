"""Pictures of people: whatever was sent, what is kept was drawn here, without a trace of the file it came from."""

import io
import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from legend.lib.errors import Invalid, invalid

SIDE = 256  # pixels
MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def reencode(picture: BinaryIO) -> bytes:
    """The middle square of the picture as WebP, 256 pixels wide, upright, without metadata. Raises Invalid (field `avatar`)."""
    data = picture.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise invalid("avatar", f"A picture may have {MOST_BYTES // 1_000_000} MB.", "too_large")
    try:
        # Pillow only warns of pictures that are small as files and vast once opened
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            if opened.width * opened.height > MOST_PIXELS:
                raise _vast()
            return _drawn(opened)
    except Image.DecompressionBombError as bomb:
        raise _vast() from bomb
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombWarning) as fault:
        raise invalid("avatar", f"This is no picture that can be read; send {', '.join(FORMATS)}.", "no_picture") from fault


def _drawn(opened: Image.Image) -> bytes:
    opened.draft("RGB", (2 * SIDE, 2 * SIDE))
    upright = ImageOps.exif_transpose(opened)
    # a clean canvas takes the pixels and nothing else along
    square = ImageOps.fit(upright.convert("RGBA"), (SIDE, SIDE), Image.Resampling.LANCZOS)
    canvas = Image.new("RGBA", square.size)
    canvas.paste(square)
    written = io.BytesIO()
    canvas.save(written, "WEBP", quality=86, method=4)
    return written.getvalue()


def _vast() -> Invalid:
    return invalid("avatar", f"A picture may have {MOST_PIXELS // 1_000_000} million pixels.", "too_many_pixels")
