"""The caller ID an exchange sends, as samples: FSK or DTMF in the country's form, and its alert signal."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from drivers.countries import CallerIdForm, CountryProfile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.caller_id_send import ALERT_HZ, ALERT_LEVEL_DBM0, message
from drivers.dsp.tones import burst, rounded
from drivers.ports import SAMPLE_RATE_HZ

Row = NDArray[np.int16]


class CallerIdRow(Struct, frozen=True):
    """`samples` is the message, `alert` the dual tone that may come before it."""

    samples: Row
    alert: Row

    @property
    def us(self) -> int:
        """Length of the message."""
        return len(self.samples) * 1_000_000 // SAMPLE_RATE_HZ


def caller_id_row(form: CallerIdForm, profile: CountryProfile, said: CallerIdMessage) -> CallerIdRow:
    """What to send for this caller; no samples where nothing is offered or the form cannot say it."""
    nothing = np.zeros(0, np.int16)
    alert = rounded(burst(ALERT_HZ, form.alert_ms, ALERT_LEVEL_DBM0)) if form.alert else nothing
    return CallerIdRow(message(form, said, profile.name_charset), alert)
