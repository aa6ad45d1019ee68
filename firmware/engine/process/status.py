"""What metrics and doctor read of the running engine: one flat struct in a small mapped file, written once a second."""

from __future__ import annotations

import os
from collections import deque

from msgspec import Struct

from firmware.engine.engine import Engine
from firmware.engine.process.journalling import Journalling
from firmware.engine.process.recovery import Recovered
from firmware.engine.state import SCHEMA
from firmware.protocol.names import AgentState
from firmware.protocol.order_server import OrderServer
from firmware.version import VERSION

DECISIONS_KEPT = 1024


class EngineStatus(Struct, frozen=True):
    """Counts begin with this life of the engine; instants are box time in microseconds."""

    box_us: int
    """When this was written."""
    pid: int
    version: str
    """Of the firmware."""
    schema: int
    """Of the state."""
    epoch: int
    """Life of the engine; it grows with every start."""
    records: int
    """Number of the newest record of this box."""
    inputs: int
    """Taken by this life; each became a record."""
    inputs_per_s: float
    """Over the last second."""
    repeats: int
    """Inputs that had come before and were dropped."""
    passed_over: int
    """Inputs that could not be decided upon; see engine.log."""
    decision_p50_us: int
    """From an input to its commands being ready for the socket, of the last 1,024; waiting for room is not counted."""
    decision_p99_us: int
    ring_fill: float
    """Of the journal ring, 0..1."""
    ring_lasts_s: float
    """How long the journal ring would last at the rate of the last minute without a recorder; 0: nothing to go by."""
    ring_waits: int
    """How often the engine found no room in the journal ring and stood still: no call was decided upon meanwhile."""
    ring_waited_us: int
    """How long in all."""
    ring_waiting: bool
    """It stands still now."""
    link_up: bool
    """The switch is connected and has told its life."""
    calls: int
    """Going on, in any phase."""
    queued: int
    """Callers waiting in queues."""
    agents_ready: int
    timers: int
    snapshot_records: int
    """Records since the newest snapshot; a restart replays so many."""
    snapshot_us: int
    """When the newest snapshot of this life was handed over; 0: none yet."""
    config_version: int
    orders_taken: int
    orders_refused: int
    order_clients: int
    order_clients_let_go: int
    """For hostile bytes, unread answers, or as one too many."""
    recovery_us: int
    """How long this life took to come back: from its first instruction of ours to its first decision."""
    recovery_records: int
    """Replayed."""
    recovery_missing: int
    """Records that the journal no longer had: gaps in their numbers."""
    recovery_left_out: int
    """Facts that fitted nothing any more, because of what was missing."""
    recovery_snapshots_refused: int
    """Snapshots that could not be read: broken, or of a newer firmware."""
    alarms: tuple[str, ...] = ()
    """Words of ours; none when all is well."""


class Decisions:
    """How long the newest decisions took, and how fast inputs and journal bytes come."""

    def __init__(self) -> None:
        self._took_us: deque[int] = deque(maxlen=DECISIONS_KEPT)
        self.repeats = 0
        self.inputs_per_s = 0.0
        self.bytes_per_s = 0.0
        self._counted = (0, 0, 0)

    def took(self, us: int) -> None:
        """One input was taken."""
        self._took_us.append(us)

    def count(self, at_us: int, records: int, size: int) -> None:
        """About once a second, with all records and bytes journalled so far; the rate of bytes is a minute's."""
        before_us, before, before_bytes = self._counted
        seconds = (at_us - before_us) / 1e6
        if before_us and seconds > 0:
            self.inputs_per_s = (records - before) / seconds
            weight = min(1.0, seconds / 60.0)
            self.bytes_per_s += weight * ((size - before_bytes) / seconds - self.bytes_per_s)
        self._counted = (at_us, records, size)

    def percentile_us(self, share: float) -> int:
        """0 before the first decision."""
        ordered = sorted(self._took_us)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0


def alarms_of(journalling: Journalling, recovered: Recovered, link_up: bool) -> tuple[str, ...]:
    """Words of ours for what somebody should look at, the worst first."""
    damage = recovered.damage
    found = {
        "ring-full": journalling.stands,
        "switch-away": not link_up,
        "inputs-passed-over": journalling.passed_over > 0,
        "records-missing": damage.missing > 0 or damage.left_out > 0,
        "snapshot-refused": damage.snapshots > 0,
        "ring-was-full": journalling.waits > 0 and not journalling.stands,
    }
    return tuple(word for word, wrong in found.items() if wrong)


def status_of(
    engine: Engine,
    decisions: Decisions,
    journalling: Journalling,
    recovered: Recovered,
    *,
    now_us: int,
    recovery_us: int,
    link_up: bool,
    orders: tuple[int, int],
    server: OrderServer,
) -> EngineStatus:
    """`orders`: taken, refused."""
    state, ring, damage = engine.state, journalling.ring, recovered.damage
    rate = decisions.bytes_per_s
    return EngineStatus(
        box_us=now_us,
        pid=os.getpid(),
        version=VERSION,
        schema=SCHEMA,
        epoch=state.epoch,
        records=state.number,
        inputs=journalling.records,
        inputs_per_s=round(decisions.inputs_per_s, 1),
        repeats=decisions.repeats,
        passed_over=journalling.passed_over,
        decision_p50_us=decisions.percentile_us(0.5),
        decision_p99_us=decisions.percentile_us(0.99),
        ring_fill=round(ring.fill, 4),
        ring_lasts_s=round((ring.capacity - ring.used) / rate, 1) if rate else 0.0,
        ring_waits=journalling.waits,
        ring_waited_us=journalling.waited_us,
        ring_waiting=journalling.stands,
        link_up=link_up,
        calls=len(state.calls),
        queued=sum(call.waits for call in state.calls.values()),
        agents_ready=sum(agent.state is AgentState.READY for agent in state.agents.values()),
        timers=len(state.timers),
        snapshot_records=journalling.since_snapshot,
        snapshot_us=journalling.snapshot_us,
        config_version=state.config_version,
        orders_taken=orders[0],
        orders_refused=orders[1],
        order_clients=server.clients,
        order_clients_let_go=server.dropped,
        recovery_us=recovery_us,
        recovery_records=recovered.replayed,
        recovery_missing=damage.missing,
        recovery_left_out=damage.left_out,
        recovery_snapshots_refused=damage.snapshots,
        alarms=alarms_of(journalling, recovered, link_up),
    )
