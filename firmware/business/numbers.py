"""Numbers of contacts: kept as entered, found in whatever form an exchange or a person writes them."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

import msgspec
from msgspec import Struct

from firmware.config.schema import Config, DialPlan
from firmware.engine.dialling.numbers import MOST_CHARACTERS, normalise

KINDS = ("mobile", "work", "home", "main", "fax", "other")
TAIL = 7
"""So many last digits are the least that two forms of one number have in common."""
_EXTENSION = re.compile(r"(?:ext\.?|x|转|轉|分机|#).*$", re.IGNORECASE | re.DOTALL)
_NOT_DIGITS = re.compile(r"[^0-9]+")
_WRITTEN = re.compile(r"\+?[0-9 .()/*#-]+", re.ASCII)
SEPARATORS = re.compile(r"[,;|、，；\r\n\t]")
"""What stands between numbers, and in none."""
_DASHES = re.compile(r"[‐-―−_~·]")


class Number(Struct, frozen=True):
    """As somebody wrote it down."""

    entered: str
    kind: str = "other"


class Forms(NamedTuple):
    """What a number is found by; empty where it has no such form."""

    e164: str
    digits: str
    """Of the E.164 form, else all there are, without zeros in front."""
    tail: str


class NumberRules(Struct, frozen=True):
    """Where the box stands: what its country and area make of a number without them."""

    dial_plan: DialPlan = DialPlan()
    area: str = ""

    def forms(self, entered: str) -> Forms:
        """Of any text; nothing raises."""
        text = _plain(entered)
        e164 = normalise(text, self.dial_plan, self.area)
        digits = (e164 or _NOT_DIGITS.sub("", text)).removeprefix("+").lstrip("0")[:MOST_CHARACTERS]
        return Forms(e164, digits, digits[-TAIL:] if len(digits) >= TAIL else "")

    def fingerprint(self) -> str:
        """Another one: the forms of all numbers are to be worked out anew."""
        plan = self.dial_plan
        told = (plan.country_code, plan.trunk_prefix, plan.international_prefix, self.area)
        return msgspec.json.encode(told).decode()


def rules_of(config: Config | None) -> NumberRules:
    """Of the configuration in force, or of a box that has none yet."""
    config = config or Config()
    return NumberRules(config.dial_plan, config.site.area)


def is_number(entered: str) -> bool:
    """Whether a text can be somebody's number, an extension behind it included."""
    text = _plain(entered)
    return (
        len(entered) <= MOST_CHARACTERS
        and SEPARATORS.search(entered) is None
        and _WRITTEN.fullmatch(text) is not None
        and 2 <= len(_NOT_DIGITS.sub("", text)) <= 20
    )


def same_end(one: Forms, other: Forms) -> int:
    """How many digits two forms share where one is whole the end of the other; 0: they are two numbers.

    Of two that are both known in full, only the same is the same.
    """
    if one.e164 and other.e164:
        return len(one.digits) if one.e164 == other.e164 else 0
    short, long = sorted((one.digits, other.digits), key=len)
    return len(short) if len(short) >= TAIL and long.endswith(short) else 0


def _plain(entered: str) -> str:
    """Full-width signs and all kinds of dashes as ASCII, without an extension behind."""
    text = unicodedata.normalize("NFKC", entered[: 2 * MOST_CHARACTERS]).strip()
    return " ".join(_DASHES.sub("-", _EXTENSION.sub("", text)).split())
