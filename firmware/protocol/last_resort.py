"""What the engine leaves with the switch for the time without an engine: emergency numbers and how to call them."""

from __future__ import annotations

from msgspec import Struct

from firmware.protocol.commands import PlayItem


class EmergencyLine(Struct, frozen=True):
    """An outside line that may carry an emergency call, and how one dials on it."""

    port: int
    pulse: bool = False
    dial_tone_within_ms: int = 3000
    dial_without_tone: bool = False


class LastResort(Struct, frozen=True, tag=True):
    """The whole of what a switch may decide upon by itself. A newer one replaces it."""

    numbers: tuple[str, ...] = ()
    """Emergency numbers as the exchange wants them."""
    prefix: str = ""
    """May have been keyed before any of them."""
    lines: tuple[EmergencyLine, ...] = ()
    """In order of use."""
    pulse_telephones: tuple[int, ...] = ()
    """Ports of telephones that dial by pulses."""
    wait: tuple[PlayItem, ...] = ()
    """What somebody hears for whom no line can be had yet."""
