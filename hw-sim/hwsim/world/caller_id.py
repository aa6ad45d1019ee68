"""The caller ID an exchange sends: FSK or DTMF in the country's form, its length known before it is rendered."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from drivers.countries import CallerIdForm, CountryProfile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.caller_id_send import (
    ALERT_HZ,
    ALERT_LEVEL_DBM0,
    BAUD,
    LAST_MARK_BITS,
    dtmf_keys,
    message,
    octets,
)
from drivers.dsp.tones import burst, rounded
from drivers.ports import SAMPLE_RATE_HZ

Row = NDArray[np.int16]


class CallerIdSound:
    """One message on one line: how long it lasts, and (rendered when asked for) its samples."""

    def __init__(self, form: CallerIdForm, profile: CountryProfile, said: CallerIdMessage) -> None:
        self.said = said
        self._form = form
        self._charset = profile.name_charset
        self.us = self._count() * 1_000_000 // SAMPLE_RATE_HZ
        """0 where nothing is offered or the form cannot say it."""

    @property
    def samples(self) -> Row:
        return message(self._form, self.said, self._charset)

    @property
    def alert(self) -> Row:
        """The dual tone that may come before it."""
        return _alert(self._form.alert_ms)

    def _count(self) -> int:
        form = self._form
        if not form.offered:
            return 0
        if form.form == "dtmf":
            key_samples = (form.digit_ms + form.digit_gap_ms) * SAMPLE_RATE_HZ // 1000
            return len(dtmf_keys(form, self.said)) * key_samples
        whole = len(octets(form, self.said, self._charset))
        bits = form.seizure_bits + form.mark_bits + 10 * whole + LAST_MARK_BITS
        return bits * SAMPLE_RATE_HZ // BAUD


@lru_cache(maxsize=8)
def _alert(for_ms: int) -> Row:
    return rounded(burst(ALERT_HZ, for_ms, ALERT_LEVEL_DBM0))
