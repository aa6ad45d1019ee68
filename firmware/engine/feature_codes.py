"""Feature codes as data: what is keyed after each. What a code does is in `firmware.engine.features`."""

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
    "voicemail": Argument.NONE,
    "pickup": Argument.NONE,
}
"""Every star code of `firmware.config.schema.Features`."""


def codes(config: Config) -> dict[str, str]:
    """Feature to the code it has here; features whose code is empty are off."""
    given = {feature: getattr(config.features, feature) for feature in ARGUMENTS}
    return {feature: code for feature, code in given.items() if code}
