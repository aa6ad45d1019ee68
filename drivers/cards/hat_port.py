"""One slot of an SPI hat in service: a chip, its line machine, its health, coming up again after a fault."""

from __future__ import annotations

import math
from collections.abc import Sequence

from drivers.chips import si321x as slic
from drivers.chips import si3050 as daa
from drivers.chips.bring_up import BringUp, ChipReport, InProgress
from drivers.chips.fxo_line import FxoLine, Loop
from drivers.chips.fxs_line import FxsLine, FxsTimes, Hook
from drivers.chips.register import ChipError
from drivers.chips.si321x_bring_up import FxsSetup, bring_up_si321x
from drivers.chips.si321x_bring_up import set_gains as set_fxs_gains
from drivers.chips.si3050_bring_up import FxoSetup, bring_up_si3050
from drivers.chips.si3050_bring_up import set_gains as set_fxo_gains
from drivers.chips.spi_chain import Si321xChain, Si3050Chain
from drivers.gauges import Gauges, LineFault
from drivers.ports import (
    AnyLineCommand,
    AnyLineEvent,
    LineReading,
    PortFailed,
    PortKind,
    PortRecovered,
    SetGain,
)

MOST_ALARMS = 10
ALARMS_FORGIVEN_US = 600_000_000
"""After ten quiet minutes the count starts anew."""
RETRY_US = 500_000
"""Longer by this with each alarm, so that a chip with a loose contact has time."""
HEALTH_CYCLES = 20
"""Each chip's health is looked at every 100 ms, one chip a cycle."""
LOOK_CYCLES, METER_CYCLES, METER_AT = 10, 100, 50
"""Its gauges are read every 500 ms, in a cycle without a look at its health."""
SHARED_V = (3.0, 20.0)
"""On-hook, between these: another telephone holds the line (off-hook it is 6-9 V, idle 40-60 V)."""
LEAST_LOOP_MA = 14.0
"""Line sides need 10-16 mA (MINI, register 26)."""
SHORT_MA = 18.0
"""At no voltage: more than any telephone draws."""
OVERLOAD_TOLD_US = 10_000_000


class HatPort:
    """What FXO and FXS ports share. `poll` once an inner cycle, `command` between ticks."""

    kind: PortKind

    def __init__(self, number: int, chip: int) -> None:
        self.number = number
        self._chip = chip
        self._events: list[AnyLineEvent] = []
        self._again: InProgress | None = None
        self.report = ChipReport(works=False, chip="")
        self.alarms = 0
        self._alarmed_us = 0
        self.given_up = False
        self.gauges = Gauges(number + 1)
        """The card's, where it has some."""

    def bring_up(self) -> BringUp:
        raise NotImplementedError

    def came_up(self, report: ChipReport) -> None:
        """Take over what a bring-up reported."""
        self.report = report
        self.gauges.unknown(self.number, LineFault(0) if report.works else LineFault.CHIP)

    @property
    def pending(self) -> bool:
        return bool(self._events)

    def take_events(self) -> list[AnyLineEvent]:
        events, self._events = self._events, []
        return events

    def recovering(self, now_us: int) -> bool:
        """True while the chip is out of service; steps its bring-up when due."""
        if self._again is None:
            return not self.report.works
        report = self._again.step(now_us)
        if report is None:
            return True
        self._again = None
        if report.works:
            self.came_up(report)
            self._events.append(PortRecovered(self.number, now_us))
            return False
        self._alarm("; ".join(report.findings), now_us)
        return True

    def _alarm(self, reason: str, now_us: int) -> None:
        """The chip is out of service; it is brought up again unless that has failed too often."""
        if not self._again and self.report.works:
            self._events.append(PortFailed(self.number, now_us, reason))
        self.report = ChipReport(works=False, chip=self.report.chip, findings=(reason,))
        after_us = self._count_alarm(now_us) * RETRY_US
        self.given_up = self.alarms > MOST_ALARMS
        self.gauges.unknown(self.number, LineFault.CHIP | LineFault.GIVEN_UP * self.given_up)
        self._again = None if self.given_up else InProgress(self.bring_up(), now_us + after_us)

    def _count_alarm(self, now_us: int) -> int:
        """How many there were before this one, not long ago."""
        if now_us - self._alarmed_us > ALARMS_FORGIVEN_US:
            self.alarms = 0
        self._alarmed_us = now_us
        self.alarms += 1
        return self.alarms - 1

    def alarm_texts(self) -> tuple[str, ...]:
        texts = self.report.findings
        if self.alarms:
            texts = (*texts, f"{self.alarms} chip alarms")
        return (*texts, "given up") if self.given_up else texts


class FxoPort(HatPort):
    kind = PortKind.FXO

    def __init__(self, number: int, chain: Si3050Chain, chip: int, setup: FxoSetup) -> None:
        super().__init__(number, chip)
        self._chain = chain
        self._setup = setup
        self.line = FxoLine(number)
        self._turn = number
        self._closed = False
        self._ring_seen = 0

    def bring_up(self) -> BringUp:
        return bring_up_si3050(self._chain, self._chip, self._setup)

    def came_up(self, report: ChipReport) -> None:
        super().came_up(report)
        self.line = FxoLine(self.number)
        self._closed = False

    def poll(self, now_us: int) -> None:
        """One look: on-hook registers 5 and 29 in turn, off-hook 29; what follows is written at once."""
        if not self.report.works and self.recovering(now_us):
            return
        line = self.line
        self._turn = turn = self._turn + 1
        # Off-hook only the voltage counts; else the two take turns, but while it rings register 5 tells more
        # (a fifth look left out: at 50 Hz a fourth would always be the same quarter wave).
        if not line.on_hook or (turn % 5 == 0 if self._ring_seen else turn & 1):
            raw = self._chain.read(self._chip, daa.LINE_VOLTAGE)
            events = line.voltage(raw - 256 if raw > 127 else raw, now_us)
        else:
            status = self._chain.read(self._chip, daa.DAA_CONTROL_1)
            if status & daa.SANITY_MASK != daa.SANITY_GOOD:
                self._alarm("the FXO chip was reset", now_us)
                return
            self._ring_seen = status & daa.RING_DETECTED
            events = line.ring_bits(status, now_us)
        if events:
            self._tell(events)
        if turn % LOOK_CYCLES == 0 and not self._looked(turn, now_us):
            return
        self._after(line.advance(now_us))

    def _tell(self, events: Sequence[AnyLineEvent]) -> None:
        self._events += events
        self._measure()

    def _looked(self, turn: int, now_us: int) -> bool:
        """False: the chip was found out of service."""
        if turn % HEALTH_CYCLES == 0:
            return self._healthy(now_us)
        if turn % METER_CYCLES == METER_AT:
            self._measure()
        return True

    def _measure(self) -> None:
        """While it rings the voltage is whatever the instant brings: the former one stands."""
        gauges, number, line = self.gauges, self.number, self.line
        if not (line.on_hook and self._ring_seen):
            gauges.volts[number] = self._measured(daa.LINE_VOLTAGE)
        if line.state is not Loop.SETTLING:
            gauges.milliamps[number] = 0.0 if line.on_hook else self._measured(daa.LOOP_CURRENT)
        self._note_faults()

    def _measured(self, register: int) -> float:
        return daa.REGISTERS[register].measure(self._chain.read(self._chip, register))

    def _note_faults(self) -> None:
        gauges, number, state = self.gauges, self.number, self.line.state
        faults = LineFault.NO_BATTERY * (state is Loop.UNPLUGGED)
        if state is Loop.IDLE and _is_shared(float(gauges.volts[number])):
            faults |= LineFault.SHARED
        if state is Loop.SEIZED and gauges.milliamps[number] < LEAST_LOOP_MA:
            faults |= LineFault.WEAK
        gauges.faults[number] = faults

    def _after(self, events: Sequence[AnyLineEvent]) -> None:
        if events:
            self._tell(events)
        closed = self.line.loop_closed
        if closed is not self._closed:
            self._closed = closed
            self.gauges.milliamps[self.number] = math.nan if closed else 0.0
            value = daa.OFF_HOOK_MONITOR if closed else daa.ON_HOOK_MONITOR
            self._chain.write(self._chip, daa.DAA_CONTROL_1, value)

    def _healthy(self, now_us: int) -> bool:
        status = self._chain.read(self._chip, daa.DAA_CONTROL_1)
        if status & daa.SANITY_MASK != daa.SANITY_GOOD or bool(status & daa.OFF_HOOK) != self._closed:
            self._alarm("the FXO chip was reset", now_us)
            return False
        if not self._chain.read(self._chip, daa.LINE_SIDE_STATUS) & daa.FRAME_DETECT:
            self._alarm("the isolation link to the line side is down", now_us)
            return False
        return True

    def command(self, command: AnyLineCommand, now_us: int) -> None:
        if not self.report.works:
            self.line.unexpected += 1
        elif isinstance(command, SetGain):
            set_fxo_gains(self._chain, self._chip, command.to_line_db, command.from_line_db)
        else:
            self._after(self.line.command(command, now_us))

    def reading(self) -> LineReading:
        """Line-side status and voltage as they are now."""
        raw = self._chain.read(self._chip, daa.LINE_VOLTAGE)
        current = self._chain.read(self._chip, daa.LOOP_CURRENT)
        volts = daa.REGISTERS[daa.LINE_VOLTAGE].measure(raw)
        shared = self.line.on_hook and _is_shared(volts)
        return LineReading(
            kind="fxo",
            present=self.report.works,
            chip=self.report.chip,
            off_hook=self.line.loop_closed,
            voltage_v=volts,
            current_ma=daa.REGISTERS[daa.LOOP_CURRENT].measure(current),
            state="in use by another telephone" if shared else self.line.state.name.lower(),
            alarms=self.alarm_texts(),
        )

    def rest(self) -> None:
        """On-hook, whatever was going on."""
        self._chain.write(self._chip, daa.DAA_CONTROL_1, daa.ON_HOOK_MONITOR)


def _is_shared(volts: float) -> bool:
    return SHARED_V[0] <= abs(volts) < SHARED_V[1]


class FxsPort(HatPort):
    kind = PortKind.FXS

    def __init__(
        self, number: int, chain: Si321xChain, chip: int, setup: FxsSetup, times: FxsTimes | None = None
    ) -> None:
        super().__init__(number, chip)
        self._chain = chain
        self._setup = setup
        self._times = times
        self.line = FxsLine(number, times)
        self._feed = slic.FEED_FORWARD
        self._turn = number
        self._overloaded_us: int | None = None

    def bring_up(self) -> BringUp:
        return bring_up_si321x(self._chain, self._chip, self._setup)

    def came_up(self, report: ChipReport) -> None:
        super().came_up(report)
        self.line = FxsLine(self.number, self._times)
        self._feed = slic.FEED_FORWARD

    def poll(self, now_us: int) -> None:
        """One look at register 68; what follows is written at once."""
        if not self.report.works and self.recovering(now_us):
            return
        line = self.line
        events = line.hook(self._chain.read(self._chip, slic.LOOP_STATUS) & 0x03 != 0, now_us)
        if events:
            self._events += events
        self._turn = turn = self._turn + 1
        if turn % LOOK_CYCLES == 0 and not self._looked(turn, now_us):
            return
        if line.deadline_us is not None:
            events = line.advance(now_us)
            if events:
                self._events += events
        if line.linefeed != self._feed:
            self._set_feed()

    def _looked(self, turn: int, now_us: int) -> bool:
        """False: the chip was found out of service."""
        if turn % HEALTH_CYCLES == 0:
            return self._healthy(now_us)
        if turn % METER_CYCLES == METER_AT:
            self._measure(now_us)
        return True

    def _measure(self, now_us: int) -> None:
        """Ringing is no figure of the loop: the former ones stand."""
        gauges, number = self.gauges, self.number
        if self.line.state is not Hook.RINGING:
            gauges.volts[number] = self._measured(slic.LOOP_VOLTAGE)
            gauges.milliamps[number] = self._measured(slic.LOOP_CURRENT)
        touching = self.line.off_hook and not gauges.volts[number]
        faults = LineFault.SHORT * bool(touching and abs(gauges.milliamps[number]) >= SHORT_MA)
        if self._overloaded_us is not None and now_us - self._overloaded_us < OVERLOAD_TOLD_US:
            faults |= LineFault.OVERLOAD
        gauges.faults[number] = faults

    def _measured(self, register: int) -> float:
        return slic.REGISTERS[register].measure(self._chain.read(self._chip, register))

    def _set_feed(self) -> None:
        self._feed = self.line.linefeed
        self._chain.write(self._chip, slic.LINEFEED, self._feed)

    def _healthy(self, now_us: int) -> bool:
        if self._feed == slic.FEED_OPEN or self._chain.read(self._chip, slic.LINEFEED) & 0x07:
            return True
        if self._chain.read(self._chip, slic.LOOPBACK):
            self._alarm("the FXS chip was reset", now_us)
            return False
        if self._count_alarm(now_us) >= MOST_ALARMS:
            self._alarm(
                "the FXS chip keeps cutting its power stage (short circuit or wrong telephone?)", now_us
            )
            return False
        self._overloaded_us = now_us
        self.gauges.faults[self.number] |= LineFault.OVERLOAD
        self._chain.write(self._chip, slic.IRQ_2, slic.POWER_ALARMS)
        self._set_feed()
        return True

    def command(self, command: AnyLineCommand, now_us: int) -> None:
        if not self.report.works:
            self.line.unexpected += 1
        elif isinstance(command, SetGain):
            self._set_gains(command, now_us)
        else:
            self._events += self.line.command(command, now_us)
            self._events += self.line.advance(now_us)
            if self.line.linefeed != self._feed:
                self._set_feed()

    def _set_gains(self, command: SetGain, now_us: int) -> None:
        is_si3215 = self.report.chip.startswith("Si3215")
        try:
            set_fxs_gains(self._chain, self._chip, is_si3215, command.to_line_db, command.from_line_db)
        except ChipError as error:
            self._alarm(str(error), now_us)

    def reading(self) -> LineReading:
        """Loop voltage and current as they are now."""
        voltage = self._chain.read(self._chip, slic.LOOP_VOLTAGE)
        current = self._chain.read(self._chip, slic.LOOP_CURRENT)
        return LineReading(
            kind="fxs",
            present=self.report.works,
            chip=self.report.chip,
            off_hook=self.line.off_hook,
            voltage_v=slic.REGISTERS[slic.LOOP_VOLTAGE].measure(voltage),
            current_ma=slic.REGISTERS[slic.LOOP_CURRENT].measure(current),
            state="idle" if self.line.state is Hook.ON else self.line.state.name.lower(),
            alarms=self.alarm_texts(),
        )

    def rest(self) -> None:
        """Line feed back to idle."""
        self._chain.write(self._chip, slic.LINEFEED, slic.FEED_FORWARD)
