"""The SRV records in an answer of DNS (RFC 1035 4.1, RFC 2782). Takes any bytes."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

SRV = 33
INTERNET = 1
MOST_RECORDS = 64
MOST_NAME = 255
HEADER, QUESTION, RECORD, WORDS = 12, 4, 10, 6
"""Bytes of the fixed parts; WORDS: priority, weight, port."""
POINTER = 0xC0


class Record(Struct, frozen=True):
    priority: int
    weight: int
    port: int
    target: str
    """`.`: the service is decidedly not there."""
    ttl_s: int


class BadAnswer(ValueError):
    """Not an answer of DNS."""


def records(answer: bytes) -> tuple[Record, ...]:
    """Of its answer section. Raises BadAnswer."""
    try:
        return tuple(_records(answer))
    except IndexError as error:
        raise BadAnswer("cut short") from error


def _records(answer: bytes) -> Iterator[Record]:
    place = HEADER
    for _ in range(min(_number(answer, 4, 2), MOST_RECORDS)):
        place = _after_name(answer, place) + QUESTION
    for _ in range(min(_number(answer, 6, 2), MOST_RECORDS)):
        place = _after_name(answer, place)
        kind, family = _number(answer, place, 2), _number(answer, place + 2, 2)
        ttl_s, length = _number(answer, place + 4, 4), _number(answer, place + 8, 2)
        if (kind, family) == (SRV, INTERNET):
            yield _record(answer, place + RECORD, ttl_s)
        place += RECORD + length


def _record(answer: bytes, place: int, ttl_s: int) -> Record:
    priority, weight, port = (_number(answer, place + at, 2) for at in (0, 2, 4))
    # RFC 2181 8: a time to live with its highest bit set is none.
    return Record(priority, weight, port, _name(answer, place + WORDS), ttl_s if ttl_s < 1 << 31 else 0)


def _number(answer: bytes, place: int, size: int) -> int:
    if place + size > len(answer):
        raise BadAnswer("cut short")
    return int.from_bytes(answer[place : place + size])


def _after_name(answer: bytes, place: int) -> int:
    while answer[place]:
        if answer[place] >= POINTER:
            return place + 2
        place += answer[place] + 1
    return place + 1


def _name(answer: bytes, place: int) -> str:
    """Pointers lead backwards only, so that every name ends."""
    labels: list[str] = []
    room = MOST_NAME
    while (size := answer[place]) and room > 0:
        if size >= POINTER:
            before = _number(answer, place, 2) & 0x3FFF
            if before >= place:
                raise BadAnswer("a pointer forwards")
            place = before
            continue
        labels.append(_label(answer, place + 1, size))
        place += size + 1
        room -= size + 1
    if room <= 0:
        raise BadAnswer("an endless name")
    return ".".join(labels) or "."


def _label(answer: bytes, place: int, size: int) -> str:
    label = answer[place : place + size]
    if len(label) < size or not all(0x21 <= byte < 0x7F and byte != ord(".") for byte in label):
        raise BadAnswer("not the name of a host")
    return label.decode()
