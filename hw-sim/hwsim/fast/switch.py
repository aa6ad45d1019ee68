"""A switch of events alone: towards the engine like the real one, without silicon and audio.

The port machines are the switch's own; what cards and detectors would find out comes from `FastWorld`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, get_args

from msgspec import structs

from drivers import ports as wires
from drivers.ports import TICK_US
from drivers.signalling import SignallingCommand
from firmware.protocol import commands as asked
from firmware.protocol.commands import Numbered
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
)
from firmware.protocol.names import Tone
from firmware.protocol.wire_format import Inbox
from firmware.switch.last_resort.deputy import Deputy
from firmware.switch.lines import exchanged
from firmware.switch.lines.ports import PORTS, FxoPort, Port
from firmware.switch.plan import PortPlan, SwitchPlan
from hwsim.fast.hearers import PLAYER, SILENCE, Hearers
from hwsim.fast.players import Players
from hwsim.fast.sound import Sounds
from hwsim.fast.world import FastWorld
from hwsim.scenario import Scenario
from hwsim.world.diary import Diary
from hwsim.world.percepts import HeardMusic, HeardTone
from hwsim.world.timeline import Timeline


class FastSwitch:
    """`submit` commands, `advance` gives events. `world` has the lines, the telephones and the people."""

    def __init__(
        self,
        scenario: Scenario,
        lengths: Mapping[tuple[str, str], int],
        seed: int | None = None,
        *,
        diary: Diary | None = None,
        life: int = 1,
    ) -> None:
        """`lengths`: samples of each (prompt, language) the box can play. `life`: of the switch, as commands say.

        An engine decides upon everything at once, till `hear_engine` says otherwise.
        """
        plan = SwitchPlan.from_config(scenario.config)
        plans = plan.ports
        self.now_us = 0
        self.misfits = 0
        self.ports = [_port(plan) for plan in plans]
        self.timeline = Timeline()
        self.hearers = Hearers(len(plans))
        self.world = FastWorld(
            scenario,
            plans,
            self.timeline,
            self.hearers,
            give=self._give,
            key=self._keyed,
            seed=seed,
            diary=diary,
        )
        for number, port in enumerate(self.ports):
            if isinstance(port, FxoPort):
                self.world.watch_caller_id(number, port.offer.watches_always)
        sounds = Sounds(lengths, plans[0].country)
        self.players = Players(
            sounds,
            plans,
            self.timeline,
            ended=self._play_over,
            heard=self._tone_heard,
            music=self._music_heard,
        )
        self._inbox = Inbox()
        self._events: list[AnySwitchEvent] = []
        self._signals = [0] * len(plans)
        self._listens = [False] * len(plans)
        self._recordings: dict[str, int] = {}
        self._deadlines: dict[int, int] = {}
        self.deputy = Deputy(self.ports, plan.last_resort, life, self._carry_out, self._tell_of_call)
        self._told = 0
        self._engine_told = False
        self._deputy_us: int | None = None
        self.timeline.at(0, lambda now_us: self._events.insert(0, self._report(now_us)))

    # -- towards the engine ----------------------------------------------------------------------------

    @property
    def next_at_us(self) -> int | None:
        """When something happens next; None: never again."""
        return self.now_us if self._events else self.timeline.next_us

    def submit(self, numbered: Numbered) -> None:
        """Carry a command out now; a repeated or overtaken one is dropped."""
        if self._inbox.is_new(numbered) and self.deputy.ordered(numbered, self.now_us):
            self._carry_out(numbered.command)
        self._plan_deputy()

    def hear_engine(self, up: bool, known: int) -> None:
        """Whether an engine is connected, and up to which event it has decided."""
        self._engine_told = True
        self.deputy.engine(up, known, self.now_us)
        self._plan_deputy()

    def _tell_of_call(self, call: LastResortCalled) -> None:
        self._events.append(call)

    def _plan_deputy(self) -> None:
        at_us = self.deputy.next_us
        if at_us is not None and at_us != self._deputy_us:
            self._deputy_us = at_us
            self.timeline.at(at_us, self._deputy_due)

    def _deputy_due(self, now_us: int) -> None:
        if self.deputy.next_us is not None and self.deputy.next_us <= now_us:
            self.deputy.due(now_us)
        self._deputy_us = None
        self._plan_deputy()

    def advance(self, until_us: int) -> list[AnySwitchEvent]:
        """Let time pass to `until_us`, or only to the first instant at which there is something to tell.

        `now_us` says how far it came.
        """
        while not self._events:
            next_us = self.timeline.next_us
            if next_us is None or next_us > until_us:
                self.now_us = max(self.now_us, until_us)
                return []
            self.now_us = max(self.now_us, next_us)
            self.timeline.run(next_us)
        return self._take_events()

    def _take_events(self) -> list[AnySwitchEvent]:
        told, self._events = self._events, []
        for event in told:
            self._told += 1
            self.deputy.told(self._told, event, self.now_us)
            more, self._events = self._events, []
            told += more
        if not self._engine_told:
            self.deputy.engine(True, self._told, self.now_us)
        self._plan_deputy()
        return told

    def report(self) -> StateReport:
        """How everything stands."""
        return self._report(self.now_us)

    def _report(self, now_us: int) -> StateReport:
        ports = tuple(self._port_report(number) for number in range(len(self.ports)))
        return StateReport(port=-1, at_us=now_us, tick=self._tick, ports=ports)

    def _port_report(self, number: int) -> PortReport:
        port = self.ports[number]
        return PortReport(
            port=number,
            kind=port.kind.value if port.kind else "",
            off_hook=port.off_hook,
            ringing=port.ringing,
            hears=self.hearers.source(number),
            play=self.players.playing(number),
            recording=next((one for one, at in self._recordings.items() if at == number), ""),
            alarm=port.alarms.alarms[0] if port.alarms.alarms else "",
            kept=self.deputy.keeps(number),
            lamp=port.lamp,
        )

    @property
    def _tick(self) -> int:
        return self.now_us // TICK_US

    # -- commands --------------------------------------------------------------------------------------

    def _carry_out(self, command: asked.AnySwitchCommand) -> None:
        if isinstance(command, asked.Report):
            self._events.append(structs.replace(self.report(), asked_us=command.asked_us))
        elif not 0 <= command.port < len(self.ports):
            self.misfits += 1
        else:
            _DO.get(type(command), FastSwitch._line)(self, command)

    def _line(self, command: Any) -> None:
        self._give(command.port, command, self.now_us)

    def _ring(self, command: asked.Ring) -> None:
        self.world.rung[command.port] = (command.number or "unavailable", command.name)
        self._line(command)

    def _release(self, command: asked.Release) -> None:
        port = command.port
        self._line(command)
        self._listening(asked.Listen(port=port))
        self._hear(port, SILENCE)
        for recording in [one for one, at in self._recordings.items() if at == port]:
            self._stop_record(asked.StopRecord(port=port, recording=recording))

    def _listening(self, command: asked.Listen) -> None:
        self._listens[command.port] = command.digits
        if self.ports[command.port].kind is not None:
            self._line(command)

    def _hear(self, port: int, source: int) -> None:
        self.players.stop(port)
        self.hearers.hear(port, source, self.now_us)
        self.world.silence.weigh(self.now_us)

    def _hears(self, command: asked.Hear) -> None:
        if SILENCE <= command.source < len(self.ports):
            self._hear(command.port, command.source)
        else:
            self.misfits += 1

    def _confer(self, command: asked.Confer) -> None:
        members = tuple(dict.fromkeys((command.port, *command.members)))
        for port in members:
            self.players.stop(port)
        self.hearers.confer(members, self.now_us)
        self.world.silence.weigh(self.now_us)

    def _mix(self, command: asked.Mix) -> None:
        if not all(0 <= source < len(self.ports) for source in command.sources):
            self.misfits += 1
            return
        self.players.stop(command.port)
        self.hearers.mix(command.port, command.sources, self.now_us)
        self.world.silence.weigh(self.now_us)

    def _play(self, command: asked.Play) -> None:
        self._hear(command.port, PLAYER)
        self.players.play(command, self.now_us)

    def _stop_play(self, command: asked.StopPlay) -> None:
        if self.hearers.source(command.port) == PLAYER:
            self._hear(command.port, SILENCE)

    def _inject(self, command: asked.Inject) -> None:
        self.players.inject(command, self.now_us)

    def _play_over(self, port: int, play: str, now_us: int) -> None:
        self._hear(port, SILENCE)
        self._events.append(PlayEnded(port=port, at_us=now_us, play=play))

    def _tone_heard(self, port: int, tone: Tone, now_us: int) -> None:
        who = self.world.person_at(port)
        if who is not None:
            self.world.cast.tell(who, HeardTone(tone), now_us)

    def _music_heard(self, port: int, tune: str, now_us: int) -> None:
        who = self.world.person_at(port)
        if who is not None:
            self.world.cast.tell(who, HeardMusic(tune), now_us)

    def _record(self, command: asked.Record) -> None:
        if command.recording in self._recordings:
            self.misfits += 1
            return
        self._recordings[command.recording] = command.port
        self._tell_tape(TapeBegan, command.port, command.recording)

    def _stop_record(self, command: asked.StopRecord) -> None:
        if self._recordings.pop(command.recording, None) is None:
            self.misfits += 1
        else:
            self._tell_tape(TapeEnded, command.port, command.recording)

    def _tell_tape(self, kind: type[TapeBegan | TapeEnded], port: int, recording: str) -> None:
        """The tape moves with the next tick."""
        tick = self._tick + 1
        told = kind(port=port, at_us=tick * TICK_US, recording=recording, tick=tick)
        self.timeline.at(told.at_us, lambda _: self._events.append(told))

    def _nothing(self, command: Any) -> None:
        """Gains and pauses change nothing that can be noticed here."""

    # -- ports -----------------------------------------------------------------------------------------

    def _give(self, number: int, given: exchanged.Given, now_us: int) -> None:
        port = self.ports[number]
        for out in port.handle(given, now_us):
            self._do(number, out, now_us)
        self._plan_deadline(number)

    def _plan_deadline(self, number: int) -> None:
        deadline_us = self.ports[number].deadline_us
        if deadline_us is not None and self._deadlines.get(number) != deadline_us:
            self._deadlines[number] = deadline_us
            self.timeline.at(deadline_us, partial(self._port_due, number))

    def _port_due(self, number: int, now_us: int) -> None:
        if self._deadlines.get(number) == now_us:
            del self._deadlines[number]
        for out in self.ports[number].due(now_us):
            self._do(number, out, now_us)
        self._plan_deadline(number)

    def _do(self, number: int, out: exchanged.Out, now_us: int) -> None:
        if isinstance(out, SwitchEvent):
            self._events.append(out)
        else:
            doing = _OUT.get(type(out))
            if doing is not None:
                doing(self, number, out, now_us)

    def _hook(self, number: int, out: Any, now_us: int) -> None:
        self.world.hook(number, isinstance(out, wires.GoOffHook), now_us)

    def _pulses(self, number: int, out: wires.SendPulses, now_us: int) -> None:
        end_us = self.world.pulses(number, out, now_us)
        self.timeline.at(end_us, lambda at_us: self._give(number, exchanged.PulsesSent(), at_us))

    def _send_digits(self, number: int, out: exchanged.SendDigits, now_us: int) -> None:
        self._signal(number, self.world.digits(number, out.digits, now_us))

    def _send_sound(self, number: int, out: exchanged.SendSound, now_us: int) -> None:
        """A caller ID to a telephone."""
        end_us = now_us + len(out.sound) * 125
        self._signal(number, end_us)
        self.world.display(number, end_us)

    def _send_lamp(self, number: int, out: exchanged.SendLamp, now_us: int) -> None:
        end_us = now_us + len(out.sound) * 125
        self._signal(number, end_us)
        self.world.lamp(number, out.lit, end_us)

    def _signal(self, number: int, end_us: int) -> None:
        self._signals[number] += 1
        self.timeline.at(end_us, partial(self._signal_over, number, self._signals[number]))

    def _signal_over(self, number: int, signal: int, now_us: int) -> None:
        if signal == self._signals[number]:
            self._give(number, exchanged.SignalEnded(), now_us)

    def _hush_signal(self, number: int, out: Any, now_us: int) -> None:
        del out, now_us
        self._signals[number] += 1

    def _watch_tones(self, number: int, out: exchanged.WatchTones, now_us: int) -> None:
        self.world.watch_tones(number, out.watch and out.urgent, now_us)

    def _watch(self, number: int, out: exchanged.WatchCallerId, now_us: int) -> None:
        del now_us
        self.world.watch_caller_id(number, out.watch)

    def _to_telephone(self, number: int, out: Any, now_us: int) -> None:
        self.world.telephones.command(number, out, now_us)

    def _to_leg(self, number: int, out: Any, now_us: int) -> None:
        """As soon as what is being done now is done."""
        self.timeline.at(now_us, lambda at_us: self.world.legs.command(number, out, at_us))

    def _keyed(self, port: int, digit: str, now_us: int) -> None:
        if self._listens[port]:
            self._events.append(DigitReceived(port=port, at_us=now_us, digit=digit))


def _port(plan: PortPlan) -> Port:
    return PORTS[plan.kind](plan) if plan.kind else Port(plan)


_DO: dict[type, Callable[[FastSwitch, Any], None]] = {
    asked.Ring: FastSwitch._ring,
    asked.Release: FastSwitch._release,
    asked.Listen: FastSwitch._listening,
    asked.Hear: FastSwitch._hears,
    asked.Confer: FastSwitch._confer,
    asked.Mix: FastSwitch._mix,
    asked.Play: FastSwitch._play,
    asked.StopPlay: FastSwitch._stop_play,
    asked.Inject: FastSwitch._inject,
    asked.Record: FastSwitch._record,
    asked.StopRecord: FastSwitch._stop_record,
    asked.PauseRecord: FastSwitch._nothing,
    asked.SetGain: FastSwitch._nothing,
}
_OUT: dict[type, Callable[[FastSwitch, int, Any, int], None]] = {
    wires.GoOffHook: FastSwitch._hook,
    wires.GoOnHook: FastSwitch._hook,
    wires.SendPulses: FastSwitch._pulses,
    wires.StartRinging: FastSwitch._to_telephone,
    wires.StopRinging: FastSwitch._to_telephone,
    wires.TransmitOnHook: FastSwitch._to_telephone,
    wires.CollectPulses: FastSwitch._to_telephone,
    exchanged.SendDigits: FastSwitch._send_digits,
    exchanged.SendSound: FastSwitch._send_sound,
    exchanged.SendLamp: FastSwitch._send_lamp,
    exchanged.HushSignal: FastSwitch._hush_signal,
    exchanged.WatchCallerId: FastSwitch._watch,
    exchanged.WatchTones: FastSwitch._watch_tones,
    **dict.fromkeys(get_args(SignallingCommand), FastSwitch._to_leg),
}
