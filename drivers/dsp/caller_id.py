"""What a caller-ID message says: bytes of an FSK message or a string of DTMF keys to number, name and date.

All input here is a stranger's: nothing raises, and what is not sure is not shown as a number.
Layouts: Telcordia GR-30, ETSI EN 300 659-3, YD/T 1277.1 (SDMF 0x04, MDMF 0x80); DTMF: HARDWARE.md §5.2.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from drivers.countries.profile import CallerIdForm

SDMF, MDMF = 0x04, 0x80
DATE, NUMBER, NUMBER_ABSENT, NAME = 0x01, 0x02, 0x04, 0x07
PRIVATE, UNAVAILABLE, ALLOWED = "private", "unavailable", "allowed"
_NUMBER = re.compile(r"\+?[0-9*#]{1,24}")
_DTMF_NUMBER = re.compile(r"[0-9]{3,20}")
_DTMF_FIELDS = re.compile(r"(?:[ABD][0-9*#]*)+")
GAP_RATIO = 1.6
"""A pause this much longer than usual may have hidden a key."""


class CallerIdMessage(Struct, frozen=True):
    """What an exchange said of its caller."""

    number: str
    """As sent; empty unless `presentation` is `allowed`."""
    name: str
    presentation: str
    """`allowed`, `private` or `unavailable`."""
    form: str
    """`fsk-mdmf`, `fsk-sdmf` or `dtmf`."""
    date: str = ""
    """`MMDDHHMM` by the exchange's clock, or empty."""


def from_fsk(message: bytes, charset: str) -> CallerIdMessage | None:
    """A message whose checksum was right (and is gone); None when it is not about a caller."""
    if len(message) < 2 or message[1] != len(message) - 2:
        return None
    if message[0] == SDMF:
        return _single(message[2:])
    if message[0] == MDMF:
        return _multiple(message[2:], charset)
    return None


def _single(body: bytes) -> CallerIdMessage | None:
    if len(body) < 9:
        return None
    number, presentation = _number(body[8:], b"")
    return CallerIdMessage(number, "", presentation, "fsk-sdmf", _date(body[:8]))


def _multiple(body: bytes, charset: str) -> CallerIdMessage | None:
    fields: dict[int, bytes] = {}
    at = 0
    while at + 2 <= len(body):
        end = at + 2 + body[at + 1]
        if end > len(body):
            return None
        fields.setdefault(body[at], body[at + 2 : end])
        at = end
    if at != len(body) or not fields.keys() & {NUMBER, NUMBER_ABSENT, NAME}:
        return None
    number, presentation = _number(fields.get(NUMBER, b""), fields.get(NUMBER_ABSENT, b""))
    name = name_text(fields.get(NAME, b""), charset)
    return CallerIdMessage(number, name, presentation, "fsk-mdmf", _date(fields.get(DATE, b"")))


def _number(sent: bytes, reason: bytes) -> tuple[str, str]:
    text = sent.decode("ascii", "replace").replace(" ", "").replace("-", "")
    if _NUMBER.fullmatch(text):
        return text, ALLOWED
    return "", PRIVATE if (reason or sent)[:1] == b"P" else UNAVAILABLE


def _date(sent: bytes) -> str:
    text = sent.decode("ascii", "replace")
    if not re.fullmatch(r"[0-9]{8}", text):
        return ""
    month, day, hour, minute = (int(text[k : k + 2]) for k in range(0, 8, 2))
    return text if 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 else ""


def name_text(sent: bytes, charset: str) -> str:
    """A name as text: the country's charset, else UTF-8, else Latin-1; without control characters."""
    for codec in (charset, "utf-8", "iso-8859-1"):
        try:
            text = sent.decode(codec)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    kept = "".join(one for one in text if unicodedata.category(one)[0] not in "CZ" or one == " ")
    return kept.strip()[:64]


def from_dtmf(keys: str, began_ms: Sequence[int], form: CallerIdForm) -> CallerIdMessage | None:
    """Keys with their start and end codes and when each began; None when it is no plausible message.

    A pause in which a key may have been lost makes it implausible: rather no number than a wrong one.
    """
    if not _regular(began_ms) or not ended(keys, form):
        return None
    for presentation, whole in form.absent.items():
        if keys == whole:
            return CallerIdMessage("", "", presentation, "dtmf")
    body = keys[:-1]
    number = _lenient(body) if form.lenient else _strict(body, form)
    if number is None or not _DTMF_NUMBER.fullmatch(number):
        return None
    return CallerIdMessage(number, "", ALLOWED, "dtmf")


def ended(keys: str, form: CallerIdForm) -> bool:
    """Whether the keys so far end a message of this form."""
    if len(keys) < 2:
        return False
    return keys[-1] == form.end or (form.lenient and keys[-1] in "#CD")


def _lenient(body: str) -> str | None:
    """China: any start code or none."""
    return body[1:] if body[:1] in set("ABCD") else body


def _strict(body: str, form: CallerIdForm) -> str | None:
    if form.start == "":
        return body
    if not body.startswith(form.start):
        return None
    if not _DTMF_FIELDS.fullmatch(body):
        return None
    # ETSI `A<number>D<redirecting>B<information>C`; Taiwan `D<number>C`.
    return re.split("[ABD]", body[1:])[0]


def _regular(began_ms: Sequence[int]) -> bool:
    steps = sorted(later - earlier for earlier, later in pairwise(began_ms))
    return bool(steps) and steps[-1] <= steps[len(steps) // 2] * GAP_RATIO
