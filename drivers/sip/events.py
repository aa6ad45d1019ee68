"""What happens to SIP calls, as plain data. `call` is the endpoint's own number and never comes twice."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from drivers.sip.message import Message


class DigitMethod(Enum):
    RTP = "rtp"
    """RFC 4733."""
    INFO = "info"
    """application/dtmf-relay."""


class CallEvent(Struct, frozen=True, tag=True):
    call: int


class CallOffered(CallEvent, frozen=True, tag=True):
    """Somebody calls. It hears nothing but 100 until `Endpoint.answer`."""

    message: Message
    """The INVITE: numbers, names, Replaces, Alert-Info and whatever else is in it."""
    source: str
    """address:port it came from."""
    replaces: int = 0
    """The call whose place it wants (RFC 3891); its tags were checked, whether the caller may was not."""


class CallAlerting(CallEvent, frozen=True, tag=True):
    """A provisional answer to a call of ours: 100, 180, 181, 183 … With media it is early media."""

    status: int
    has_media: bool = False
    """It describes audio (SDP)."""


class CallAnswered(CallEvent, frozen=True, tag=True):
    """200 and ACK: both sides are connected."""


class Heard(Struct, frozen=True):
    """What came of a call's audio: RTP packets, and those that did not come."""

    packets: int
    lost: int
    jitter_us: int
    """Mean interarrival jitter (RFC 3550 6.4.1)."""


class CallEnded(CallEvent, frozen=True, tag=True):
    """The last event of a call."""

    status: int
    """SIP status: of an answered call 200."""
    cause: int
    """Q.850: said by the far end's Reason header, else by RFC 3398."""
    reason: str
    message: Message | None = None
    """What ended it, where that came from outside (302 has its Contact)."""
    heard: Heard | None = None
    """None: it had no audio."""


class MediaChanged(CallEvent, frozen=True, tag=True):
    """Audio is there, or changed: held, resumed, another codec. Join the leg again."""

    codec: str
    """`PCMA/8000/1`; empty without audio."""
    receives: bool
    """Whether the far end may send."""
    sends: bool
    """Whether we may; a call on hold does neither, or only sends (music)."""
    held_by_far_end: bool = False


class DigitReceived(CallEvent, frozen=True, tag=True):
    digit: str
    """`0`-`9`, `*`, `#`, `A`-`D`."""
    method: DigitMethod
    for_ms: int


class TransferAsked(CallEvent, frozen=True, tag=True):
    """REFER within a call (RFC 3515). Wants `Endpoint.take_transfer`; how it goes is told by `tell_transfer`."""

    request: int
    target: str
    """Refer-To, with its Replaces (attended) where it has one."""
    message: Message
    replaces: int = 0
    """The call of ours its Replaces names; 0: none of ours, or a blind one."""


class TransferProgressed(CallEvent, frozen=True, tag=True):
    """How a transfer we asked for goes (NOTIFY, message/sipfrag)."""

    status: int
    final: bool


class RequestReceived(Struct, frozen=True, tag=True):
    """REGISTER, SUBSCRIBE, PUBLISH, MESSAGE, OPTIONS … Wants `Requests.answer`."""

    request: int
    message: Message
    transport: str
    source: str
    port: int


class RequestAnswered(Struct, frozen=True, tag=True):
    """The final answer to a request of ours (`Requests.send`); 408 where none came."""

    request: int
    status: int
    message: Message | None


AnyCallEvent = (
    CallOffered
    | CallAlerting
    | CallAnswered
    | CallEnded
    | MediaChanged
    | DigitReceived
    | TransferAsked
    | TransferProgressed
)
AnySipEvent = AnyCallEvent | RequestReceived | RequestAnswered
