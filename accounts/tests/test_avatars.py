"""Pictures that are sent: what is kept, what is refused, and before it costs much."""

import io
import random
import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from PIL import Image

from accounts.avatars import MOST_BYTES, ORIENTATION, SIDE, reencode
from legend.lib.errors import Invalid


def picture(size: tuple[int, int] = (40, 30), kind: str = "PNG", **options: Any) -> io.BytesIO:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, kind, **options)
    written.seek(0)
    return written


def test_a_picture_is_drawn_anew_square_and_without_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0110] = "a camera that gives somebody away"
    sent = picture((800, 500), "JPEG", exif=exif)
    assert b"gives somebody away" in sent.getvalue()

    kept = reencode(sent)
    with Image.open(io.BytesIO(kept)) as drawn:
        assert (drawn.format, drawn.size) == ("WEBP", (SIDE, SIDE))
        assert not drawn.getexif()
    assert b"gives somebody away" not in kept


def test_a_picture_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the left of the file is the top of the picture
    sideways = Image.new("RGB", (200, 200), "black")
    sideways.paste("white", (0, 0, 100, 200))
    written = io.BytesIO()
    sideways.save(written, "JPEG", exif=exif)
    written.seek(0)

    with Image.open(io.BytesIO(reencode(written))) as drawn:
        grey = drawn.convert("L")
        assert grey.getpixel((128, 40)) > 200 > 50 > grey.getpixel((128, 220))


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, b"BM" + b"\0" * 60]
)
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid, match="no picture"):
        reencode(io.BytesIO(data))


def test_half_a_picture_is_refused() -> None:
    with pytest.raises(Invalid, match="no picture"):
        reencode(io.BytesIO(picture((400, 400), "PNG").getvalue()[:-60]))


def test_a_small_file_with_a_vast_picture_is_refused() -> None:
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    bomb.seek(0)
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(Invalid, match="million pixels"):
        reencode(bomb)


@pytest.mark.parametrize(
    ("written", "size"),
    [("PNG", (4001, 4000)), ("GIF", (4001, 4000)), ("WEBP", (4001, 4000)), ("JPEG", (8000, 5001)), ("PNG", (400_000, 41))],
)
def test_no_kind_is_opened_that_would_take_much_memory(monkeypatch: pytest.MonkeyPatch, written: str, size: tuple[int, int]) -> None:
    sent = io.BytesIO()
    Image.new("L", size).save(sent, written)
    sent.seek(0)
    assert len(sent.getvalue()) < MOST_BYTES
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda opened: pytest.fail("it was opened"))
    with pytest.raises(Invalid, match="million pixels"):
        reencode(sent)


def test_nor_one_that_would_take_much_time() -> None:
    """A JPEG of many passes: each is a few bytes in the file, and all of the picture to go through."""
    sent = io.BytesIO()
    Image.new("L", (64, 64)).save(sent, "JPEG", progressive=True)
    data = sent.getvalue()
    last = data.rindex(b"\xff\xda")
    with pytest.raises(Invalid, match="too many parts"):
        reencode(io.BytesIO(data[:last] + data[last:-2] * 70 + data[-2:]))


def frames(kind: str) -> bytes:
    sent = io.BytesIO()
    first, *others = (Image.new("RGB", (60, 60), (number * 2, 0, 0)) for number in range(120))
    first.save(sent, kind, save_all=True, append_images=others)
    return sent.getvalue()


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_the_first_one_is_kept(kind: str) -> None:
    with Image.open(io.BytesIO(reencode(io.BytesIO(frames(kind))))) as drawn:
        assert getattr(drawn, "n_frames", 1) == 1
        assert drawn.convert("RGB").getpixel((128, 128)) < (20, 20, 20)  # type: ignore[operator]


def spoilt() -> Iterator[bytes]:
    """Pictures of every kind, cut off or with bytes changed, the same ones in every run."""
    draw = random.Random(7)
    exif = Image.Exif()
    exif[ORIENTATION], exif[0x0110], exif[0x8825] = 6, "a camera", {1: "N", 2: (1.0, 2.0, 3.0)}
    sound = [picture((90, 60), kind, exif=exif).getvalue() for kind in ("JPEG", "PNG", "WEBP")]
    sound += [picture((90, 60), "GIF").getvalue(), *(frames(kind) for kind in ("GIF", "WEBP", "PNG"))]
    for number in range(700):
        data = bytearray(sound[number % len(sound)])
        if draw.random() < 0.3:
            yield bytes(data[: draw.randrange(len(data))])
            continue
        for _ in range(draw.choice((1, 2, 5, 20))):
            data[draw.randrange(min(len(data), draw.choice((60, 300, 10**6))))] = draw.choice((0, 255, draw.randrange(256)))
        yield bytes(data)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_whatever_is_sent_is_drawn_or_refused() -> None:
    drawn = 0
    for data in spoilt():
        with suppress(Invalid):
            with Image.open(io.BytesIO(reencode(io.BytesIO(data)))) as kept:
                assert (kept.format, kept.size, dict(kept.getexif())) == ("WEBP", (SIDE, SIDE), {})
            drawn += 1
    assert 100 < drawn < 650


@pytest.mark.parametrize(
    "value",
    [
        struct.pack(">HIH2x", 3, 1, 0), struct.pack(">HIH2x", 3, 1, 9), struct.pack(">HIHH", 3, 2, 6, 6), struct.pack(">HIf", 11, 1, 6.0),
        struct.pack(">HI4s", 2, 4, b"six"), struct.pack(">HII", 12, 1, 2**31),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_turn_that_is_none_is_passed_over(value: bytes) -> None:
    exif = b"Exif\0\0MM\0*" + struct.pack(">IHH", 8, 1, ORIENTATION) + value + bytes(4)
    assert reencode(picture((90, 60), "JPEG", exif=exif))


def test_a_heavy_file_is_refused() -> None:
    with pytest.raises(Invalid, match="5 MB"):
        reencode(io.BytesIO(b"\0" * 5_000_001))
