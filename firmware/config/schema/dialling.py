"""What the digits of a telephone mean."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Digits, LineName, Part, Seconds, one_of

Pair = Annotated[str, Meta(extra={"form": "pair"})]
Keys = Annotated[str, Meta(extra={"form": "keys"})]


class DialPlan(Part, frozen=True):
    """What the digits of a telephone mean; the defaults are those of China."""

    outside_prefix: Digits = "9"
    """Digit that takes an outside line; with `0` or more it is stripped."""
    emergency: tuple[Digits, ...] = ("110", "119", "120", "122")
    """Work from every telephone, in every state, without prefix."""
    trunk_prefix: Digits = "0"
    """In front of national numbers."""
    international_prefix: Digits = "00"
    """In front of numbers abroad."""
    country_code: Digits = "86"
    """E.164 code of the country, without the plus."""
    first_digit_s: Seconds = 10.0
    """How long dial tone waits for the first digit."""
    inter_digit_s: Seconds = 4.0
    """A pause this long ends a number that could go on."""
    outgoing_order: tuple[LineName, ...] = ()
    """Names of lines in order of use; empty: last line first."""
    transfer_outside: bool = False
    """A telephone may hang up and leave two outside parties talking to one another, at the box's cost."""
    alarm_abroad: Annotated[int, Meta(ge=0, le=1000)] = 5
    """So many calls abroad or to premium numbers by one telephone within 10 minutes raise an alarm; 0: never."""
    alarm_refused: Annotated[int, Meta(ge=0, le=1000)] = 10
    """So many calls outside that its class of service refused within 10 minutes do; 0: never."""
    accounts: Annotated[str, one_of("listed", "free")] = "listed"
    """Account codes: only those of `[[account]]`, or any digits."""
    speed_dial: dict[Pair, Keys] = field(default_factory=dict)
    """Two digits to what is dialled for them, as a telephone would key it, for everybody."""
    pin_tries: Annotated[int, Meta(ge=1, le=20)] = 5
    """So many wrong PINs in a row lock that PIN for whoever keyed them."""
    pin_lock_s: Seconds = 900.0
    """How long a locked PIN stays so."""
