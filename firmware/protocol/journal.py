"""One journal record: what came in, what was decided. Framing and checksums are in `firmware.recorder`."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from firmware.protocol.commands import AnySwitchCommand
from firmware.protocol.facts import AnyFact
from firmware.protocol.inputs import AnyInput


class RecordTooLarge(ValueError):
    """A record that no ring would ever have room for."""


class Record(Struct, frozen=True):
    """(`epoch`, `number`) orders all records of a box; `at_us` is the box time of its input."""

    epoch: int
    number: int
    at_us: int
    input: AnyInput
    facts: tuple[AnyFact, ...]
    commands: tuple[AnySwitchCommand, ...]


class _Numbers(Struct, frozen=True):
    epoch: int
    number: int


class _Stamp(Struct, frozen=True):
    at_us: int


_NUMBERS = msgspec.msgpack.Decoder(_Numbers)
_STAMP = msgspec.msgpack.Decoder(_Stamp)
_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(Record)


def encode(record: Record) -> bytes:
    return _ENCODER.encode(record)


def decode(data: bytes | memoryview) -> Record:
    """Raises msgspec.MsgspecError for what is not a record."""
    return _DECODER.decode(data)


def number_of(data: bytes | memoryview) -> tuple[int, int]:
    """(epoch, number) of an encoded record, without reading the rest. Raises msgspec.MsgspecError."""
    numbers = _NUMBERS.decode(data)
    return numbers.epoch, numbers.number


def at_us_of(data: bytes | memoryview) -> int:
    """Box time of an encoded record, without reading the rest. Raises msgspec.MsgspecError."""
    return _STAMP.decode(data).at_us
