"""Calls and channels as they stand, moved on by the journal's facts; each fact becomes the events programs know.

Order of one call's events: Newchannel, (DialBegin), Newstate, DialEnd, BridgeEnter, BridgeLeave, Hangup.
"""

# ruff: noqa: ARG002 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from firmware.gate import naming
from firmware.gate.channels import (
    CAUSES,
    DIAL_STATUS,
    DIALING,
    RINGING,
    UP,
    CallNow,
    Channel,
    Field,
    caller_of,
    fields,
    new_channel,
)
from firmware.protocol import facts as f
from firmware.protocol.order_format import CallView, StateView


class Event(Struct, frozen=True):
    """`kind` is its class: `call`, `agent` or `system`."""

    name: str
    kind: str
    fields: tuple[Field, ...]


def event(name: str, *rows: Field, kind: str = "call") -> Event:
    return Event(name, kind, rows)


class Floor:
    """`take` each fact once, in order; what it looks like between two facts is what programs may ask for."""

    def __init__(self) -> None:
        self.calls: dict[int, CallNow] = {}
        self.channels: dict[int, Channel] = {}
        self.bridges: dict[int, list[int]] = {}
        """Legs that hear one another, by their call."""

    def take(self, fact: f.Fact, at_us: int) -> Iterator[Event]:
        does = DOES.get(type(fact))
        if does is not None:
            yield from does(self, fact, at_us)

    def call_of(self, channel: Channel) -> CallNow | None:
        return self.calls.get(channel.call)

    def first(self, call: CallNow | None) -> Channel | None:
        """Who is served in this call: its first channel, or whoever is left of it."""
        if call is None:
            return None
        found = self.channels.get(call.first)
        return found or next((one for one in self.channels.values() if one.call == call.id), None)

    def fields(self, leg: int, prefix: str = "") -> tuple[Field, ...]:
        channel = self.channels.get(leg)
        return tuple(fields(channel, self.call_of(channel), prefix)) if channel else ()

    def caller_fields(self, call: int) -> tuple[Field, ...]:
        first = self.first(self.calls.get(call))
        return self.fields(first.leg) if first else ()

    def begin(self, view: StateView) -> None:
        """As the engine says it stands, for a gate that has seen nothing of how it came about."""
        self.calls, self.channels, self.bridges = {}, {}, {}
        for one in view.calls:
            self._begin_call(one)

    def _begin_call(self, view: CallView) -> None:
        call = CallNow(
            view.call, view.direction, view.line, view.began_us, naming.call_id(view.call, view.began_us)
        )
        call.number, call.name = (view.number, view.name) if view.direction == "inbound" else (view.line, "")
        call.dialled = "" if view.direction == "inbound" else view.number
        call.queue = view.queue
        self.calls[view.call] = call
        for leg in view.parts:
            channel = new_channel(call, leg.leg, leg.party, leg.role, agent=leg.agent, began_us=leg.began_us)
            channel.state = UP if leg.answered or leg.phase not in ("offered", "alerting") else RINGING
            channel.dials = channel.dials and not leg.answered
            channel.in_bridge = view.call if leg.leg in view.talk else 0
            self.channels[leg.leg] = channel
        if view.talk:
            self.bridges[view.call] = list(view.talk)

    # -- calls --------------------------------------------------------------------------------------

    def call_began(self, fact: f.CallBegan, at_us: int) -> Iterator[Event]:
        linked = naming.call_id(fact.call, at_us)
        call = CallNow(fact.call, str(fact.direction), fact.line, at_us, linked)
        if call.direction != "inbound":
            call.number = fact.line
        self.calls[fact.call] = call
        yield from ()

    def caller_known(self, fact: f.CallerKnown, at_us: int) -> Iterator[Event]:
        call = self.calls.get(fact.call)
        if call is None:
            return
        call.number, call.name = fact.e164 or fact.number, fact.name
        yield from self._of_call("NewCallerid", fact.call, ("CID-CallingPres", f"0 ({fact.presentation})"))

    def number_dialled(self, fact: f.NumberDialled, at_us: int) -> Iterator[Event]:
        call = self.calls.get(fact.call)
        if call is not None:
            call.dialled, call.direction = fact.number, str(fact.direction)
            yield from self._of_call(
                "NewExten", fact.call, ("Extension", fact.number), ("Application", "Dial")
            )

    def call_answered(self, fact: f.CallAnswered, at_us: int) -> Iterator[Event]:
        first = self.first(self.calls.get(fact.call))
        if first is not None:
            yield from self._state(first, UP, at_us)

    def call_ended(self, fact: f.CallEnded, at_us: int) -> Iterator[Event]:
        for leg in [one.leg for one in self.channels.values() if one.call == fact.call]:
            yield from self._gone(leg, fact.cause)
        self.calls.pop(fact.call, None)
        self.bridges.pop(fact.call, None)

    # -- legs ---------------------------------------------------------------------------------------

    def leg_added(self, fact: f.LegAdded, at_us: int) -> Iterator[Event]:
        call = self.calls.get(fact.call)
        if call is None or fact.leg in self.channels:
            return
        caller = self.first(call)
        channel = new_channel(call, fact.leg, fact.party, str(fact.role), agent=fact.agent, began_us=at_us)
        self.channels[fact.leg] = channel
        yield event("Newchannel", *self.fields(fact.leg))
        if channel.dials and caller is not None:
            yield event("DialBegin", *self._pair(caller, channel), ("DialString", fact.party))

    def leg_alerted(self, fact: f.LegAlerted, at_us: int) -> Iterator[Event]:
        yield from self._state(self.channels.get(fact.leg), RINGING, at_us)

    def leg_answered(self, fact: f.LegAnswered, at_us: int) -> Iterator[Event]:
        channel = self.channels.get(fact.leg)
        if channel is None:
            return
        yield from self._state(channel, UP, at_us)
        yield from self._dial_end(channel, "ANSWER")

    def leg_released(self, fact: f.LegReleased, at_us: int) -> Iterator[Event]:
        yield from self._gone(fact.leg, fact.cause)

    def leg_moved(self, fact: f.LegMoved, at_us: int) -> Iterator[Event]:
        channel = self.channels.get(fact.leg)
        if channel is not None:
            channel.call = fact.call
        yield from ()

    def phase_entered(self, fact: f.PhaseEntered, at_us: int) -> Iterator[Event]:
        channel = self.channels.get(fact.leg)
        if channel is not None and fact.phase == "seizing":
            yield from self._state(channel, DIALING, at_us)

    # -- who hears whom -----------------------------------------------------------------------------

    def talk_began(self, fact: f.TalkBegan | f.ConferenceBegan, at_us: int) -> Iterator[Event]:
        bridge = self.bridges.get(fact.call)
        if bridge is None:
            bridge = self.bridges[fact.call] = []
            yield event("BridgeCreate", *self._bridge(fact.call))
        for leg in fact.legs:
            channel = self.channels.get(leg)
            if channel is not None and leg not in bridge:
                yield from self._state(channel, UP, at_us)
                yield from self._out(channel)
                bridge.append(leg)
                channel.in_bridge = fact.call
                yield event("BridgeEnter", *self._bridge(fact.call), *self.fields(leg))

    def talk_ended(self, fact: f.TalkEnded | f.ConferenceEnded, at_us: int) -> Iterator[Event]:
        for leg in fact.legs:
            channel = self.channels.get(leg)
            if channel is not None:
                yield from self._out(channel)

    def hold_began(self, fact: f.HoldBegan, at_us: int) -> Iterator[Event]:
        yield event("Hold", *self.fields(fact.leg), ("MusicClass", "default"))

    def hold_ended(self, fact: f.HoldEnded, at_us: int) -> Iterator[Event]:
        yield event("Unhold", *self.fields(fact.leg))

    def transfer_made(self, fact: f.TransferMade, at_us: int) -> Iterator[Event]:
        by = self.channels.get(fact.by)
        if by is None:
            return
        rows = _prefixed("Transferer", self.fields(fact.by)) + _prefixed("Transferee", self.fields(fact.leg))
        name = "BlindTransfer" if fact.kind == "blind" else "AttendedTransfer"
        yield event(name, ("Result", "Success"), *rows, ("IsExternal", "No"), ("Extension", fact.to))

    # -- parts --------------------------------------------------------------------------------------

    def _of_call(self, name: str, call: int, *rows: Field) -> Iterator[Event]:
        fields_now = self.caller_fields(call)
        if fields_now:
            yield event(name, *fields_now, *rows)

    def _state(self, channel: Channel | None, state: int, at_us: int) -> Iterator[Event]:
        if channel is None or channel.state in (state, UP):
            return
        channel.state = state
        if state == UP:
            channel.answered_us = at_us
        yield event("Newstate", *self.fields(channel.leg))

    def _pair(self, caller: Channel, called: Channel) -> tuple[Field, ...]:
        return (*self.fields(caller.leg), *self.fields(called.leg, "Dest"))

    def _dial_end(self, channel: Channel, status: str) -> Iterator[Event]:
        caller = self.first(self.call_of(channel))
        if channel.dials and caller is not None:
            channel.dials = False
            yield event("DialEnd", *self._pair(caller, channel), ("DialStatus", status))

    def _bridge(self, call: int) -> tuple[Field, ...]:
        return (
            ("BridgeUniqueid", naming.bridge_id(call)),
            ("BridgeType", "basic"),
            ("BridgeTechnology", "simple_bridge"),
            ("BridgeNumChannels", len(self.bridges.get(call, ()))),
        )

    def _out(self, channel: Channel) -> Iterator[Event]:
        call, channel.in_bridge = channel.in_bridge, 0
        bridge = self.bridges.get(call)
        if bridge is None or channel.leg not in bridge:
            return
        bridge.remove(channel.leg)
        yield event("BridgeLeave", *self._bridge(call), *self.fields(channel.leg))
        if not bridge:
            yield event("BridgeDestroy", *self._bridge(call))
            del self.bridges[call]

    def _gone(self, leg: int, cause: int) -> Iterator[Event]:
        channel = self.channels.get(leg)
        if channel is None:
            return
        yield from self._out(channel)
        yield from self._dial_end(channel, DIAL_STATUS.get(cause, "CONGESTION"))
        rows = self.fields(leg)
        del self.channels[leg]
        yield event("Hangup", *rows, ("Cause", cause), ("Cause-txt", CAUSES.get(cause, "Unknown")))

    def caller(self, call: int) -> tuple[str, str]:
        """Number and name of who is served in this call."""
        first = self.first(self.calls.get(call))
        return caller_of(first, self.calls.get(call)) if first else ("", "")


def _prefixed(prefix: str, rows: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple((prefix + name, value) for name, value in rows)


Does = Callable[[Floor, Any, int], Iterator[Event]]
DOES: Mapping[type[f.Fact], Does] = {
    f.CallBegan: Floor.call_began,
    f.CallerKnown: Floor.caller_known,
    f.NumberDialled: Floor.number_dialled,
    f.CallAnswered: Floor.call_answered,
    f.CallEnded: Floor.call_ended,
    f.LegAdded: Floor.leg_added,
    f.LegAlerted: Floor.leg_alerted,
    f.LegAnswered: Floor.leg_answered,
    f.LegReleased: Floor.leg_released,
    f.LegMoved: Floor.leg_moved,
    f.PhaseEntered: Floor.phase_entered,
    f.TalkBegan: Floor.talk_began,
    f.TalkEnded: Floor.talk_ended,
    f.ConferenceBegan: Floor.talk_began,
    f.ConferenceEnded: Floor.talk_ended,
    f.HoldBegan: Floor.hold_began,
    f.HoldEnded: Floor.hold_ended,
    f.TransferMade: Floor.transfer_made,
}
