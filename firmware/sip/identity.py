"""Numbers in the messages of telephones' calls: whom they want, where they send theirs. Takes any text."""

from __future__ import annotations

from drivers.sip.message import Message
from drivers.sip.refer import target_of
from firmware.sip.addresses import parse_address, parse_uri
from firmware.sip.asserted import ANONYMOUS
from firmware.sip.elements import elements
from firmware.sip.numbers import number_in

NOBODY = ANONYMOUS


def dialled(text: str) -> str:
    """The number in a URI, or in the value of a header that names somebody; empty where there is none."""
    told = parse_address(text)
    uri = told.uri if told else parse_uri(text.strip())
    return number_in(uri) if uri else ""


def divert_target(answer: Message) -> str:
    """The number a 3xx wants to be called instead: of its first Contact that has one."""
    told = (dialled(target_of(one).uri) for one in elements(answer.all("contact")))
    return next((number for number in told if number), "")
