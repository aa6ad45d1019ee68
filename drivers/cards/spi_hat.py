"""The analog SPI hat: eight slots, two chip selects of one family each, one PCM highway of eight timeslots.

A tick is four inner cycles of 5 ms; each moves one PCM period both ways and looks at every chip. The PCM's
capture side is the clock: `exchange` returns when four periods have been read.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from drivers.cards.hat_port import FxoPort, FxsPort
from drivers.chips.bring_up import bring_up_all
from drivers.dsp.g711 import DECODERS, ENCODERS, SILENCE
from drivers.gauges import Gauges
from drivers.ports import (
    CYCLE_SAMPLES,
    CYCLE_US,
    TICK_SAMPLES,
    AnyLineCommand,
    AnyLineEvent,
    Clock,
    DriverError,
    LineReading,
    PcmDevice,
    PortKind,
    Samples,
    SpiDevice,
)

SLOTS = 8
CYCLES = TICK_SAMPLES // CYCLE_SAMPLES
PERIOD_BYTES = CYCLE_SAMPLES * SLOTS
PREFILL_PERIODS = 4
"""Periods of silence the playback side is ahead: so late may the tick be before the line hears it."""
SLOT_OF_BYTE = np.array([3, 2, 1, 0, 7, 6, 5, 4])
"""Two 32-bit little-endian words a frame; the first slot is the most significant byte of the first word."""
LAWS = {"a": "alaw", "u": "ulaw"}
Port = FxoPort | FxsPort


class Alignable(Protocol):
    """A chain whose first frame can be found."""

    def align(self) -> bool: ...


class HatUnusable(DriverError, OSError):
    """The whole hat cannot be used; the message says why."""


class SpiHat:
    """A `drivers.ports.Card`. All calls from the switch's one thread.

    `ports[i]` is slot i or None where nothing should be; `open_pcm` gives capture and playback anew.
    """

    def __init__(  # noqa: PLR0917 - composition: ports in, once
        self,
        name: str,
        ports: Sequence[Port | None],
        spis: Sequence[SpiDevice],
        chains: Sequence[Alignable],
        open_pcm: Callable[[], tuple[PcmDevice, PcmDevice]],
        clock: Clock,
        law: str = "a",
    ) -> None:
        self.name = name
        self._kinds: list[PortKind | None] = [None] * SLOTS
        self.kinds: Sequence[PortKind | None] = self._kinds
        self.loop_delay_samples = PREFILL_PERIODS * CYCLE_SAMPLES
        self.xruns = 0
        self.misfits = 0
        self.gauges = Gauges(SLOTS)
        self._ports = list(ports)
        for port in self._ports:
            if port is not None:
                port.gauges = self.gauges
        self._spis = spis
        self._chains = chains
        self._open_pcm = open_pcm
        self._clock = clock
        self._capture: PcmDevice | None = None
        self._playback: PcmDevice | None = None
        self._led: list[SpiHat] = []
        self._leader: SpiHat | None = None
        self._live: list[Port] = []
        self._due_us = 0
        self._encode: NDArray[np.uint8] = ENCODERS[LAWS[law]]
        self._decode: NDArray[np.int16] = DECODERS[LAWS[law]]
        self._silence = bytes([SILENCE[LAWS[law]]]) * PERIOD_BYTES
        self._out: list[bytes] = [self._silence] * CYCLES
        self._in: list[bytes] = [self._silence] * CYCLES
        self._rx = np.zeros((SLOTS, TICK_SAMPLES), np.int16)
        self._aligned = False

    def lead(self, other: SpiHat) -> None:
        """Run `other`'s inner cycles inside ours: so its chips too are looked at every 5 ms.

        What `other.exchange` is given plays in the next tick, which its loop delay says.
        """
        self._led.append(other)
        other._leader = self
        other.loop_delay_samples = self.loop_delay_samples + TICK_SAMPLES

    def start(self) -> list[str]:
        """Bring all chips up, side by side. The clock of the PCM must run before the chips are set up."""
        self._align()
        for chain in self._chains:
            chain.align()
        jobs = {index: port.bring_up() for index, port in enumerate(self._ports) if port}
        findings = []
        for index, report in sorted(bring_up_all(jobs, self._clock).items()):
            port = self._ports[index]
            assert port is not None
            port.came_up(report)
            self._kinds[index] = port.kind if report.works else None
            findings += [f"slot {index + 1} ({port.kind.value}): {finding}" for finding in report.findings]
        self._live = [port for port in self._ports if port and port.report.works]
        if not self._live:
            self._hand_over()
            self.stop()
            raise HatUnusable(f"no chip of {self.name} works: " + ("; ".join(findings) or "no slot is used"))
        self._aligned = False  # the first tick opens the highway anew: until then nobody reads it
        return findings

    def _hand_over(self) -> None:
        """A hat that cannot be used leads nobody and follows nobody."""
        if self._leader is not None:
            self._leader._led.remove(self)
            self._leader = None
        led, self._led = self._led, []
        for other in led:
            other._leader = None
            other.loop_delay_samples = self.loop_delay_samples
        for other in led[1:]:
            led[0].lead(other)

    def exchange(self, tx: Samples) -> Samples:
        """One tick; the result is valid until the next call. A led hat hands over what its leader moved."""
        octets = self._encode[tx.view(np.uint16)].T[:, SLOT_OF_BYTE].tobytes()
        self._out = [octets[at : at + PERIOD_BYTES] for at in range(0, len(octets), PERIOD_BYTES)]
        if self._leader is None:
            self._tick([self, *self._led] if self._led else [self])
        taken = np.frombuffer(b"".join(self._in), np.uint8).reshape(TICK_SAMPLES, SLOTS)
        np.take(self._decode, taken.T[SLOT_OF_BYTE], out=self._rx, mode="clip")
        for slot, kind in enumerate(self._kinds):
            if kind is None:
                self._rx[slot] = 0
        return self._rx

    def _tick(self, hats: list[SpiHat]) -> None:
        """Four cycles of all hats: all write, all read (the first waits), then all look at their chips."""
        for hat in hats:
            if not hat._aligned:
                hat._align()
        self._due_us = self._clock.now_us()
        for cycle in range(CYCLES):
            self._due_us += CYCLE_US
            for hat in hats:
                hat._give(cycle)
            for hat in hats:
                hat._take(cycle, self._due_us)
            now_us = self._clock.now_us()
            for hat in hats:
                for port in hat._live:
                    port.poll(now_us)

    def _give(self, cycle: int) -> None:
        if self._aligned and self._playback is not None and self._playback.write(self._out[cycle]) < 0:
            self._lose()

    def _take(self, cycle: int, due_us: int) -> None:
        """A period from the highway, or silence at its time while the PCM is out of step."""
        if self._aligned and self._capture is not None:
            frames, data = self._capture.read()
            if frames == CYCLE_SAMPLES:
                self._in[cycle] = data
                return
            self._lose()
        self._in[cycle] = self._silence
        self._clock.wait_until(due_us)

    def _lose(self) -> None:
        """Under- or overrun (−EPIPE): both directions start anew, together, with the next tick."""
        self._aligned = False
        self.xruns += 1

    def _align(self) -> None:
        """Open both directions and put the playback side ahead; raises HatUnusable."""
        self._close_pcm()
        try:
            self._capture, self._playback = self._open_pcm()
        except DriverError as error:
            raise HatUnusable(str(error)) from error
        for _ in range(PREFILL_PERIODS):
            if self._playback.write(self._silence) == -errno.EPIPE:
                return
        self._aligned = True

    def take_events(self) -> list[AnyLineEvent]:
        """In order of time; ports of one cycle in order of their slots."""
        events: list[AnyLineEvent] = []
        for port in self._live:
            if port.pending:
                events += port.take_events()
        if len(events) > 1:
            events.sort(key=lambda event: event.at_us)
        return events

    def command(self, port: int, command: AnyLineCommand) -> None:
        """Done at once, between two cycles; a port that is not there is counted."""
        wanted = self._ports[port] if 0 <= port < len(self._ports) else None
        if wanted is None:
            self.misfits += 1
        else:
            wanted.command(command, self._clock.now_us())

    def dialling(self, port: int) -> bool:
        wanted = self._ports[port]
        return isinstance(wanted, FxoPort) and wanted.line.dialling

    def reading(self, port: int) -> LineReading:
        wanted = self._ports[port]
        if wanted is None:
            return LineReading("empty", False, "", False, 0.0, 0.0, "empty")
        return wanted.reading()

    def stop(self) -> None:
        for port in self._live:
            port.rest()
        self._live = []
        self._close_pcm()
        for spi in self._spis:
            spi.close()

    def _close_pcm(self) -> None:
        self._aligned = False
        for device in (self._capture, self._playback):
            if device is not None:
                device.close()
        self._capture = self._playback = None
