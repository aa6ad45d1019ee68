"""The engine's process: one thread that gives inputs, sends commands and re-arms to the next deadline.

How one such process follows another is in `firmware.engine.process.relay`.
"""

from __future__ import annotations

import select
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from firmware.config.newest import newest
from firmware.engine import catching_up
from firmware.engine.catching_up import LATE_US
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.outside import last_resort
from firmware.engine.process.disk_watch import DiskWatch
from firmware.engine.process.handover import find, leave, take_away
from firmware.engine.process.journalling import Journalling
from firmware.engine.process.keeper import Keeper
from firmware.engine.process.order_desk import OrderDesk
from firmware.engine.process.recovery import recover
from firmware.engine.process.reload import LOOK_US, Reload, handover_of
from firmware.engine.process.service import Service
from firmware.engine.process.status import Decisions, alarms_of, status_of
from firmware.engine.process.switch_link import ROLE, SwitchLink
from firmware.engine.view import state_view
from firmware.protocol import journal
from firmware.protocol.box_secret import box_secret
from firmware.protocol.commands import Numbered
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.inputs import AnyInput, ConfigApplied, FromSwitch, Started
from firmware.protocol.journal import Record
from firmware.protocol.memory_name import memory_name
from firmware.protocol.order_format import StateView
from firmware.protocol.order_server import OrderServer
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from firmware.protocol.role import give_away
from firmware.protocol.status_file import StatusFile
from firmware.protocol.wire_format import Ack, CommandFrame, EventFrame, Hello

if TYPE_CHECKING:
    from drivers.ports import Clock  # the module carries NumPy, which the engine does without

RETRY_US = 200_000
IDLE_US = 1_000_000
CATCH_UP_US = 3_000_000
"""So long a new engine's timers wait for what happened before it."""
SAVED_US = 20_000
"""So often it is looked whether an order somebody waits for is on the disk."""
STATUS_US = 1_000_000
STANDING_US = 200_000
"""So often it is said that the engine stands still for want of room."""


class EngineProcess:
    """Everything one engine process holds; `step` is one turn of its loop."""

    def __init__(
        self,
        places: Places,
        box: str,
        clock: Clock,
        wall: WallLook,
        *,
        try_out: Sequence[str] = (),
        is_child: Callable[[], bool] = lambda: False,
    ) -> None:
        """`try_out` is the command that tries a new version (`firmware.engine.process.reload`); for `is_child` see
        `firmware.engine.process.relay`.
        """
        self._places, self._clock, self._wall = places, clock, wall
        began_us = clock.now_us()
        self._heartbeat = Heartbeat(places.beat(ROLE))
        self._heartbeat.beat(began_us)
        self._rings = Rings(places.run)
        self._memory = memory_name(places.run)
        self._recovered = recover(places.root, self._rings.journal, box, find(places.handover))
        take_away(places.handover)  # before the first decision: older than any record from here on
        engine = self._recovered.engine
        engine.use_key(box_secret(places.secrets, "pins"))
        self._epoch = engine.state.epoch + 1
        self.link = SwitchLink(places.switch_socket)
        self._status_us = self._retry_us = 0
        self._status = StatusFile(places.status(ROLE))
        self._decisions = Decisions()
        self._disk = DiskWatch(places.status("recorder"), self._rings.audio)
        recent = tuple(map(journal.encode, self._recovered.recent))
        self._journalling = Journalling(
            self._rings.journal, self._rings.snapshots, clock, self._stand_still, recent
        )
        self.keeper = Keeper(engine, self._journalling.put, self._send, self._recovered.recent)
        self.orders = OrderServer(places.engine_socket)
        desk = OrderDesk(self._give, engine, self._rings.journal)
        self.service = Service(self.orders, desk, Reload(places.run, try_out), self._view, is_child)
        now_us = self._turn_us = clock.now_us()
        at_us = engine.at_us or now_us
        # What waits at the switch has happened since: it comes first (`firmware.engine.catching_up`).
        self._rests_until_us = now_us + CATCH_UP_US
        self._until = 0
        self._left_version = -1
        self._give(Started(self._epoch, self._memory), at_us)
        self._recovery_us = clock.now_us() - began_us
        self._gap_us = clock.now_us() - self._recovered.left_us if self._recovered.left_us else 0
        self._look_around(at_us)
        self._take_config(at_us)
        self._tell_damage()

    def step(self, patience_us: int = IDLE_US) -> None:
        """Waits no longer than `patience_us` for something to do."""
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        self._reconnect(now_us)
        if now_us - self._turn_us > LATE_US:
            self._exchange(0)  # stopped for a while: what happened meanwhile comes before what is due now
        self._turn_us = now_us
        if now_us >= self._rests_until_us:
            self.keeper.run_timers(now_us)
            self._look_around(now_us)
            self.service.jobs.tell(self.keeper.engine)
        self._exchange(patience_us)
        self.service.jobs.tell(self.keeper.engine)
        self._leave_last_resort()
        self._journalling.snapshot(self.keeper.engine, now_us)
        if now_us >= self._status_us:
            self._tell_status(now_us)

    def _give(self, given: AnyInput, at_us: int) -> Record | None:
        """One input that is counted and timed."""
        began_us, waited_us = self._clock.now_us(), self._journalling.waited_us
        record = self.keeper.give(given, self.keeper.not_before(at_us))
        if record is None:
            self._decisions.repeats += 1
        else:
            waited_us = self._journalling.waited_us - waited_us
            self._decisions.took(self._clock.now_us() - began_us - waited_us)
        return record

    def _exchange(self, patience_us: int) -> None:
        """Waits for the switch, for orders or for the next deadline; decides upon what came."""
        wait_us = min(patience_us, self._patience_us())
        self.link.flush()
        readers = [*self.link.readers, *self.orders.readers]
        writers = [*self.link.writers, *self.orders.writers]
        readable, writable, _ = select.select(readers, writers, [], wait_us / 1e6)
        self.orders.flush(writable)
        if any(one in readable for one in self.link.readers):
            self._hear_switch()
        self.service.take(readable, self.keeper.engine, self._clock.now_us())

    def _hear_switch(self) -> None:
        newest: EventFrame | None = None
        now_us = self._clock.now_us()
        while frames := self.link.read():
            self._heartbeat.beat(self._clock.now_us())
            for frame in frames:
                if isinstance(frame, Hello):
                    self._greeted(frame)
                else:
                    newest = frame
                    given = FromSwitch(frame.epoch, frame.number, frame.event)
                    catching_up.take(self.keeper, given, now_us, self._give)
            if newest is not None:
                self.link.send(Ack(newest.epoch, newest.number))
                self._caught_up(newest.number)

    def _greeted(self, switch: Hello) -> None:
        """A connection stands: what the same switch may have missed, what waited there, then how things are."""
        state = self.keeper.engine.state
        same = switch.epoch == state.switch_epoch
        if same:
            self.keeper.repeat()
        self._left_version = -1
        self._until = switch.newest + 1
        self._caught_up(state.switch_number if same else 0)

    def _caught_up(self, number: int) -> None:
        """All that waited is decided upon: timers run again, and the switch is asked how things are."""
        if self._until and number >= self._until - 1:
            self._until = self._rests_until_us = 0
            self._give(Started(self._epoch, self._memory), self._clock.now_us())

    def _leave_last_resort(self) -> None:
        """The switch has the table of the configuration in force."""
        engine = self.keeper.engine
        if self.link.greeted and self._left_version != engine.config_version:
            self._left_version = engine.config_version
            self.link.send(last_resort.table(engine.state))

    @property
    def may_be_copied(self) -> bool:
        """No child of this process is at work."""
        return not self.service.reload.runs

    def _view(self, request: int) -> StateView:
        link_up = self.link.greeted
        return state_view(
            self.keeper.engine,
            request,
            now_us=self._clock.now_us(),
            link_up=link_up,
            gap_us=self._gap_us,
            alarms=alarms_of(self._journalling, self._recovered, link_up),
        )

    def hand_over(self) -> None:
        """The last thing of this life: the state, in memory, for the next. Raises OSError."""
        give_away(self._places.run, ROLE)
        self.link.flush()
        recent = tuple(self._journalling.recent)
        leave(self._places.handover, handover_of(self.keeper.engine, recent, left_us=self._clock.now_us()))

    def end(self) -> None:
        """The engine ends and nobody follows."""
        self.orders.end()

    def let_go(self) -> None:
        """Closes what this process has; what others have of it stays as it is."""
        self.service.reload.close()
        self.orders.close()
        self.link.close()
        self._heartbeat.close()
        self._status.close()

    def close(self) -> None:
        self.end()
        self.let_go()

    def _patience_us(self) -> int:
        deadline = self.keeper.engine.deadline_us
        now_us = self._clock.now_us()
        waits = [SAVED_US if self.service.desk.waits else IDLE_US]
        if self.orders.waits:
            return 0
        if self.service.reload.runs:
            waits.append(LOOK_US)
        if deadline is not None:
            waits.append(deadline - now_us)
        if not self.link.up:
            waits.append(self._retry_us - now_us)
        return max(0, min(waits))

    def _reconnect(self, now_us: int) -> None:
        if self.link.up or now_us < self._retry_us:
            return
        self._retry_us = now_us + RETRY_US
        self.link.connect(self._epoch)

    def _take_config(self, now_us: int) -> None:
        """What was put into config.db while no engine was there; later versions come as orders."""
        found = newest(self._places.config_db)
        engine = self.keeper.engine
        if found is not None and (found.version != engine.config_version or not engine.knows_pins):
            self._give(ConfigApplied(found.version, found.author, found.json), now_us)

    def _look_around(self, now_us: int) -> None:
        """What the engine must be told of the clock on the wall and of the disk, each asked about once a second."""
        state = self.keeper.engine.state
        for given in (self._wall.look(), self._disk.look(now_us, state.disk_level, state.disk_stop)):
            if given is not None:
                self._give(given, now_us)

    def _stand_still(self) -> None:
        """The journal ring is full: alive, but no call is decided upon."""
        now_us = self._clock.now_us()
        self._heartbeat.beat(now_us)
        if now_us >= self._status_us:
            self._tell_status(now_us)
            self._status_us = now_us + STANDING_US

    def _tell_status(self, now_us: int) -> None:
        self._status_us = now_us + STATUS_US
        self._decisions.count(now_us, self._journalling.records, self._journalling.bytes)
        told = status_of(
            self.keeper.engine,
            self._decisions,
            self._journalling,
            self._recovered,
            now_us=now_us,
            recovery_us=self._recovery_us,
            link_up=self.link.greeted,
            orders=(self.service.desk.taken, self.service.desk.refused),
            server=self.orders,
        )
        self._status.write(told)

    def _tell_damage(self) -> None:
        """Into engine.log: what a person who looks for lost calls must know."""
        damage = self._recovered.damage
        told = [f"not read: {reason}" for reason in damage.refused]
        if damage.missing or damage.left_out:
            told.append(
                f"{damage.missing} records are gone from the journal, {damage.left_out} facts fitted nothing any "
                "more; calls go on as the wires report them"
            )
        sys.stderr.writelines(f"engine: {line}\n" for line in told)

    def _send(self, command: Numbered) -> None:
        self.link.send(CommandFrame(command))
