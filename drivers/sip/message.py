"""The text of a SIP message as headers and body (RFC 3261 7.3). Takes any text; what is no header is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

LONG_NAMES: Mapping[str, str] = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "d": "request-disposition",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
"""Compact forms: RFC 3261 7.3.3 and the IANA registry."""
_FOLD = re.compile(r"\r?\n[ \t]+")


class Message(Struct, frozen=True):
    """`headers` are (name in lower case, value), in order."""

    start: str
    headers: tuple[tuple[str, str], ...]
    body: str = ""

    def all(self, name: str) -> tuple[str, ...]:
        return tuple(value for one, value in self.headers if one == name)

    def first(self, name: str) -> str:
        """The first header's value; empty where there is none."""
        return next((value for one, value in self.headers if one == name), "")

    @property
    def method(self) -> str:
        return self.start.split(" ", 1)[0]

    @property
    def uri(self) -> str:
        """Of a request's first line."""
        words = self.start.split(" ")
        return words[1] if len(words) == 3 else ""

    @property
    def status(self) -> int:
        """Of a response's first line; 0 of a request."""
        words = self.start.split(" ", 2)
        return (
            int(words[1])
            if words[0] == "SIP/2.0" and words[1:] and re.fullmatch(r"[1-6]\d\d", words[1])
            else 0
        )


def parse(text: str) -> Message:
    head, _, body = text.lstrip("\r\n").partition("\r\n\r\n")
    lines = _FOLD.sub(" ", head).split("\r\n")
    return Message(lines[0], tuple(_headers(lines[1:])), body)


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            low = name.strip().lower()
            yield LONG_NAMES.get(low, low), value.strip()


def is_header(name: str, value: str) -> bool:
    """Whether this can be sent as one header: no line break can smuggle in another."""
    return re.fullmatch(r"[!-9;-~]+", name) is not None and not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
