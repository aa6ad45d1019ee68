"""Feature codes as data: what is keyed after each. What a code does is in `firmware.engine.dialling.features`."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from firmware.config.schema import Config


class Argument(StrEnum):
    """What follows a feature code, and when that is complete."""

    NONE = "none"
    SWITCH = "switch"
    """`1` on, `0` off."""
    KEY = "key"
    """One digit."""
    PAIR = "pair"
    """Two digits."""
    DIGITS = "digits"
    """Digits to `#` or a pause; there may be none."""
    NUMBER = "number"
    """A number of the house: complete when it is one and none goes on from it, else with `#` or a pause."""
    AGENT = "agent"
    """An agent to `#`, and where that agent has a PIN the PIN to `#`."""


ARGUMENTS: Mapping[str, Argument] = {
    "sign_in": Argument.AGENT,
    "sign_out": Argument.NONE,
    "ready": Argument.NONE,
    "not_ready": Argument.KEY,
    "wrap_up_longer": Argument.NONE,
    "breather": Argument.NONE,
    "close_queue": Argument.NUMBER,
    "listen": Argument.NUMBER,
    "whisper": Argument.NUMBER,
    "barge": Argument.NUMBER,
    "take_over": Argument.NUMBER,
    "voicemail": Argument.NONE,
    "voicemail_of": Argument.DIGITS,
    "pickup": Argument.NONE,
    "forward_off": Argument.NONE,
    "forward_always": Argument.DIGITS,
    "forward_busy": Argument.DIGITS,
    "forward_no_answer": Argument.DIGITS,
    "forward_unreachable": Argument.DIGITS,
    "do_not_disturb": Argument.SWITCH,
    "follow_me": Argument.SWITCH,
    "call_waiting": Argument.SWITCH,
    "callback": Argument.NONE,
    "callback_cancel": Argument.NONE,
    "park": Argument.NONE,
    "retrieve": Argument.PAIR,
    "pickup_directed": Argument.NUMBER,
    "intercom": Argument.NUMBER,
    "paging": Argument.DIGITS,
    "own_number": Argument.NONE,
    "service": Argument.KEY,
    "account": Argument.DIGITS,
    "unlock": Argument.NONE,
    "redial": Argument.NONE,
    "speed_dial": Argument.PAIR,
}
"""Every star code of `firmware.config.schema.Features`."""


def codes(config: Config) -> dict[str, str]:
    """Feature to the code it has here; features whose code is empty are off."""
    given = {feature: getattr(config.features, feature) for feature in ARGUMENTS}
    return {feature: code for feature, code in given.items() if code}
