"""Text that must have a form: dates, times of day, zones, regular expressions, digits."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

from firmware.config import wordings as say
from firmware.config.faults import Wording
from firmware.config.times import DAYS, day, span_minutes

HOST = r"(?:[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,9}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?"
"""A name, an IPv4 address, or an IPv6 address in brackets; perhaps a port."""


class Form(NamedTuple):
    fits: Callable[[str], bool]
    wording: Wording


def _is_regex(text: str) -> bool:
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _is_zone(text: str) -> bool:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    """An IP address, or nothing."""
    try:
        return not text or bool(ipaddress.ip_address(text))
    except ValueError:
        return False


def _full(pattern: str, flags: int = re.ASCII) -> Callable[[str], bool]:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.fullmatch(text) is not None


FORMS: Mapping[str, Form] = {
    "span": Form(lambda text: span_minutes(text) is not None, say.BAD_SPAN),
    "clock-time": Form(_full(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]"), say.BAD_CLOCK_TIME),
    "mail-address": Form(
        _full(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*"), say.BAD_MAIL_ADDRESS
    ),
    "date": Form(lambda text: day(text) is not None, say.BAD_DATE),
    "day": Form(DAYS.__contains__, say.BAD_DAY),
    "zone": Form(_is_zone, say.BAD_ZONE),
    "regex": Form(_is_regex, say.BAD_REGEX),
    "digits": Form(_full(r"[0-9]{1,20}"), say.BAD_DIGITS),
    "key": Form(_full(r"[0-9*#]"), say.BAD_KEY),
    "star-code": Form(_full(r"\*[0-9]{1,4}"), say.BAD_STAR_CODE),
    "beginning": Form(_full(r"\+?[0-9][0-9 -]{0,23}|[0-9*#]{1,24}"), say.BAD_BEGINNING),
    "did": Form(_full(r"\+?[0-9() -]{2,24}(?:-\+?[0-9() -]{2,24})?"), say.BAD_DID),
    "number-pattern": Form(_full(r"\+?[0-9][0-9 ().-]{0,31}\*?|\+\*"), say.BAD_NUMBER_PATTERN),
    "number": Form(_full(r"\+?[0-9() ./-]{1,31}"), say.BAD_NUMBER),
    "pair": Form(_full(r"[0-9]{2}"), say.BAD_PAIR),
    "keys": Form(_full(r"[0-9*#]{1,32}"), say.BAD_KEYS),
    "name": Form(_full(r"\w[\w.-]{0,63}", 0), say.BAD_NAME),
    "network": Form(_is_network, say.BAD_NETWORK),
    "address": Form(_is_address, say.BAD_ADDRESS),
    "host": Form(_full(HOST), say.BAD_HOST),
    "gate-secret": Form(_full(r"[0-9a-f]{16}:[0-9a-f]{64}"), say.BAD_GATE_SECRET),
}
