"""The lines of a CSV file as its parser can take them: what one faulty line holds must not cost the others."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 4 * 1024 * 1024  # bytes taken apart at a time
LONGEST = 64 * 1024  # bytes of a line
EMPTY = re.compile(rb"(?:^|\n)\r?\n")

Numbers = NDArray[np.int64]


@dataclass
class Block:
    """Whole lines that follow each other. `first` is the number of the first in the file, `empty` are those without anything."""

    text: bytes
    first: int
    empty: list[int] = field(default_factory=list)

    def numbers(self, order: Numbers, left_out: Sequence[int] = ()) -> Numbers:
        """Which lines of the file come first, second, … (`order`, from 1) when the empty ones and `left_out` are not counted."""
        missing = np.array(sorted([*self.empty, *left_out]), dtype=np.int64)
        counted_before = missing - self.first - np.arange(len(missing))
        return order + self.first - 1 + np.searchsorted(counted_before, order, side="left")


def sound_blocks(path: Path, refused: bytes) -> Iterator[Block]:
    """The lines below that of the names, as UTF-8 and in blocks.

    In the place of a line that is too long, or whose quotes do not close, stands `refused`: so it is counted and swallows no other. Bytes
    that are no UTF-8 become marks that nothing is read from.
    """
    number = 1
    for text in _whole_lines(path):
        block = Block(text, number)
        if b'"' in text or EMPTY.search(text) or not _is_text(text) or _has_long_line(text):
            block.text = b"".join(_sound(line, count, block, refused) for count, line in enumerate(io.BytesIO(text), number))
        if number == 1:
            block.text, block.first = block.text.partition(b"\n")[2], 2
        number += text.count(b"\n")
        if block.text:
            yield block


def _whole_lines(path: Path) -> Iterator[bytes]:
    begun = b""
    with path.open("rb") as file:
        while read := file.read(BLOCK):
            whole, newline, begun = (begun + read).rpartition(b"\n")
            # of a line without end only so much is kept as shows that it is too long
            begun = begun[: LONGEST + 1]
            if newline:
                yield whole + newline
    if begun:
        yield begun


def _sound(line: bytes, number: int, block: Block, refused: bytes) -> bytes:
    if not line.rstrip(b"\r\n"):
        block.empty.append(number)
    if len(line) > LONGEST or line.count(b'"') % 2:
        return refused
    return line if _is_text(line) else line.decode("utf-8", errors="replace").encode()


def _is_text(block: bytes) -> bool:
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _has_long_line(block: bytes) -> bool:
    start = 0
    while len(block) - start > LONGEST:
        end = block.rfind(b"\n", start, start + LONGEST)
        if end < 0:
            return True
        start = end + 1
    return False
