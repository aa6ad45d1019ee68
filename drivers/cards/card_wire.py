"""Packets between a card of messages and the process that has its calls: one msgpack struct each, both ways.

A Unix SEQPACKET socket carries them, so that a packet is whole or not there. Either end may be mad: what cannot be read
is None, never an exception.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from drivers.ports import PortFailed, PortRecovered
from drivers.signalling import CallsStand, SignallingCommand, SignallingEvent

PACKET_BYTES = 1 << 16
"""Larger ones are garbled. A `CallsStand` of 480 calls takes half of it."""
CardEvent = SignallingEvent | CallsStand | PortFailed | PortRecovered


class Told(Struct, frozen=True):
    """A command to one port."""

    port: int
    command: SignallingCommand


_EVENTS = msgspec.msgpack.Decoder(CardEvent)
_COMMANDS = msgspec.msgpack.Decoder(Told)
_ENCODER = msgspec.msgpack.Encoder()


def socket_path(run: Path) -> Path:
    """Where the process with the calls listens."""
    return run / "sip.sock"


def blocks_path(run: Path, legs: int) -> Path:
    """Audio of so many ports. Another number is another file: nobody's mapping is ever cut."""
    return run / f"sip.{legs}.blocks"


def encode_event(event: CardEvent) -> bytes:
    """Raises UnicodeEncodeError for text that is none (lone surrogates)."""
    return _ENCODER.encode(event)


def encode_command(port: int, command: SignallingCommand) -> bytes:
    """Raises UnicodeEncodeError as `encode_event`."""
    return _ENCODER.encode(Told(port, command))


def decode_event(packet: bytes) -> CardEvent | None:
    """None: torn, too long, or something else."""
    found: CardEvent | None = _decoded(_EVENTS, packet)
    return found


def decode_command(packet: bytes) -> Told | None:
    """None: torn, too long, or something else."""
    found: Told | None = _decoded(_COMMANDS, packet)
    return found


def _decoded(decoder: msgspec.msgpack.Decoder[Any], packet: bytes) -> Any:
    if len(packet) > PACKET_BYTES:
        return None
    try:
        return decoder.decode(packet)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
