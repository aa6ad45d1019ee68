"""How a carrier wants a called number written, and what stands for a number in what carriers send. Takes any text."""

from __future__ import annotations

import re

from msgspec import Struct

from firmware.sip.addresses import Uri, sip_uri

MOST_DIGITS = 32
LEAST_LOCAL, MOST_LOCAL = 7, 9
"""Digits of a subscriber's number within an area. Fewer are a service's or an emergency number, more have an area."""
_DIALLED = re.compile(r"\+?[0-9*#]+", re.ASCII)
_E164 = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_SEPARATORS = re.compile(r"[ .()/\-]")


class Plan(Struct, frozen=True):
    """What a number without `+` means where the box stands. Empty: nothing."""

    country_code: str = ""
    trunk_prefix: str = ""
    international_prefix: str = ""
    area: str = ""


def digits_of(text: str) -> str:
    """Digits, `*` and `#`, perhaps after `+`, without what people put between them; empty where it is no number."""
    bare = _SEPARATORS.sub("", text) if len(text) <= 2 * MOST_DIGITS else ""
    return bare if len(bare) <= MOST_DIGITS and _DIALLED.fullmatch(bare) else ""


def number_in(uri: Uri) -> str:
    """The number a URI names; empty where its user is a name."""
    return digits_of(uri.user)


def for_carrier(called: str, sends: str, plan: Plan, *, is_emergency: bool = False) -> str:
    """`called` as dialled or with `+`, as `Trunk.sends` wants it. A short code is sent as it was dialled.

    Empty where it is no number, or a long one without E.164 form: read as E.164 it would lead elsewhere (toll fraud).
    """
    number = digits_of(called)
    whole = "" if is_emergency or sends == "dialled" else e164(number, plan)
    if not whole:
        is_safe = is_emergency or sends == "dialled" or len(number) <= MOST_LOCAL
        return number if is_safe else ""
    if sends == "national":
        return _national(whole, plan)
    return whole if sends == "e164" else f"+{whole}"


def e164(number: str, plan: Plan) -> str:
    """Without `+`; empty for services, emergency numbers and what is none."""
    if number.startswith("+"):
        return number[1:] if _E164.fullmatch(number[1:]) else ""
    whole = _whole(number, plan)
    return whole if _E164.fullmatch(whole) else ""


def request_uri(number: str, domain: str, port: int = 0) -> str:
    """Whom to call; a number with `+` is said to be a telephone's (RFC 3261 19.1.6)."""
    params = (("user", "phone"),) if number.startswith("+") else ()
    return sip_uri(number, domain, port, params)


def _whole(number: str, plan: Plan) -> str:
    for prefix, instead in ((plan.international_prefix, ""), (plan.trunk_prefix, plan.country_code)):
        if prefix and number.startswith(prefix):
            return instead + number[len(prefix) :]
    if not plan.country_code or len(number) < LEAST_LOCAL:
        return ""
    return plan.country_code + (plan.area if len(number) <= MOST_LOCAL else "") + number


def _national(whole: str, plan: Plan) -> str:
    if plan.country_code and whole.startswith(plan.country_code):
        return plan.trunk_prefix + whole[len(plan.country_code) :]
    return plan.international_prefix + whole if plan.international_prefix else f"+{whole}"
