"""Register model of an Si3050 with its line side: SPI and PCM here, the exchange's wires there."""

from __future__ import annotations

from collections.abc import Callable

from drivers.chips import si3050 as daa
from drivers.ports import Clock
from hwsim.silicon.chip import SILENT, Chip, Slot, timeslot
from hwsim.silicon.pins import Pins

FXO = 1
LINK_UP_US = 40_000
RESET_US = 2_000
RING_THRESHOLD_V = (21.2, 30.4)
"""Peak, by RT: 15 and 21.5 Vrms."""
RING_DETECTED_US = 5_000_000
LEAST_VOLTAGE = 3
OFF_HOOK_OHM = 270.0
"""What the DC termination (3-4 V and a resistor) amounts to at 20-30 mA; the world reads it in `Wire.box`."""
LIMIT_V = OFF_HOOK_OHM * 0.060
"""With ILIM set (TBR21): 60 mA."""
INFINITE = float("inf")
RESETS = {address: register.reset for address, register in daa.REGISTERS.items() if register.reset}


class Si3050(Chip):
    """`line_side` 3 is an Si3019, 1 an Si3018, 0 none (the port has no line circuit)."""

    def __init__(self, pins: Pins, clock: Clock, line_side: int = 3) -> None:
        super().__init__(pins, clock, RESETS, daa.LAST_REGISTER + 1)
        self.line_side = line_side
        self._link_us: int | None = None
        self._link_up = False
        self._ring_us: int | None = None
        self._talks_us = 0
        self._off_hook = False
        pins.is_kind(FXO)
        self._readers = {
            daa.DAA_CONTROL_1: self._control_1,
            daa.REVISION: self._revision,
            daa.LINE_SIDE_STATUS: self._status,
            daa.LINE_SIDE_REVISION: lambda: 0x40 | (0x03 << 2 if self._linked() else 0),
            daa.LOOP_CURRENT: lambda: min(127, round(self._current_ma() / 1.1)),
            daa.LINE_VOLTAGE: self._voltage,
        }
        self._writers = {
            daa.CONTROL_1: self._set_control_1,
            daa.DAA_CONTROL_1: self._set_hook,
            daa.DAA_CONTROL_2: self._set_power,
            daa.REVISION: self._read_only,
            daa.LINE_SIDE_STATUS: self._read_only,
            daa.LINE_SIDE_REVISION: self._read_only,
            daa.LOOP_CURRENT: self._read_only,
            daa.LINE_VOLTAGE: self._read_only,
        }
        for address in range(daa.PCM_MODE, daa.RX_GAIN_3 + 1):
            self._writers[address] = self._pcm_writer(address)
        self.reset()

    def reset(self) -> None:
        """What the reset pin, the SR bit or a glitch on the supply does."""
        self._load_resets()
        self._link_us = self._ring_us = None
        self._link_up = False
        self._off_hook = False
        self._hook_moved()

    def lose_line_side(self) -> None:
        """The isolation link breaks and stays broken."""
        self.line_side = 0
        self._link_up = self._off_hook = False
        self._hook_moved()

    def _read_only(self, _value: int) -> None:
        self.violations += 1

    def _pcm_writer(self, address: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            self.registers[address] = value
            self.moved()

        return write

    def _set_control_1(self, value: int) -> None:
        if value & daa.SOFT_RESET:
            self.reset()
        else:
            self.registers[daa.CONTROL_1] = value

    def _set_power(self, value: int) -> None:
        self.registers[daa.DAA_CONTROL_2] = value
        self._link_us = None if value & 0x18 else self._now_us() + LINK_UP_US
        self._link_up = False

    def _linked(self) -> bool:
        if self._link_up or self._link_us is None:
            return self._link_up
        self._link_up = bool(self.line_side) and self._now_us() >= self._link_us
        return self._link_up

    def _set_hook(self, value: int) -> None:
        self.registers[daa.DAA_CONTROL_1] = value & 0x09
        wanted = bool(value & daa.OFF_HOOK) and self._linked()
        if wanted != self._off_hook:
            self._off_hook = wanted
            if wanted:
                self._ring_us = None
                self._talks_us = self._now_us() + self._settling_us()
        self._hook_moved()

    def _settling_us(self) -> int:
        delay_ms = daa.OFF_HOOK_DELAY_MS[self.registers[daa.DAA_CONTROL_5] >> 5 & 0x03]
        delay_ms += daa.RESISTOR_CALIBRATION_MS
        if not self.registers[daa.INTERNATIONAL_2] & 0x20:
            delay_ms += daa.ADC_CALIBRATION_MS
        return delay_ms * 1000

    def _hook_moved(self) -> None:
        self.pins.close_loop(self._off_hook, OFF_HOOK_OHM)
        self.moved()

    def _control_1(self) -> int:
        bits = self.registers[daa.DAA_CONTROL_1]
        pins = self.pins
        if self._off_hook or not (pins.ring_v or self._ring_us is not None) or not self._linked():
            return bits
        now_us = self._now_us()
        ringing = pins.ringing(now_us)
        threshold = RING_THRESHOLD_V[self.registers[daa.INTERNATIONAL_1] & 0x01]
        if pins.ring_v > threshold:
            self._ring_us = now_us
        if ringing > threshold:
            bits |= daa.RING_POSITIVE
        elif ringing < -threshold:
            bits |= daa.RING_NEGATIVE
        if self._ring_us is not None:
            if now_us - self._ring_us > RING_DETECTED_US:
                self._ring_us = None
            else:
                bits |= daa.RING_DETECTED
        return bits

    def _revision(self) -> int:
        return 0x04 | (self.line_side << 4 if self._linked() else 0)

    def _status(self) -> int:
        if not self._linked():
            return 0
        return daa.FRAME_DETECT | min(31, round(self._current_ma() / 3.3))

    def _open_v(self) -> float:
        """The battery, signed, less what a telephone in parallel takes."""
        pins, first = self.pins, self.pins.first
        battery, parallel = pins.world[first], pins.world[first + 4]
        if parallel == INFINITE:
            return battery
        return battery * parallel / (parallel + max(1.0, pins.loop_ohm))

    def _current_ma(self) -> float:
        return abs(self._terminal()) / OFF_HOOK_OHM * 1000 if self._off_hook else 0.0

    def _terminal(self) -> float:
        """Tip to ring, signed."""
        volts = self._open_v()
        if not self._off_hook or not volts:
            return volts
        volts *= OFF_HOOK_OHM / (self.pins.loop_ohm + OFF_HOOK_OHM)
        if self.registers[daa.DC_TERMINATION] & 0x02 and abs(volts) > LIMIT_V:
            return LIMIT_V if volts > 0 else -LIMIT_V
        return volts

    def _voltage(self) -> int:
        """LVS: while the line rings, whatever the instant brings."""
        if not self._link_up and not self._linked():
            return 0
        volts = self._terminal()
        if not self._off_hook and self.pins.ring_v:
            volts += self.pins.ringing(self._now_us())
        whole = max(-128, min(127, round(volts)))
        return 0 if -LEAST_VOLTAGE < whole < LEAST_VOLTAGE else whole & 0xFF

    def slot(self) -> Slot:
        registers = self.registers
        mode = registers[daa.PCM_MODE]
        if self.silent or not mode & 0x20:
            return SILENT
        talks = self._off_hook and self._now_us() >= self._talks_us
        listens = not self._off_hook and bool(registers[daa.DAA_CONTROL_1] & daa.ON_HOOK_MONITOR)
        linked = self._linked()
        return Slot(
            hears=timeslot(registers[daa.RX_START_LOW], registers[daa.RX_START_HIGH]),
            speaks=timeslot(registers[daa.TX_START_LOW], registers[daa.TX_START_HIGH]),
            law={0x00: "a", 0x08: "u"}.get(mode & 0x18, ""),
            to_line=10 ** (daa.gain_db(registers[daa.TX_GAIN_2], registers[daa.TX_GAIN_3]) / 20),
            from_line=10 ** (daa.gain_db(registers[daa.RX_GAIN_2], registers[daa.RX_GAIN_3]) / 20),
            to_line_open=talks and linked,
            from_line_open=(talks or listens) and linked,
        )

    def settles_at_us(self) -> int:
        """When `slot()` changes by itself next (end of a calibration or of the link's start), or 0."""
        now_us = self._now_us()
        times = [self._talks_us if self._off_hook else 0, self._link_us or 0]
        return min((at for at in times if at > now_us), default=0)
