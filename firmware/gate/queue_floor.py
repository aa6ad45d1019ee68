"""Queues as they stand: who waits, who serves, what came of it since the gate began; the events of all that."""

# ruff: noqa: ARG002 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from firmware.config.schema import Config
from firmware.gate.agents import Member, member_fields
from firmware.gate.channels import CallNow, Field, Talked
from firmware.gate.floor import Event, Floor, event
from firmware.gate.naming import interface
from firmware.protocol import facts as f
from firmware.protocol.names import AgentState
from firmware.protocol.order_format import StateView

SECOND_US = 1_000_000


class Tally(Struct):
    """Counts of one queue since the gate began."""

    completed: int = 0
    abandoned: int = 0
    waited_s: int = 0
    talked_s: int = 0
    in_time: int = 0
    """Answered within the queue's `service_level_s`."""

    def mean(self, seconds: int) -> int:
        return seconds // self.completed if self.completed else 0

    @property
    def service_level(self) -> float:
        return 100.0 * self.in_time / self.completed if self.completed else 0.0


class QueueFloor:
    """Beside a `Floor`, which must have taken the fact already (a leg's release: not yet)."""

    def __init__(self, floor: Floor, config: Config, wall_offset_us: int) -> None:
        self._floor = floor
        self.wall_offset_us = wall_offset_us
        self.members: dict[str, Member] = {}
        self.tallies: dict[str, Tally] = {}
        self.use(config)

    def use(self, config: Config) -> None:
        """A configuration came into force."""
        self.config = config
        self.queues = {one.id: one for one in config.queues}
        self._agents = {one.id: one for one in config.agents}
        for member in self.members.values():
            known = self._agents.get(member.agent)
            member.name = known.name if known else member.name
            member.serve(known.queues if known else ())

    def begin(self, view: StateView) -> None:
        self.members = {}
        for one in view.agents:
            member = self._member(one.agent)
            member.extension, member.state, member.reason = one.extension, AgentState(one.state), one.reason
            member.signed_in = self._wall(one.since_us) if member.here else 0
            member.changed = dict.fromkeys(one.joined, True) | dict.fromkeys(one.left, False)
            member.serve(self._configured(one.agent))

    def take(self, fact: f.Fact, at_us: int) -> Iterator[Event]:
        does = DOES.get(type(fact))
        if does is not None:
            yield from does(self, fact, at_us)

    def waiting(self, queue: str) -> list[CallNow]:
        """In the order in which they wait, as far as it can be told from outside."""
        found = [one for one in self._floor.calls.values() if one.queue == queue and one.queued_us]
        return sorted(found, key=lambda one: (-one.priority, one.queued_us, one.id))

    def serving(self, queue: str) -> list[Member]:
        """Who is signed in and serves this queue."""
        return [one for _, one in sorted(self.members.items()) if one.here and queue in one.queues]

    def tally(self, queue: str) -> Tally:
        return self.tallies.setdefault(queue, Tally())

    # -- callers ------------------------------------------------------------------------------------

    def enqueued(self, fact: f.Enqueued, at_us: int) -> Iterator[Event]:
        call = self._floor.calls.get(fact.call)
        if call is None:
            return
        call.queue, call.priority, call.queued_us = fact.queue, fact.priority, at_us
        call.entered_at = self._place(call)
        yield self._of_caller("QueueCallerJoin", call, ("Position", call.entered_at), self._count(call))

    def dequeued(self, fact: f.Dequeued, at_us: int) -> Iterator[Event]:
        call = self._floor.calls.get(fact.call)
        if call is None or not call.queued_us:
            return
        place, hold_s = self._place(call), _seconds(at_us - call.queued_us)
        rows = (("Position", place), ("OriginalPosition", call.entered_at), ("HoldTime", hold_s))
        if fact.why == "abandoned":
            self.tally(fact.queue).abandoned += 1
            yield self._of_caller("QueueCallerAbandon", call, *rows)
        call.queued_us, waited_us = 0, call.queued_us
        yield self._of_caller("QueueCallerLeave", call, ("Position", place), self._count(call))
        call.talked = Talked(0, "", fact.queue, hold_s, waited_us) if fact.why == "answered" else None

    # -- offers -------------------------------------------------------------------------------------

    def offered(self, fact: f.AgentOffered, at_us: int) -> Iterator[Event]:
        call = self._floor.calls.get(fact.call)
        if call is not None:
            call.offers[fact.leg] = at_us
            yield self._of_agent("AgentCalled", call, fact.leg, fact.agent)

    def missed(self, fact: f.AgentMissed, at_us: int) -> Iterator[Event]:
        """Only what the agent let pass: a caller who left, or a colleague who was quicker, is no miss."""
        call = self._floor.calls.get(fact.call)
        leg = self._offer_of(call, fact.agent)
        if call is None or not leg:
            return
        since_us = call.offers.pop(leg)
        if fact.why in ("no-answer", "declined"):
            ring = ("RingTime", (at_us - since_us) // 1000)
            yield self._of_agent("AgentRingNoAnswer", call, leg, fact.agent, ring)

    def connected(self, fact: f.AgentConnected, at_us: int) -> Iterator[Event]:
        call = self._floor.calls.get(fact.call)
        if call is None:
            return
        hold_s = call.talked.hold_s if call.talked else 0
        ring_s = _seconds(at_us - call.offers.pop(fact.leg, at_us))
        call.talked = Talked(fact.leg, fact.agent, fact.queue, hold_s, at_us)
        tally, queue = self.tally(fact.queue), self.queues.get(fact.queue)
        tally.completed += 1
        tally.waited_s += hold_s
        tally.in_time += queue is not None and hold_s <= queue.service_level_s
        member = self._member(fact.agent)
        member.calls, member.last_call = member.calls + 1, self._wall(at_us)
        rows = (("RingTime", ring_s), ("HoldTime", hold_s))
        yield self._of_agent("AgentConnect", call, fact.leg, fact.agent, *rows)

    def leg_released(self, fact: f.LegReleased, at_us: int) -> Iterator[Event]:
        """The agent's part is over once either of the two leaves. Taken before the floor forgets the leg."""
        channel = self._floor.channels.get(fact.leg)
        call = self._floor.call_of(channel) if channel else None
        if call is None or call.talked is None or fact.leg not in (call.talked.leg, call.first):
            return
        talked, call.talked = call.talked, None
        talk_s = _seconds(at_us - talked.since_us)
        self.tally(talked.queue).talked_s += talk_s
        reason = {"caller": "caller", "called": "agent"}.get(str(fact.by), "transfer")
        rows = (("HoldTime", talked.hold_s), ("TalkTime", talk_s), ("Reason", reason))
        yield self._of_agent("AgentComplete", call, talked.leg, talked.agent, *rows, queue=talked.queue)

    # -- agents -------------------------------------------------------------------------------------

    def agent_changed(self, fact: f.AgentChanged, at_us: int) -> Iterator[Event]:
        member = self._member(fact.agent)
        was_here, was_paused = member.here, member.paused
        member.state, member.reason = fact.state, fact.reason
        member.extension = fact.extension or member.extension
        if member.here and not was_here:
            member.signed_in = self._wall(at_us)
        if member.paused and not was_paused:
            member.last_pause = self._wall(at_us)
        for queue in member.queues:
            yield from self._member_events(member, queue, was_here, was_paused)

    def _member_events(self, member: Member, queue: str, was_here: bool, was_paused: bool) -> Iterator[Event]:
        rows = member_fields(member, queue)
        if member.here != was_here:
            yield event("QueueMemberAdded" if member.here else "QueueMemberRemoved", *rows, kind="agent")
        if not member.here:
            return
        yield event("QueueMemberStatus", *rows, kind="agent")
        if member.paused != was_paused:
            yield event("QueueMemberPause", *rows, ("Reason", member.reason), kind="agent")

    def membership_changed(self, fact: f.MembershipChanged, at_us: int) -> Iterator[Event]:
        member = self._member(fact.agent)
        member.changed[fact.queue] = fact.member
        rows = member_fields(member, fact.queue)
        member.serve(self._configured(fact.agent))
        if member.here:
            yield event("QueueMemberAdded" if fact.member else "QueueMemberRemoved", *rows, kind="agent")

    def clock_taken(self, fact: f.ClockTaken, at_us: int) -> Iterator[Event]:
        self.wall_offset_us = fact.offset_us
        yield from ()

    # -- parts --------------------------------------------------------------------------------------

    def _member(self, agent: str) -> Member:
        if agent not in self.members:
            known = self._agents.get(agent)
            self.members[agent] = Member(agent, known.name if known else "", "", self._configured(agent))
        return self.members[agent]

    def _configured(self, agent: str) -> tuple[str, ...]:
        known = self._agents.get(agent)
        return known.queues if known else ()

    def _wall(self, at_us: int) -> int:
        return (at_us + self.wall_offset_us) // SECOND_US

    def _place(self, call: CallNow) -> int:
        return next((place for place, one in enumerate(self.waiting(call.queue), 1) if one is call), 0)

    def _count(self, call: CallNow) -> Field:
        return "Count", len(self.waiting(call.queue))

    def _offer_of(self, call: CallNow | None, agent: str) -> int:
        """The leg of the agent who is rung for this call; 0: none."""
        offers = call.offers if call else {}
        channels = self._floor.channels
        return next((leg for leg in offers if leg in channels and channels[leg].agent == agent), 0)

    def _of_caller(self, name: str, call: CallNow, *rows: Field) -> Event:
        return event(name, *self._floor.caller_fields(call.id), ("Queue", call.queue), *rows, kind="agent")

    def _of_agent(
        self, name: str, call: CallNow, leg: int, agent: str, *rows: Field, queue: str = ""
    ) -> Event:
        member = self._member(agent)
        who = (
            ("Queue", queue or call.queue),
            ("MemberName", member.name or agent),
            ("Interface", interface(agent)),
        )
        both = (*self._floor.caller_fields(call.id), *self._floor.fields(leg, "Dest"))
        return event(name, *both, *who, *rows, kind="agent")


def _seconds(us: int) -> int:
    return max(0, us) // SECOND_US


Does = Callable[[QueueFloor, Any, int], Iterator[Event]]
DOES: Mapping[type[f.Fact], Does] = {
    f.Enqueued: QueueFloor.enqueued,
    f.Dequeued: QueueFloor.dequeued,
    f.AgentOffered: QueueFloor.offered,
    f.AgentMissed: QueueFloor.missed,
    f.AgentConnected: QueueFloor.connected,
    f.LegReleased: QueueFloor.leg_released,
    f.AgentChanged: QueueFloor.agent_changed,
    f.MembershipChanged: QueueFloor.membership_changed,
    f.ClockTaken: QueueFloor.clock_taken,
}
