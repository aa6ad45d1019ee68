"""The engine's commands, carried out. What fits no port, or no port of its kind, is counted, never raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from firmware.protocol import commands as asked
from firmware.switch.fabric import SILENCE
from firmware.switch.lines.ports import FxoPort, Port, SipTrunkPort
from firmware.switch.tape import Tape
from firmware.switch.voice import Voice

GAIN_LIMIT_DB = 24.0
LONGEST_PLAY = 64


class Orders:
    """`misfits` counts commands that could not be carried out; `to_line` gives one to the port's machines."""

    def __init__(
        self,
        ports: list[Port],
        voice: Voice,
        tape: Tape,
        to_line: Callable[[Port, asked.AnySwitchCommand], None],
        listen: Callable[[Port, asked.Listen], None],
    ) -> None:
        self.misfits = 0
        self.reports_due = 0
        self.asked_us = -1
        """When the newest of these reports was asked for."""
        self.next_tick = 0
        self._ports = ports
        self._voice = voice
        self._tape = tape
        self._to_line = to_line
        self._listen = listen

    def carry_out(self, command: asked.AnySwitchCommand) -> None:
        if isinstance(command, asked.Report):
            self.reports_due += 1
            self.asked_us = max(self.asked_us, command.asked_us)
        elif not 0 <= command.port < len(self._ports):
            self.misfits += 1
        else:
            DO[type(command)](self, self._ports[command.port], command)

    def _line(self, port: Port, command: Any) -> None:
        before = port.misfits
        self._to_line(port, command)
        self.misfits += port.misfits - before

    def _release(self, port: Port, command: asked.Release) -> None:
        number = port.plan.port
        self._to_line(port, command)
        self._listen(port, asked.Listen(port=number))
        self._voice.hear(number, SILENCE)
        self._voice.inject(number, ())
        for recording in self._tape.on_port(number):
            self._tape.stop(recording, self.next_tick)

    def _hear(self, port: Port, command: asked.Hear) -> None:
        if not SILENCE <= command.source < len(self._ports):
            self.misfits += 1
            return
        self._voice.hear(port.plan.port, command.source)

    def _confer(self, port: Port, command: asked.Confer) -> None:
        members = tuple(dict.fromkeys((port.plan.port, *command.members)))
        if not all(0 <= member < len(self._ports) for member in members):
            self.misfits += 1
            return
        self._voice.confer(members)

    def _mix(self, port: Port, command: asked.Mix) -> None:
        sources = tuple(dict.fromkeys(command.sources))
        if not all(0 <= source < len(self._ports) for source in sources):
            self.misfits += 1
            return
        self._voice.mix(port.plan.port, sources)

    def _play(self, port: Port, command: asked.Play) -> None:
        self._voice.play(port.plan.port, command.play, command.items[:LONGEST_PLAY], command.repeat)

    def _stop_play(self, port: Port, command: asked.StopPlay) -> None:
        del command
        self._voice.stop(port.plan.port)

    def _inject(self, port: Port, command: asked.Inject) -> None:
        self._voice.inject(port.plan.port, command.items[:LONGEST_PLAY])

    def _listening(self, port: Port, command: asked.Listen) -> None:
        self._listen(port, command)

    def _record(self, port: Port, command: asked.Record) -> None:
        self.misfits += not self._tape.record(port.plan.port, command.recording)

    def _pause(self, port: Port, command: asked.PauseRecord) -> None:
        del port
        self.misfits += not self._tape.pause(command.recording, command.paused)

    def _stop_record(self, port: Port, command: asked.StopRecord) -> None:
        del port
        self.misfits += not self._tape.stop(command.recording, self.next_tick)

    def _gain(self, port: Port, command: asked.SetGain) -> None:
        set_gain(self._voice, port, command.from_port_db, command.to_port_db)


def set_gain(voice: Voice, port: Port, from_port_db: float, to_port_db: float) -> None:
    """On top of the configured gains, within ± GAIN_LIMIT_DB."""
    for gain, wanted in (
        (voice.fabric.gain_from, port.plan.gain_from_db + from_port_db),
        (voice.fabric.gain_to, port.plan.gain_to_db + to_port_db),
    ):
        gain.set_db(port.plan.port, max(-GAIN_LIMIT_DB, min(GAIN_LIMIT_DB, wanted)))


def _dial(orders: Orders, port: Port, command: Any) -> None:
    """Only an off-hook line can dial."""
    if isinstance(port, FxoPort | SipTrunkPort) and port.off_hook:
        orders._line(port, command)
    else:
        orders.misfits += 1


_O = Orders
DO: Mapping[type, Callable[[Orders, Port, Any], None]] = {
    asked.Seize: _O._line,
    asked.Release: _O._release,
    asked.FlashLine: _O._line,
    asked.Dial: _dial,
    asked.Ring: _O._line,
    asked.Connect: _O._line,
    asked.Disconnect: _O._line,
    asked.TellTransfer: _O._line,
    asked.ShowMessages: _O._line,
    asked.StopRing: _O._line,
    asked.Hear: _O._hear,
    asked.Confer: _O._confer,
    asked.Mix: _O._mix,
    asked.Play: _O._play,
    asked.StopPlay: _O._stop_play,
    asked.Inject: _O._inject,
    asked.Listen: _O._listening,
    asked.Record: _O._record,
    asked.PauseRecord: _O._pause,
    asked.StopRecord: _O._stop_record,
    asked.SetGain: _O._gain,
}
