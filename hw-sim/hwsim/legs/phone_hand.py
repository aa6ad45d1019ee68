"""A SIP telephone in somebody's hand: what lifting, keys, R, the transfer key and hanging up do to its calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from drivers import signalling as legs
from firmware.protocol.names import Cause, Tone
from hwsim.legs import phone_inputs as hand
from hwsim.legs.phone_calls import NewNumber, Out, Phone, PhoneCalls, Sound
from hwsim.world.percepts import RingingStopped

SEND_US = 500_000
"""From the last key of a number to its call."""
CHOOSE_US = 3_000_000
"""From the R key, with two calls, to the key that says what becomes of them."""
LET_GO, SWAP, ALL_THREE = "1", "2", "3"
"""After the R key, as at a copper port: the call in use ends and the other is taken up; to and fro; a conference."""


class PhoneHand(PhoneCalls):
    """Who knows a telephone on a copper port can use this one.

    Lifting gives dial tone (its own), a number goes out whole after the last key, the R key holds and begins a second
    call, hanging up with two calls hands the first one over.
    """

    def __init__(self, port: int, new_number: NewNumber) -> None:
        super().__init__(port, new_number)
        self._digits = ""

    def _dial_tone(self, _: Any, __: int) -> list[Out]:
        self.state, self._digits, self.deadline_us = Phone.DIALLING, "", None
        return [Sound(Tone.DIAL)]

    def _answered(self, _: Any, now_us: int) -> list[Out]:
        return self.answer(now_us)

    def _retrieved(self, _: Any, now_us: int) -> list[Out]:
        return self.retrieve(now_us)

    def _declined(self, _: Any, now_us: int) -> list[Out]:
        self.state = Phone.ON_HOOK
        return [*self.end(self.waiting, now_us, Cause.CALL_REJECTED), RingingStopped()]

    def _takes_handset(self, _: Any, __: int) -> list[Out]:
        self._hands_free = False
        return []

    # -- keys ----------------------------------------------------------------------------------------

    def _keyed_number(self, given: Any, now_us: int) -> list[Out]:
        self._digits += given.key
        self.deadline_us = now_us + SEND_US
        return [Sound(None)]

    def _sent_number(self, _: Any, now_us: int) -> list[Out]:
        """After digits alone `#` is the key that sends; a service code (`*41801#`) goes out as it is."""
        plain = self._digits.removesuffix("#")
        dialled = plain if plain.isdigit() else self._digits
        self._digits, self.deadline_us = "", None
        if not self.plugged:
            return self.over(Cause.TEMPORARY_FAILURE)
        return self.call(dialled, now_us)

    def call(self, dialled: str, now_us: int) -> list[Out]:
        raise NotImplementedError

    def _keyed(self, given: Any, now_us: int) -> list[Out]:
        """A key in a call: a message of its own (RFC 4733)."""
        return [legs.KeyReceived(self.port, now_us, self.use.number, given.key)] if self.use else []

    # -- the R key -----------------------------------------------------------------------------------

    def _flashed(self, _: Any, now_us: int) -> list[Out]:
        """Within a call: the call that knocks, or another, or what shall become of both."""
        if self.away is not None:
            if self.waiting is None:
                self.state, self.deadline_us = Phone.CHOOSING, now_us + CHOOSE_US
            return []
        out = self.put_away(now_us)
        return out + (self.answer(now_us) if self.waiting else self._dial_tone(None, now_us))

    def _chosen(self, given: Any, now_us: int) -> list[Out]:
        self.state, self.deadline_us = Phone.TALKING, None
        former = self.away
        if given.key == LET_GO:
            return [*self.end(self.use, now_us), *self.retrieve(now_us)]
        if former is None or given.key not in (SWAP, ALL_THREE):
            return self._keyed(given, now_us)
        held = self.put_away(now_us) if given.key == SWAP else []
        self.use = former if given.key == SWAP else self.use
        return held + self.take_up(former, now_us)

    def _chose_nothing(self, _: Any, __: int) -> list[Out]:
        self.state, self.deadline_us = Phone.TALKING, None
        return []

    def _back(self, _: Any, now_us: int) -> list[Out]:
        """While the second call is not answered, or came to nothing: to the first."""
        if self.away is None:
            return []
        return [*self.end(self.use, now_us), *self.retrieve(now_us)]

    # -- ends ----------------------------------------------------------------------------------------

    def _hung_up(self, _: Any, now_us: int) -> list[Out]:
        """With one call on hold both are joined; out of a conference both end."""
        out: list[Out] = [Sound(None)]
        use, away = self.use, self.away
        if use is None or away is None:
            out += self.end(use, now_us)
        elif away.held:
            out += self.hand_over(use, away, now_us)
        else:
            out += [*self.end(use, now_us), *self.end(away, now_us)]
        self.deadline_us, self._hands_free = None, False
        return out + self.rest()

    def _transfer(self, given: Any, now_us: int) -> list[Out]:
        """The transfer key: whom to call, or both calls of the telephone."""
        use, away = self.use, self.away
        assert use is not None
        if away is not None:
            return [*self.hand_over(use, away, now_us), *self.over(Cause.USER_BUSY)]
        if not given.number:
            return []
        held = self.put_away(now_us)
        return held + self.hand_to(use, given.number, now_us) + self.over(Cause.USER_BUSY)


Step = Callable[[Any, Any, int], list[Out]]
_M = PhoneHand
HAND: Mapping[tuple[Phone, type], Step] = {
    (Phone.ON_HOOK, hand.Lifted): _M._dial_tone,
    (Phone.RINGING, hand.Lifted): _M._answered,
    (Phone.RINGING, hand.Declined): _M._declined,
    (Phone.REMINDING, hand.Lifted): _M._retrieved,
    (Phone.DIALLING, hand.Keyed): _M._keyed_number,
    (Phone.DIALLING, hand.TimePassed): _M._sent_number,
    (Phone.DIALLING, hand.Flashed): _M._retrieved,
    (Phone.DIALLING, hand.HungUp): _M._hung_up,
    (Phone.CALLING, hand.Keyed): _M._keyed,
    (Phone.CALLING, hand.Flashed): _M._back,
    (Phone.CALLING, hand.HungUp): _M._hung_up,
    (Phone.TALKING, hand.Lifted): _M._takes_handset,
    (Phone.TALKING, hand.Keyed): _M._keyed,
    (Phone.TALKING, hand.Flashed): _M._flashed,
    (Phone.TALKING, hand.TransferKeyed): _M._transfer,
    (Phone.TALKING, hand.HungUp): _M._hung_up,
    (Phone.CHOOSING, hand.Keyed): _M._chosen,
    (Phone.CHOOSING, hand.TimePassed): _M._chose_nothing,
    (Phone.CHOOSING, hand.HungUp): _M._hung_up,
    (Phone.OVER, hand.Flashed): _M._back,
    (Phone.OVER, hand.HungUp): _M._hung_up,
}
"""What is not here does nothing."""
