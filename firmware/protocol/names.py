"""The closed vocabularies that cross process borders: outcomes, causes, directions, tones, states.

Q.850 cause numbers are ITU-T Q.850 table 1; outcomes and agent states are the product's own (docs/GLOSSARY.md).
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """Where an offered call ended. Exactly one each; together they are all that was offered."""

    ANSWERED = "answered"
    ABANDONED_IN_MENU = "abandoned_in_menu"
    ABANDONED_IN_QUEUE = "abandoned_in_queue"
    SELF_SERVED = "self_served"
    VOICEMAIL = "voicemail"
    OVERFLOWED_OUT = "overflowed_out"
    REFUSED = "refused"
    FAILED = "failed"


class ClockQuality(StrEnum):
    """What the time on the wall is worth, best first. `none` is never shown as a time one can rely on."""

    NTP = "ntp"
    """Kept right over the network: the kernel says so."""
    RTC = "rtc"
    """From the machine's own clock with a battery."""
    MANUAL = "manual"
    """Set by somebody, or left over from before: nothing vouches for it."""
    NONE = "none"
    """Cannot be right: earlier than this software."""


class Cause(IntEnum):
    """Q.850 cause values used here."""

    UNALLOCATED_NUMBER = 1
    NO_ROUTE = 3
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    CALL_REJECTED = 21
    DESTINATION_OUT_OF_ORDER = 27
    NUMBER_CHANGED = 22
    INVALID_NUMBER_FORMAT = 28
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT_AVAILABLE = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    PREEMPTED = 8
    RECOVERY_ON_TIMER_EXPIRY = 102
    INTERWORKING = 127


def named_cause(value: int, other: Cause) -> Cause:
    """A Q.850 value as it came, where it has a name here; else `other`."""
    try:
        return Cause(value)
    except ValueError:
        return other


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class ReleasedBy(StrEnum):
    """Which side let go first."""

    CALLER = "caller"
    CALLED = "called"
    BOX = "box"


class HangUpSign(StrEnum):
    """How a line shows that its far end left; also the names in an analog line's `hangup` list."""

    OPEN_LOOP = "open-loop"
    REVERSAL = "reversal"
    BUSY_TONE = "busy-tone"
    SILENCE = "silence"
    RELEASE = "release"
    """A message said so (SIP, ISDN): always believed."""


class AnswerSign(StrEnum):
    REVERSAL = "reversal"
    VOICE = "voice"
    TIMEOUT = "timeout"
    SEIZED = "seized"
    CONNECT = "connect"
    """A message said so (SIP, ISDN)."""


class Tone(StrEnum):
    """Call-progress tones, played to telephones and recognised on lines (ITU-T E.180)."""

    DIAL = "dial"
    SPECIAL_DIAL = "special-dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    CONGESTION = "congestion"
    SPECIAL_INFORMATION = "special-information"
    CALL_WAITING = "call-waiting"
    HOWLER = "howler"
    CONFIRM = "confirm"
    BEEP = "beep"


class Presentation(StrEnum):
    """What is known of a caller's number."""

    ALLOWED = "allowed"
    PRIVATE = "private"
    UNAVAILABLE = "unavailable"
    NOT_OFFERED = "not-offered"


class AgentState(StrEnum):
    SIGNED_OUT = "signed-out"
    READY = "ready"
    NOT_READY = "not-ready"
    RINGING = "ringing"
    TALKING = "talking"
    WRAP_UP = "wrap-up"


class LegRole(StrEnum):
    CALLER = "caller"
    CALLED = "called"
    AGENT = "agent"
    CONSULT = "consult"
    TRUNK = "trunk"
