"""Exchange tones as rows, rendered once for each country."""

from __future__ import annotations

from functools import cache

from drivers.countries import CountryProfile, profile
from drivers.dsp.tones import ToneRow, render
from firmware.protocol.names import Tone


def tone_row(country: CountryProfile, tone: Tone) -> ToneRow:
    return _tone_row(country.code, tone)


@cache
def _tone_row(code: str, tone: Tone) -> ToneRow:
    return render(profile(code).tones[tone.value])
