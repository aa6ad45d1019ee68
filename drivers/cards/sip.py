"""A card of SIP legs: its calls live in a process of their own, its audio comes through shared memory.

The process may come, die and come again: then its calls are over, its ports failed, and the lines of other cards notice
nothing. Nothing here waits, but at the start for a process that is there already.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.cards.card_wire import (
    PACKET_BYTES,
    blocks_path,
    decode_event,
    encode_command,
    socket_path,
)
from drivers.ports import (
    TICK_SAMPLES,
    AnyLineCommand,
    Clock,
    DriverError,
    LineEvent,
    LineReading,
    PortFailed,
    PortKind,
    PortRecovered,
    Samples,
)
from drivers.signalling import (
    AnyPortEvent,
    CallAlerting,
    CallCleared,
    CallConnected,
    CallEvent,
    CallProgressed,
    CallsStand,
    CallStands,
    ClearCall,
    PlaceCall,
    ShowMessageCount,
    ShowUse,
    SignallingCommand,
    StandingCall,
)
from drivers.sip.blocks import Blocks, BoxSide

NO_PROCESS = "no-process"
TEMPORARY_FAILURE = 41
"""Q.850."""
AGAIN_TICKS = 10
"""How often a process that is away is looked for."""
STANDS_WITHIN_S = 1.0
"""A process that lives tells so soon what stands, so that a new switch knows it with its first tick."""
MOST_A_TICK = 200
"""Packets; what is more waits for the next tick."""


class SipCard:
    """`ringback` is a whole period of it (int16, 8 kHz), heard from ports whose far end rings without saying how."""

    loop_delay_samples = 0
    has_clock = False

    def __init__(
        self, name: str, kinds: Sequence[PortKind], run: Path, clock: Clock, ringback: NDArray[np.int16]
    ) -> None:
        self.name = name
        self.kinds: Sequence[PortKind | None] = tuple(kinds)
        self.misfits = 0
        self.garbled = 0
        self._run = run
        self._clock = clock
        self._ringback = np.resize(ringback, -(-max(1, len(ringback)) // TICK_SAMPLES) * TICK_SAMPLES)
        self._ringing: dict[int, int] = {}
        """Port to the sample of ringback it is at."""
        self._calls: dict[tuple[int, int], None] = {}
        """(port, call) of all that stand."""
        self._ending: set[tuple[int, int]] = set()
        """Calls of a former life that were told to end: till they have, their numbers may be those of new ones."""
        self._failed: dict[int, str] = {}
        self._shown: dict[tuple[type, int, str], ShowMessageCount | ShowUse] = {}
        """What a process that is new must be told: lamps, and who is in use."""
        self._socket: socket.socket | None = None
        self._known = False
        """The process said what stands."""
        self._ticks = 0
        """Up to 2: in the first nobody has asked yet what stands here."""
        self._away_ticks = 0
        self._events: list[AnyPortEvent] = []

    # -- life ------------------------------------------------------------------------------------------

    def start(self) -> list[str]:
        """Raises DriverError where the memory for audio cannot be had."""
        try:
            self._blocks = Blocks.make(blocks_path(self._run, len(self.kinds)), len(self.kinds))
        except OSError as error:
            raise DriverError(f"no shared memory for audio: {error}") from error
        self._side = BoxSide(self._blocks)
        self._connect()
        if self._socket is not None:
            select.select([self._socket], [], [], STANDS_WITHIN_S)
            self._receive()
        if self._known:
            return []
        self._all_failed()
        return ["its process is not there yet: telephones and trunks follow when it is"]

    def stop(self) -> None:
        """Calls stand: another switch may take them up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._blocks.close()

    # -- audio -----------------------------------------------------------------------------------------

    def exchange(self, tx: Samples) -> Samples:
        self._ticks = min(2, self._ticks + 1)
        heard = self._side.exchange(tx)  # a matrix of ours, written anew with each exchange
        for port, at in self._ringing.items():
            heard[port] = self._ringback[at : at + TICK_SAMPLES]
            self._ringing[port] = (at + TICK_SAMPLES) % len(self._ringback)
        return heard

    # -- events ----------------------------------------------------------------------------------------

    def take_events(self) -> list[AnyPortEvent]:
        if self._socket is None:
            self._away_ticks += 1
            if self._away_ticks % AGAIN_TICKS == 0:
                self._connect()
        self._receive()
        events, self._events = self._events, []
        return events

    def _connect(self) -> None:
        looked = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        looked.setblocking(False)
        try:
            looked.connect(str(socket_path(self._run)))
        except OSError:
            looked.close()
            return
        self._socket, self._known = looked, False

    def _receive(self) -> None:
        for _ in range(MOST_A_TICK):
            if self._socket is None:
                return
            try:
                packet = self._socket.recv(PACKET_BYTES + 1)
            except BlockingIOError:
                return
            except OSError:
                packet = b""
            if not packet:
                self._lost()
                return
            self._take(packet)

    def _take(self, packet: bytes) -> None:
        told = decode_event(packet)
        if told is None:
            self.garbled += 1
        elif isinstance(told, CallsStand):
            self._stand(told)
        elif not 0 <= told.port < len(self.kinds):
            self.garbled += 1
        elif isinstance(told, CallEvent) and (told.port, told.call) in self._ending:
            self._ending -= {(told.port, told.call)} if isinstance(told, CallCleared) else set()
        else:
            self._note(told)
            self._events.append(told)

    def _note(self, told: LineEvent) -> None:
        match told:
            case PortFailed(port=port, reason=reason):
                self._failed[port] = reason
            case PortRecovered(port=port):
                self._failed.pop(port, None)
            case CallCleared(port=port, call=call):
                self._forget(port, call)
            case CallEvent(port=port, call=call):
                self._calls[port, call] = None
                self._note_sound(told)
            case _:
                pass

    def _note_sound(self, told: CallEvent) -> None:
        """Ringback of ours until the far end has something to say."""
        if (
            isinstance(told, CallAlerting)
            and not told.in_band
            and self.kinds[told.port] is PortKind.SIP_TRUNK
        ):
            self._ringing.setdefault(told.port, 0)
        elif isinstance(told, CallAlerting | CallProgressed | CallConnected):
            self._ringing.pop(told.port, None)

    def _stand(self, told: CallsStand) -> None:
        """What is there now, against what was; a process that is new has nothing."""
        self._known = True
        calls = {(one.port, one.call): one for one in told.calls if 0 <= one.port < len(self.kinds)}
        for port, call in [one for one in self._calls if one not in calls]:
            self._cleared(port, call)
        new = [one for key, one in calls.items() if key not in self._calls]
        if self._ticks <= 1:
            self._stand_on(new, told.at_us)
        self._ports_stand(told)
        if self._ticks > 1:
            self._end(new)
        for (_, port, _), shown in self._shown.items():
            self._sent(encode_command(port, shown))

    def _stand_on(self, calls: Sequence[StandingCall], at_us: int) -> None:
        for one in calls:
            self._calls[one.port, one.call] = None
            self._events.append(CallStands(one.port, at_us, one.call, one.connected, one.placed, one.held))

    def _ports_stand(self, told: CallsStand) -> None:
        failed = {port: reason for port, reason in told.failed if 0 <= port < len(self.kinds)}
        for port in sorted(set(self._failed) - set(failed)):
            self._events.append(PortRecovered(port, told.at_us))
        for port in sorted(port for port in failed if self._failed.get(port) != failed[port]):
            self._events.append(PortFailed(port, told.at_us, failed[port]))
        self._failed = failed

    def _end(self, calls: Sequence[StandingCall]) -> None:
        """Nobody takes up calls told after the first tick: the engine has heard what stands, without them."""
        for one in calls:
            if self._sent(encode_command(one.port, ClearCall(one.call, TEMPORARY_FAILURE))):
                self._ending.add((one.port, one.call))

    def _lost(self) -> None:
        """Its calls went with the process."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._away_ticks = None, 0
        self._ending.clear()
        if self._known:
            for port, call in list(self._calls):
                self._cleared(port, call)
            self._all_failed()
        self._known = False

    def _all_failed(self) -> None:
        now_us = self._clock.now_us()
        self._failed = dict.fromkeys(range(len(self.kinds)), NO_PROCESS)
        self._events += [PortFailed(port, now_us, NO_PROCESS) for port in self._failed]

    def _cleared(self, port: int, call: int) -> None:
        self._forget(port, call)
        self._events.append(CallCleared(port, self._clock.now_us(), call, TEMPORARY_FAILURE))

    def _forget(self, port: int, call: int) -> None:
        self._calls.pop((port, call), None)
        self._ringing.pop(port, None)

    # -- commands --------------------------------------------------------------------------------------

    def signal(self, port: int, command: SignallingCommand) -> None:
        """A call that cannot be placed is cleared at once; what else cannot be said is counted."""
        if isinstance(command, ShowMessageCount | ShowUse):
            self._show(port, command)
            return
        if self._known and self._sent(encode_command(port, command)):
            if isinstance(command, PlaceCall):
                self._calls[port, command.call] = None
            elif isinstance(command, ClearCall):
                self._ringing.pop(port, None)
        elif isinstance(command, PlaceCall):
            self._cleared(port, command.call)
        else:
            self.misfits += 1

    def _show(self, port: int, shown: ShowMessageCount | ShowUse) -> None:
        self._shown[type(shown), port, shown.number if isinstance(shown, ShowUse) else ""] = shown
        if self._known:
            self._sent(encode_command(port, shown))

    def _sent(self, packet: bytes) -> bool:
        if self._socket is None:
            return False
        try:
            self._socket.send(packet)
        except BlockingIOError:
            return False
        except OSError:
            self._lost()
            return False
        return True

    def command(self, port: int, command: AnyLineCommand) -> None:
        """There is no copper here."""
        del port, command
        self.misfits += 1

    def dialling(self, port: int) -> bool:
        del port
        return False

    def reading(self, port: int) -> LineReading:
        calls = sum(one == port for one, _ in self._calls)
        kind, failed = self.kinds[port], self._failed.get(port, "")
        return LineReading(
            kind=kind.value if kind else "",
            present=not failed,
            chip="sip",
            off_hook=bool(calls),
            voltage_v=0.0,
            current_ma=0.0,
            state=f"{calls} calls",
            alarms=(failed,) if failed else (),
        )
