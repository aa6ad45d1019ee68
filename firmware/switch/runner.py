"""The switch's process: one thread that ticks for ever; all its concurrency is the control timer in C."""

from __future__ import annotations

import gc
from collections.abc import Callable, Sequence

from msgspec import Struct

from drivers.ports import Clock
from firmware.protocol.events import AnySwitchEvent
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.meters import CardPorts, MeterWriter, meters_path
from firmware.protocol.places import Places
from firmware.protocol.status_file import StatusFile
from firmware.switch.engine_link import EngineLink
from firmware.switch.life import Life
from firmware.switch.pacing import Pacing, Punctuality
from firmware.switch.realtime import ControlTimer, harden, soften
from firmware.switch.switch import Switch

ROLE = "switch"
SECOND_TICKS = 50


class SwitchStatus(Struct, frozen=True):
    """`switch.status.json`, written once a second."""

    epoch: int
    """Life of the switch; it grows with every start."""
    tick: int
    """Ticks of 20 ms of this life."""
    at_us: int
    """Box time of the latest tick."""
    pace: Punctuality
    engine_up: bool
    """An engine is connected."""
    engine_state: str
    """`absent`, `starting`, `deciding` or `silent` (`firmware.switch.last_resort.presence`)."""
    engine_connections: int
    """How often an engine connected."""
    events_unacknowledged: int
    """Kept until an engine has taken them."""
    events_lost: int
    """Dropped because no engine took any for too long."""
    garbled_frames: int
    """From the engine, that could not be read."""
    repeated_commands: int
    """Given again by an engine that was not sure, and dropped."""
    misfit_commands: int
    """That fitted nothing."""
    overtaken_commands: int
    """Decided before it was known that the switch had made an emergency call by itself."""
    last_resort_calls: int
    """Emergency calls the switch made by itself while nobody decided."""
    missing_prompts: int
    """Asked for in vain: callers heard a beep or another language."""
    crowded_prompts: int
    """Came while the switch runs and found no room: the old ones are said until they do."""
    tape_lost_blocks: int
    """Ticks of tape that found the audio ring full."""
    audio_ring_fill: float
    """0..1; what is taped and not on the disk."""
    slips: int
    """Blocks left out or doubled between cards of different clocks."""
    findings: tuple[str, ...]
    """What the cards, the machine or the prompts refused at the start."""


class SwitchProcess:
    """Everything one switch process holds; `step` is one tick."""

    def __init__(
        self, places: Places, make: Callable[[int], Switch], clock: Clock, ring_fill: Callable[[], float]
    ) -> None:
        """`make(epoch)` builds the switch of this life; its cards come up here."""
        life = Life(places, clock.now_us())
        self.epoch = life.epoch
        self._clock = clock
        self._ring_fill = ring_fill
        self.switch = make(self.epoch)
        self.switch.former = life.former
        self._life = life
        self.findings: Sequence[str] = [*life.findings, *self.switch.start()]
        self.link = EngineLink(places.switch_socket, self.epoch)
        self._status = StatusFile(places.status(ROLE))
        cards = [CardPorts(name, ports) for name, ports in self.switch.rack.cards]
        self._meters = MeterWriter(meters_path(places), cards)
        self._heartbeat = Heartbeat(places.beat(ROLE))
        self.pacing = Pacing()

    def step(self, control: ControlTimer) -> None:
        pacing, switch = self.pacing, self.switch
        events: list[AnySwitchEvent] = switch.tick()
        self._life.ticked(switch.tick_number, switch.woke_us)
        pacing.woke(switch.woke_us)
        self._heartbeat.beat(switch.woke_us)
        for command in self.link.exchange(events):
            switch.submit(command)
        if self.link.last_resort is not None:
            switch.deputy.leave(self.link.last_resort)
            self.link.last_resort = None
        switch.hear_engine(self.link.up, self.link.known)
        pacing.worked(self._clock.now_us())
        if switch.meters.is_fresh:
            self._write_meters()
        if switch.tick_number % SECOND_TICKS == 0:
            pacing.second_over(control.take_worst_us())
            self._status.write(self.status())
            gc.collect(0)  # what this second left behind; older things are frozen or few

    def _write_meters(self) -> None:
        meters = self.switch.meters
        self._meters.write(meters.now, self.switch.woke_us)
        for minute, rows in meters.minutes:
            self._meters.write_minute(minute, rows)
        meters.minutes.clear()

    def status(self) -> SwitchStatus:
        switch, link = self.switch, self.link
        return SwitchStatus(
            epoch=self.epoch,
            tick=switch.tick_number,
            at_us=switch.woke_us,
            pace=self.pacing.punctuality(),
            engine_up=link.up,
            engine_state=switch.deputy.presence.state.name.lower(),
            engine_connections=link.connections,
            events_unacknowledged=len(link.outbox.unacknowledged()),
            events_lost=link.outbox.lost,
            garbled_frames=link.garbled,
            repeated_commands=switch.inbox.repeats,
            misfit_commands=switch.misfits,
            overtaken_commands=switch.deputy.overtaken,
            last_resort_calls=switch.deputy.calls,
            missing_prompts=switch.voice.playlist.missing,
            crowded_prompts=switch.voice.playlist.crowded,
            tape_lost_blocks=switch.tape.lost_blocks,
            audio_ring_fill=self._ring_fill(),
            slips=switch.rack.slips,
            findings=tuple(self.findings),
        )

    def close(self) -> None:
        """Lines on-hook, socket gone."""
        self.switch.stop()
        self.link.close()
        self._status.close()
        self._meters.close()
        self._heartbeat.close()


def run(
    places: Places,
    make: Callable[[int], Switch],
    *,
    clock: Clock,
    ring_fill: Callable[[], float],
    stopped: Callable[[], bool],
    findings: Sequence[str] = (),
) -> None:
    """Returns after `stopped()`. `findings`: what was amiss before it began."""
    process = SwitchProcess(places, make, clock, ring_fill)
    process.findings = [*findings, *process.findings, *harden()]
    try:
        with ControlTimer() as control:
            while not stopped():
                process.step(control)
    finally:
        process.close()
        soften()
