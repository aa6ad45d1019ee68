"""The half that carries: cards, detectors, fabric, players, tape in one tick of 20 ms. It decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import structs

from drivers.ports import (
    AnyLineCommand,
    Clock,
    PortFailed,
    PortKind,
    Samples,
    SendPulses,
)
from drivers.signalling import AnyCard, PortCommand, ShowUse
from firmware.prompts.bank import PromptBank
from firmware.protocol.commands import AnySwitchCommand, Listen, Numbered
from firmware.protocol.events import (
    AnySwitchEvent,
    DigitReceived,
    LastResortCalled,
    PlayEnded,
    PortReport,
    StateReport,
    SwitchEvent,
    TapeBegan,
    TapeEnded,
    TapeLost,
)
from firmware.protocol.meters import PortState
from firmware.protocol.wire_format import Inbox
from firmware.switch.ears import DigitHeard, Ears
from firmware.switch.last_resort.deputy import Deputy
from firmware.switch.life import LastTick
from firmware.switch.lines import exchanged
from firmware.switch.lines.ports import PORTS, FxoPort, Port
from firmware.switch.meters import Meters
from firmware.switch.orders import Orders, set_gain
from firmware.switch.plan import PortPlan, SwitchPlan
from firmware.switch.playlist import Playlist
from firmware.switch.ports import MessageShelf, NoMessages, TapeSink
from firmware.switch.rack import Rack
from firmware.switch.tape import Began, Lost, Tape
from firmware.switch.voice import Voice

NEVER_US = int(np.iinfo(np.int64).max)
COPPER = frozenset({PortKind.FXO, PortKind.FXS})
"""Ports with echo. Others have none, or cancel it themselves."""


class Switch:
    """All calls from one thread: `start`, then `tick` for ever with `submit` between ticks, then `stop`."""

    def __init__(  # noqa: PLR0917 - what it is composed of
        self,
        cards: Sequence[AnyCard],
        plan: SwitchPlan,
        clock: Clock,
        bank: PromptBank,
        tape: TapeSink,
        epoch: int,
        messages: MessageShelf | None = None,
    ) -> None:
        """`plan` has the ports of `cards` in order. `epoch` numbers this life of the switch."""
        self.rack = Rack(cards, clock)
        self.tick_number = 0
        self.woke_us = 0
        """Box time when the last tick's block was there."""
        self.epoch = epoch
        self.former = LastTick(0, 0, 0)
        """How far the life before this one came."""
        self._plan = plan
        self._clock = clock
        self.voice = Voice(self.rack.ports, Playlist(bank, plan.country, messages or NoMessages()))
        self.tape = Tape(tape, epoch)
        self.inbox = Inbox()
        self._events: list[AnySwitchEvent] = []
        self._pulsing: set[int] = set()
        self._deadline_us = np.full(self.rack.ports, NEVER_US, np.int64)
        self._next_us = NEVER_US
        self._ports: list[Port] = []
        self._uses: dict[str, str] = {}
        """Extensions in use, as those that watch them were told."""
        self._first = True
        self._told = 0

    def start(self) -> list[str]:
        """Bring the cards up. Findings in plain language, also where a port is not what is configured."""
        findings = self.rack.start()
        self.ears = Ears(self._plan.ports, self.rack.loop_delays)
        for plan, kind in zip(self._plan.ports, self.rack.kinds, strict=False):
            self._ports.append(self._port(plan, kind))
            if plan.kind is not None and kind is not plan.kind:
                there = kind.value if kind else "nothing that works"
                findings.append(f"port {plan.port + 1}: {plan.kind.value} is configured, there is {there}")
        self.meters = Meters([port.plan.kind for port in self._ports])
        self.orders = Orders(self._ports, self.voice, self.tape, self._to_line, self._listen)
        self.deputy = Deputy(
            self._ports, self._plan.last_resort, self.epoch, self._by_deputy, self._tell_of_call
        )
        now_us = self._clock.now_us()
        for port, kind in zip(self._ports, self.rack.kinds, strict=True):
            set_gain(self.voice, port, 0.0, 0.0)
            self._show_state(port)
            if isinstance(port, FxoPort) and port.offer.watches_always:
                self.ears.watch_caller_id(port.plan, True)
            if port.plan.kind is not None and kind is None:
                self._give(port, PortFailed(port.plan.port, now_us, "not found at start"), now_us)
        return findings

    def submit(self, numbered: Numbered) -> None:
        """Carry a command out, from the next tick; a repeated or overtaken one is dropped."""
        if self.inbox.is_new(numbered) and self.deputy.ordered(numbered, self.woke_us):
            self.orders.next_tick = self.tick_number + 1
            self.orders.carry_out(numbered.command)

    def hear_engine(self, up: bool, known: int) -> None:
        """Once a tick, after the engine's commands: is one connected, and up to which event has it decided?"""
        self.deputy.engine(up, known, self.woke_us)

    def _tell_of_call(self, call: LastResortCalled) -> None:
        self._events.append(call)

    def _by_deputy(self, command: AnySwitchCommand) -> None:
        self.orders.next_tick = self.tick_number + 1
        self.orders.carry_out(command)

    def tick(self) -> list[AnySwitchEvent]:
        """Wait for the next block of the timing card, carry it, and tell what happened, in order of time."""
        voice = self.voice
        sent = voice.fabric.heard
        rx = self.rack.exchange(sent)
        now_us = self.woke_us = self._clock.now_us()
        self.tick_number += 1
        for port, event in self.rack.take_events():
            self._give(self._ports[port], event, event.at_us)
        self._hear(rx, now_us)
        self._pass_deadlines(now_us)
        voice.tick(self.ears.clean)
        self._measure(rx, now_us)
        self._end_plays(now_us)
        self.tape.tick(self.tick_number, voice.fabric.said, voice.fabric.heard)
        self._tell_tape(now_us)
        return self._take_events()

    def report(self) -> StateReport:
        """How everything stands."""
        return StateReport(
            port=-1,
            at_us=self._clock.now_us(),
            tick=self.tick_number,
            ports=tuple(self._report(port) for port in self._ports),
            asked_us=self.orders.asked_us,
            former_epoch=self.former.epoch,
            former_tick=self.former.tick,
            former_us=self.former.at_us,
        )

    def stop(self) -> None:
        self.rack.stop()

    @property
    def misfits(self) -> int:
        """Commands that fitted nothing."""
        return self.orders.misfits + self.rack.misfits

    def _port(self, plan: PortPlan, kind: PortKind | None) -> Port:
        wanted = kind or plan.kind
        return PORTS[wanted](plan) if wanted else Port(plan)

    def _to_line(self, port: Port, command: AnySwitchCommand) -> None:
        self._give(port, command, self._clock.now_us())

    def _listen(self, port: Port, command: Listen) -> None:
        self.ears.listen(port.plan, command)
        if port.kind is not None:
            self._to_line(port, command)

    def _give(self, port: Port, given: exchanged.Given, now_us: int) -> None:
        for out in port.handle(given, now_us):
            self._do(port, out)
        self._settle(port)

    def _settle(self, port: Port) -> None:
        number = port.plan.port
        deadline_us = port.deadline_us
        self._deadline_us[number] = NEVER_US if deadline_us is None else deadline_us
        self._next_us = int(self._deadline_us.min())
        self.ears.lift(port.plan, port.off_hook and port.kind in COPPER)
        self._show_state(port)
        if port.plan.number:
            self._show_use(port)

    def _show_state(self, port: Port) -> None:
        state = PortState.NONE if port.kind is None else PortState.IDLE
        state = PortState.USED if port.off_hook else PortState.RINGS if port.ringing else state
        self.meters.settle(port.plan.port, state, port.alarms.alarms)

    def _show_use(self, port: Port) -> None:
        use = "ringing" if port.ringing else "talking" if port.off_hook else "idle"
        if use != self._uses.get(port.plan.number, "idle"):
            self._uses[port.plan.number] = use
            self.rack.show(ShowUse(use, number=port.plan.number))

    def _do(self, port: Port, out: exchanged.Out) -> None:
        number = port.plan.port
        match out:
            case SwitchEvent():
                self._events.append(out)
            case exchanged.SendDigits(digits):
                self.voice.send_digits(number, digits)
            case exchanged.SendSound(sound):
                self.voice.send_sound(number, sound)
            case exchanged.HushSignal():
                self.voice.hush(number)
            case exchanged.Mute():
                self.voice.mute(number)
            case exchanged.WatchCallerId(watch):
                self.ears.watch_caller_id(port.plan, watch)
            case exchanged.WatchTones(watch, urgent):
                self.ears.watch_tones(port.plan, watch, urgent=urgent)
            case PortCommand():
                self.rack.signal(number, out)
            case _:
                self._wire(number, out)

    def _wire(self, number: int, command: AnyLineCommand) -> None:
        self.rack.command(number, command)
        if isinstance(command, SendPulses):
            self._pulsing.add(number)

    def _hear(self, rx: Samples, now_us: int) -> None:
        for number, tonal in self.voice.tonal_changed:
            self.ears.steady.put(number, tonal)
        self.voice.tonal_changed.clear()
        for number, at_us, what in self.ears.tick(rx, self.voice.fabric.heard, now_us):
            if isinstance(what, DigitHeard):
                self._events.append(DigitReceived(port=number, at_us=at_us, digit=what.digit))
            else:
                self._give(self._ports[number], what, at_us)

    def _measure(self, rx: Samples, now_us: int) -> None:
        ears, heard = self.ears, self.voice.fabric.heard
        if self.meters.tick(self.tick_number, rx, heard, ears.off_hook.rows, ears.return_loss):
            told = self.rack.gauges()
            self.meters.sample(told.volts, told.milliamps, told.faults, now_us)

    def _pass_deadlines(self, now_us: int) -> None:
        if self._pulsing:
            for number in sorted(self._pulsing):
                if not self.rack.dialling(number):
                    self._pulsing.discard(number)
                    self._give(self._ports[number], exchanged.PulsesSent(), now_us)
        if now_us < self._next_us:
            return
        for number in np.flatnonzero(self._deadline_us <= now_us).tolist():
            for out in self._ports[number].due(now_us):
                self._do(self._ports[number], out)
            self._settle(self._ports[number])

    def _end_plays(self, now_us: int) -> None:
        for number, play in self.voice.take_ended():
            if play is None:
                self._give(self._ports[number], exchanged.SignalEnded(), now_us)
            else:
                self._events.append(PlayEnded(port=number, at_us=now_us, play=play))

    def _tell_tape(self, now_us: int) -> None:
        for told in self.tape.take_told():
            port, recording = told.port, told.recording
            if isinstance(told, Lost):
                since = told.from_tick
                self._events.append(
                    TapeLost(port=port, at_us=now_us, recording=recording, from_tick=since, to_tick=told.tick)
                )
            else:
                kind = TapeBegan if isinstance(told, Began) else TapeEnded
                self._events.append(kind(port=port, at_us=now_us, recording=recording, tick=told.tick))

    def _take_events(self) -> list[AnySwitchEvent]:
        """In order of time; a life of the switch begins with a report, which knows what its first tick saw."""
        if self.orders.reports_due and not self._first:
            self._events.append(self.report())
        self.orders.reports_due = 0
        deadline_us = self.deputy.next_us
        if deadline_us is not None and deadline_us <= self.woke_us:
            self.deputy.due(self.woke_us)
        told = self._sorted_events()
        if self._first:
            self._first = False
            report = self.report()
            told.insert(0, structs.replace(report, at_us=told[0].at_us) if told else report)
        for event in told:
            self._told += 1
            self.deputy.told(self._told, event, self.woke_us)
            told += self._sorted_events()
        return told

    def _sorted_events(self) -> list[AnySwitchEvent]:
        events, self._events = self._events, []
        if len(events) > 1:
            events.sort(key=lambda event: event.at_us)
        return events

    def _report(self, port: Port) -> PortReport:
        number = port.plan.port
        recordings = self.tape.on_port(number)
        return PortReport(
            port=number,
            kind=port.kind.value if port.kind and "chip" not in port.alarms.alarms else "",
            off_hook=port.off_hook,
            ringing=port.ringing,
            hears=self.voice.fabric.hears(number),
            play=self.voice.playing(number),
            recording=recordings[0] if recordings else "",
            alarm=port.alarms.alarms[0] if port.alarms.alarms else "",
            kept=self.deputy.keeps(number),
            lamp=port.lamp,
            calls=port.calls,
        )
