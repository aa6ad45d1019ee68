"""Caller-ID messages as an exchange sends them: octets, FSK and DTMF samples, the times of the country."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.countries.profile import CallerIdForm
from drivers.dsp.caller_id import (
    ALLOWED,
    DATE,
    MDMF,
    NAME,
    NUMBER,
    NUMBER_ABSENT,
    PRIVATE,
    SDMF,
    CallerIdMessage,
)
from drivers.dsp.tones import amplitude, burst, dtmf, rounded, samples_in
from drivers.ports import SAMPLE_RATE_HZ

BAUD = 1200
MARK_SPACE_HZ = {"fsk-bell202": (1200.0, 2200.0), "fsk-v23": (1300.0, 2100.0)}
"""Frequencies of 1 and 0."""
ALERT_HZ = (2130.0, 2750.0)
"""DT-AS, EN 300 659-1 table 1."""
ALERT_LEVEL_DBM0 = -15.0
LAST_MARK_BITS = 10
LAMP_MDMF, LAMP_SDMF, VISUAL_INDICATOR = 0x82, 0x06, 0x0B
"""Message waiting: message types of both formats, and the parameter of the first (ETSI ES 200 659-3, GR-30)."""
NAME_OCTETS = 50


def sent(form: CallerIdForm, said: CallerIdMessage, charset: str = "iso-8859-1") -> NDArray[np.int16]:
    """Everything that sounds, from the moment the form counts from to the message's end.

    That moment is the end of the first ring (`between-rings`), the polarity reversal, or the beginning of the
    offer. Empty where the form has no way to say it; ringing may begin `form.ring_after_ms` after the end.
    """
    body = message(form, said, charset)
    if not body.size:
        return body
    alert = rounded(burst(ALERT_HZ, form.alert_ms, ALERT_LEVEL_DBM0)) if form.alert else np.zeros(0, np.int16)
    return np.concatenate([_silence(form.alert_after_ms), alert, _silence(form.message_after_ms), body])


def message(form: CallerIdForm, said: CallerIdMessage, charset: str = "iso-8859-1") -> NDArray[np.int16]:
    """The message alone."""
    if not form.offered:
        return np.zeros(0, np.int16)
    if form.form == "dtmf":
        return dtmf(
            dtmf_keys(form, said), level=form.level_dbm0, on_ms=form.digit_ms, off_ms=form.digit_gap_ms
        )
    return fsk(octets(form, said, charset), form)


def lamp_sent(form: CallerIdForm, lit: bool) -> NDArray[np.int16]:
    """The message lamp, without ringing: on-hook data, after the alert signal where the country has one.

    Empty where callers are not sent by FSK.
    """
    if form.form not in MARK_SPACE_HZ:
        return np.zeros(0, np.int16)
    alert = rounded(burst(ALERT_HZ, form.alert_ms, ALERT_LEVEL_DBM0)) if form.alert else np.zeros(0, np.int16)
    body = fsk(lamp_octets(form, lit), form)
    return np.concatenate([_silence(form.alert_after_ms), alert, _silence(form.message_after_ms), body])


def lamp_octets(form: CallerIdForm, lit: bool) -> bytes:
    """Type, length, body, checksum."""
    if form.message == "sdmf":
        whole = bytes([LAMP_SDMF, 3]) + (b"\x42" if lit else b"\x6f") * 3
    else:
        whole = bytes([LAMP_MDMF, 3, VISUAL_INDICATOR, 1, 0xFF if lit else 0x00])
    return whole + bytes([-sum(whole) & 0xFF])


def dtmf_keys(form: CallerIdForm, said: CallerIdMessage) -> str:
    """The digit string with its codes; empty where the form has none for this."""
    if said.presentation != ALLOWED:
        return form.absent.get(said.presentation, "")
    digits = "".join(one for one in said.number if one in "0123456789")
    return f"{form.start}{digits}{form.end}" if digits else form.absent.get("unavailable", "")


def octets(form: CallerIdForm, said: CallerIdMessage, charset: str = "iso-8859-1") -> bytes:
    """The FSK message with type, length and checksum (the two's complement of the sum of all before it)."""
    reason = b"P" if said.presentation == PRIVATE else b"O"
    number = said.number.encode("ascii", "ignore")[:24] if said.presentation == ALLOWED else b""
    date = said.date.encode("ascii", "ignore")[:8]
    if form.message == "sdmf":
        kind, body = SDMF, (date or b"01010000") + (number or reason)
    else:
        kind, body = MDMF, _field(DATE, date) if date else b""
        body += _field(NUMBER, number) if number else _field(NUMBER_ABSENT, reason)
        body += _field(NAME, clipped(said.name, charset)) if said.name else b""
    whole = bytes([kind, len(body)]) + body
    return whole + bytes([-sum(whole) & 0xFF])


def _field(kind: int, body: bytes) -> bytes:
    return bytes([kind, len(body)]) + body


def clipped(name: str, charset: str) -> bytes:
    """The name in the charset, cut between characters to what a message takes."""
    out = b""
    for one in name:
        octet = one.encode(charset, "replace")
        if len(out) + len(octet) > NAME_OCTETS:
            break
        out += octet
    return out


def fsk(whole: bytes, form: CallerIdForm) -> NDArray[np.int16]:
    """Channel seizure, mark and octets (start bit, lowest bit first, stop bit), phase-continuous."""
    bits = [1 - k % 2 for k in range(form.seizure_bits)][::-1] + [1] * form.mark_bits
    for octet in whole:
        bits += [0, *((octet >> k) & 1 for k in range(8)), 1]
    bits += [1] * LAST_MARK_BITS
    mark, space = MARK_SPACE_HZ[form.form]
    count = len(bits) * SAMPLE_RATE_HZ // BAUD
    bit_of_sample = np.arange(count) * BAUD // SAMPLE_RATE_HZ
    hz = np.where(np.array(bits)[bit_of_sample] == 1, mark, space)
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    return rounded(amplitude(form.level_dbm0) * np.sin(phase))


def _silence(ms: int) -> NDArray[np.int16]:
    return np.zeros(samples_in(ms), np.int16)
