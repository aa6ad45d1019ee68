"""A file somebody brought, as lines of text: UTF-8 with or without a mark, UTF-16 with one, else GB18030."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO

CHUNK = 1 << 16
MOST_LINE = 1 << 20
"""Characters; what is longer goes on as another line."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class NoText(ValueError):
    """In none of the encodings that are tried."""


def encoding_of(file: BinaryIO) -> str:
    """Reads it through once, a little at a time, and goes back to its beginning. Raises NoText, OSError."""
    file.seek(0)
    head = file.read(4)
    marked = next((name for mark, name in _MARKS if head.startswith(mark)), "")
    for name in (marked,) if marked else ("utf-8", "gb18030"):
        if _fits(file, name):
            file.seek(0)
            return name
    raise NoText("no text")


def lines_of(file: BinaryIO) -> Iterator[str]:
    """With their ends. Raises NoText, OSError."""
    text = io.TextIOWrapper(file, encoding_of(file), newline="")
    try:
        while line := text.readline(MOST_LINE):
            yield line
    finally:
        text.detach()


def _fits(file: BinaryIO, name: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(name)()
    try:
        while chunk := file.read(CHUNK):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
