"""What we send to a telephone as sound in the country's form: the caller, and its message lamp."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.caller_id import ALLOWED, UNAVAILABLE, CallerIdMessage
from drivers.dsp.caller_id_send import lamp_sent, sent
from firmware.switch.plan import PortPlan


def caller_id_sound(plan: PortPlan, number: str, name: str) -> NDArray[np.int16]:
    """From where the country counts (ring's end, reversal, offer) to the message's end; may be empty."""
    if not (number or name):
        return np.zeros(0, np.int16)
    digits = "".join(one for one in number if one in "0123456789*#+")
    said = CallerIdMessage(digits, name, ALLOWED if digits else UNAVAILABLE, "")
    return sent(plan.caller_id, said, plan.country.name_charset)


_LAMPS: dict[tuple[str, bool], NDArray[np.int16]] = {}
"""By form: a switch that begins anew tells every lamp, and each sound takes a millisecond to make."""


def lamp_sound(plan: PortPlan, lit: bool) -> NDArray[np.int16]:
    """The message lamp on or off; empty where the country's form has no way to say it."""
    key = (repr(plan.caller_id), lit)
    if key not in _LAMPS:
        _LAMPS[key] = lamp_sent(plan.caller_id, lit)
    return _LAMPS[key]
