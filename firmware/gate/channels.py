"""Channels: our legs as the manager interface shows them, and the fields that stand in nearly every event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from firmware.gate import naming
from firmware.protocol.names import Cause

Field = tuple[str, object]
DOWN, DIALING, RING, RINGING, UP = 0, 3, 4, 5, 6
STATES: Mapping[int, str] = {DOWN: "Down", DIALING: "Dialing", RING: "Ring", RINGING: "Ringing", UP: "Up"}
CAUSES: Mapping[int, str] = {
    Cause.UNALLOCATED_NUMBER: "Unallocated (unassigned) number",
    Cause.NORMAL_CLEARING: "Normal Clearing",
    Cause.USER_BUSY: "User busy",
    Cause.NO_USER_RESPONDING: "No user responding",
    Cause.NO_ANSWER: "User alerting, no answer",
    Cause.CALL_REJECTED: "Call Rejected",
    Cause.NO_CIRCUIT_AVAILABLE: "Circuit/channel congestion",
}
"""ITU-T Q.850 table 1."""
DIAL_STATUS: Mapping[int, str] = {
    Cause.USER_BUSY: "BUSY",
    Cause.NO_ANSWER: "NOANSWER",
    Cause.NO_USER_RESPONDING: "NOANSWER",
    Cause.NORMAL_CLEARING: "CANCEL",
}
"""How a dial attempt ended that nobody answered; any other cause is congestion."""


class Channel(Struct):
    """One leg. Instants are box time."""

    leg: int
    call: int
    party: str
    role: str
    name: str
    unique: str
    began_us: int
    state: int = DOWN
    agent: str = ""
    dials: bool = False
    """Somebody is being called here for another: a dial attempt stands open."""
    in_bridge: int = 0
    """The call whose bridge it is in."""
    answered_us: int = 0


class Talked(Struct, frozen=True):
    """An agent who talks with a caller of a queue."""

    leg: int
    agent: str
    queue: str
    hold_s: int
    since_us: int


class CallNow(Struct):
    """One call. Instants are box time."""

    id: int
    direction: str
    line: str
    began_us: int
    linked: str
    number: str = ""
    name: str = ""
    dialled: str = ""
    first: int = 0
    """Its first leg."""
    queue: str = ""
    """Where it waits, or was answered from."""
    priority: int = 0
    queued_us: int = 0
    entered_at: int = 0
    """Its place when it came to the queue."""
    offers: dict[int, int] = field(default_factory=dict)
    """Leg of an agent who is rung, and since when."""
    talked: Talked | None = None


def fields(channel: Channel, call: CallNow | None, prefix: str = "") -> Iterator[Field]:
    """What every event says of a channel; `prefix` is `Dest` for the called one."""
    number, name = caller_of(channel, call)
    other, other_name = connected_to(channel, call)
    yield f"{prefix}Channel", channel.name
    yield f"{prefix}ChannelState", channel.state
    yield f"{prefix}ChannelStateDesc", STATES[channel.state]
    yield f"{prefix}CallerIDNum", number or "<unknown>"
    yield f"{prefix}CallerIDName", name or "<unknown>"
    yield f"{prefix}ConnectedLineNum", other or "<unknown>"
    yield f"{prefix}ConnectedLineName", other_name or "<unknown>"
    yield f"{prefix}Language", ""
    yield f"{prefix}AccountCode", ""
    yield f"{prefix}Context", context(call)
    yield f"{prefix}Exten", (call.dialled or call.line if call else "") or "s"
    yield f"{prefix}Priority", 1
    yield f"{prefix}Uniqueid", channel.unique
    yield f"{prefix}Linkedid", call.linked if call else channel.unique


def context(call: CallNow | None) -> str:
    return "from-line" if call is not None and call.direction == "inbound" else "from-house"


def caller_of(channel: Channel, call: CallNow | None) -> tuple[str, str]:
    """Number and name of who is at this channel."""
    if call is not None and channel.leg == call.first and call.direction == "inbound":
        return call.number, call.name
    return channel.party, channel.agent


def connected_to(channel: Channel, call: CallNow | None) -> tuple[str, str]:
    """The other side, as its display shows it."""
    if call is None:
        return "", ""
    if channel.leg != call.first:
        return (call.number, call.name) if call.direction == "inbound" else (call.line, "")
    return call.dialled, ""


def new_channel(call: CallNow, leg: int, party: str, role: str, *, agent: str, began_us: int) -> Channel:
    """Named the same by every gate, whenever it looks."""
    first = call.first in (0, leg)
    unique = call.linked if first else naming.leg_id(leg, began_us)
    channel = Channel(
        leg, call.id, party, role, naming.channel_name(party, leg), unique, began_us, agent=agent
    )
    if first:
        call.first = leg
        channel.state = RING
    else:
        channel.dials = role in ("agent", "called", "trunk")
    return channel
