"""Why an order was not carried out: a closed vocabulary, the same for every page and program.

Rules that are older than orders have words of their own beside these: what a class of service forbids
(`firmware.engine.dialling.classes`) and what pauses and wrap-up allow (`firmware.engine.floor.pauses`).
"""

from __future__ import annotations

from enum import StrEnum


class Refusal(StrEnum):
    NOT_POSSIBLE = "not-possible"
    """No such order, or nothing this kind of telephone can be made to do: what rings is answered at the telephone."""
    NOT_ALLOWED = "not-allowed"
    NO_SUCH_AGENT = "no-such-agent"
    NO_SUCH_EXTENSION = "no-such-extension"
    NO_SUCH_NUMBER = "no-such-number"
    NO_SUCH_QUEUE = "no-such-queue"
    NO_SUCH_SERVICE = "no-such-service"
    NO_SUCH_CALL = "no-such-call"
    NOT_SIGNED_IN = "not-signed-in"
    TELEPHONE_BUSY = "telephone-busy"
    NO_CALL = "no-call"
    """This telephone has no call, or not that one."""
    NOT_RINGING = "not-ringing"
    NOT_TALKING = "not-talking"
    NOT_HELD = "not-held"
    OTHER_AWAY = "other-away"
    """The other party has put this telephone aside."""
    SECOND_CALL = "second-call"
    """There are two calls at this telephone already."""
    NO_SECOND_CALL = "no-second-call"
    EMERGENCY_CALL = "emergency-call"
    """Calls for help are led by those who make and answer them."""
    TARGET_BUSY = "target-busy"
    PIN_NEEDED = "pin-needed"
    """Such a call must be dialled at the telephone, where its PIN is keyed."""
    SLOT_TAKEN = "slot-taken"
    PARK_FULL = "park-full"
    NOT_RECORDED = "not-recorded"
    ALREADY_PAUSED = "already-paused"
    NOT_PAUSED = "not-paused"
    NOTHING_TO_MONITOR = "nothing-to-monitor"
    ALREADY_UNDER_WAY = "already-under-way"
    """Somebody is calling him back already."""
    NO_WRAP_UP = "no-wrap-up"
    NO_SUCH_CODE = "no-such-code"
    TOO_LONG = "too-long"
