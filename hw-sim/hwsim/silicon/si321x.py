"""Register model of an Si3210 or Si3215: SPI and PCM on one end, a telephone's wires on the other."""

from __future__ import annotations

from collections.abc import Callable

from drivers.chips import si321x as slic
from drivers.ports import Clock
from hwsim.silicon.chip import SILENT, Chip, Slot, timeslot
from hwsim.silicon.pins import Pins

FXS = 2
REVISION = 5
INDIRECT_US = 63
"""One turn of the 16 kHz indirect register machine."""
LOOK_US = 25
"""What three SPI frames take; looks at the busy bit move its machine on where the clock stands still."""
CALIBRATION_US = 30_000
POWER_UP_US = 60_000
SHARP_CLOSURE_MA = 11.0
"""Loop current that counts as off-hook."""
SERIES_OHM = 160.0
RING_TRIP_OHM = 3000.0
"""A DC loop below this draws enough during ringing to trip."""
VOLTS_PER_STEP = 0.376
INFINITE = float("inf")
ACTIVE_FEEDS = frozenset({1, 2, 5, 6})
REVERSE_FEEDS = frozenset({5, 6})
RESETS = {address: register.reset for address, register in slic.REGISTERS.items() if register.reset}
READ_ONLY = (
    slic.LOOP_STATUS, slic.LOOP_VOLTAGE, slic.LOOP_CURRENT, 80, 81, slic.SENSED_BATTERY, slic.INDIRECT_STATUS,
)  # fmt: skip


class Si321x(Chip):
    """`supply` is the 12 V of the DC-DC converter (which the world may cut too, and the chip is reset by it); `leaks` a
    battery that falls when the converter rests.

    `stuck_busy` and `never_calibrates` are chips whose inner machines hang.
    """

    def __init__(self, pins: Pins, clock: Clock, is_si3215: bool = True) -> None:
        self._is_si3215 = is_si3215
        super().__init__(pins, clock, RESETS | {1: 0x88 if is_si3215 else 0x08}, slic.LAST_REGISTER + 1)
        self.supply = True
        self.leaks = False
        self.stuck_busy = False
        self.never_calibrates = False
        self._indirect: dict[int, int] = {}
        self._indirect_free_us = 0
        self._data_written = False
        self._calibrated_us: int | None = None
        self._powered_us: int | None = None
        self._rested_us = 0
        self._closed = False
        self._change_us: int | None = None
        self._power_was_cut = False
        pins.is_kind(FXS)
        self._readers = {
            slic.SPI_MODE: lambda: self.registers[0] & 0xC0 | 0x10 | REVISION,
            slic.LINEFEED: self._linefeed,
            slic.LOOP_STATUS: self._loop_status,
            slic.LOOP_VOLTAGE: lambda: self._signed(self._loop_v() / 1.5),
            slic.LOOP_CURRENT: lambda: self._signed(self._loop_ma() / 1.25),
            slic.SENSED_BATTERY: lambda: min(255, round(self._battery() / VOLTS_PER_STEP)),
            80: lambda: min(255, round(3 / VOLTS_PER_STEP)),
            81: lambda: min(255, round((3 + abs(self._loop_v())) / VOLTS_PER_STEP)),
            slic.INDIRECT_STATUS: self._indirect_busy,
            slic.CALIBRATION_1: self._calibration,
        }
        self._writers = {address: self._read_only for address in READ_ONLY}
        self._writers |= {
            slic.LINEFEED: self._set_linefeed,
            slic.INDIRECT_ADDRESS: self._start_indirect,
            slic.CALIBRATION_1: self._start_calibration,
            slic.POWER_DOWN_1: self._set_power,
            slic.IRQ_1: lambda value: self._clear(slic.IRQ_1, value),
            slic.IRQ_2: lambda value: self._clear(slic.IRQ_2, value),
            slic.IRQ_3: lambda value: self._clear(slic.IRQ_3, value),
            slic.DCDC_CONTROL: self._set_dcdc,
        }
        for address in (1, 2, 3, 4, 5, slic.AUDIO_GAIN):
            self._writers[address] = self._pcm_writer(address)
        self.reset()

    def reset(self) -> None:
        """A reset in service. Strategy: the SPI mode stays, else the whole chain would lose its framing."""
        mode = self.registers[0]
        self._load_resets()
        self.registers[0] = mode
        self._indirect = {}
        self._powered_us = self._calibrated_us = None
        self._set_linefeed(slic.FEED_OPEN)

    def raise_power_alarm(self, transistor: int = 1) -> None:
        """Q1-Q6 overloaded: the chip opens the line by itself and says which."""
        self.registers[slic.IRQ_2] |= 1 << (transistor + 1)
        self._set_linefeed(slic.FEED_OPEN)

    def _read_only(self, _value: int) -> None:
        self.violations += 1

    def _pcm_writer(self, address: int) -> Callable[[int], None]:
        def write(value: int) -> None:
            kept = self.registers[1] & slic.SI3215 if address == slic.PCM_MODE else 0
            self.registers[address] = value & 0x7F | kept if address == slic.PCM_MODE else value
            self.moved()

        return write

    def _clear(self, address: int, value: int) -> None:
        self.registers[address] &= ~value & 0xFF

    def _start_indirect(self, address: int) -> None:
        """Writing the address starts it: a write when the data registers were written since, else a read."""
        now_us = self._now_us()
        if now_us < self._indirect_free_us:
            self.violations += 1
        registers = self.registers
        if self._data_written:
            self._indirect[address] = registers[slic.INDIRECT_LOW] | registers[slic.INDIRECT_HIGH] << 8
            self._data_written = False
            self.moved()
        else:
            value = self._indirect.get(address, 0x5AA5)
            registers[slic.INDIRECT_LOW], registers[slic.INDIRECT_HIGH] = value & 0xFF, value >> 8
        registers[slic.INDIRECT_ADDRESS] = address
        self._indirect_free_us = now_us + INDIRECT_US

    def _indirect_busy(self) -> int:
        self._indirect_free_us -= LOOK_US
        return int(self.stuck_busy or self._now_us() < self._indirect_free_us)

    def write(self, address: int, value: int) -> None:
        if address == slic.INDIRECT_HIGH:
            self._data_written = True
        super().write(address, value)

    def _held(self, name: str) -> int:
        address = slic.INDIRECT[name].address(self._is_si3215)
        return 0 if address is None else self._indirect.get(address, 0)

    def _set_power(self, value: int) -> None:
        self.registers[slic.POWER_DOWN_1] = value
        self._power_moved()

    def _set_dcdc(self, value: int) -> None:
        self.registers[slic.DCDC_CONTROL] = value & 0x7F if value & 0x80 else value
        self._power_moved()

    def _power_moved(self) -> None:
        on = self.registers[slic.DCDC_CONTROL] & 0x19 and not self.registers[slic.POWER_DOWN_1] & 0x10
        if on and self._powered_us is None:
            self._powered_us = self._now_us()
        elif not on and self._powered_us is not None:
            self._powered_us, self._rested_us = None, self._now_us()

    def _feel_power(self) -> None:
        """Power that fails takes the registers with it, once."""
        cut = self.pins.power_cut
        if cut and not self._power_was_cut:
            self.reset()
        self._power_was_cut = cut

    def _battery(self) -> float:
        """VBAT, volts below ground; it stays for a while when the converter rests."""
        full = (self.registers[slic.BATTERY_HIGH] & 0x3F) * 1.5
        if not self.supply or self.pins.power_cut:
            return 0.0
        if self._powered_us is not None:
            return full * min(1.0, (self._now_us() - self._powered_us) / POWER_UP_US)
        if not self._rested_us:
            return 0.0
        falls_v_per_s = 12.0 if self.leaks else 1.0
        return max(0.0, full - (self._now_us() - self._rested_us) * 1e-6 * falls_v_per_s)

    def _start_calibration(self, value: int) -> None:
        self.registers[slic.CALIBRATION_1] = value
        if value & 0x40:
            self._calibrated_us = self._now_us() + CALIBRATION_US

    def _calibration(self) -> int:
        done_us = None if self.never_calibrates else self._calibrated_us
        if done_us is not None and self._now_us() >= done_us:
            self.registers[slic.CALIBRATION_1] = 0
            self._calibrated_us = None
        return self.registers[slic.CALIBRATION_1]

    def _set_linefeed(self, value: int) -> None:
        self.registers[slic.LINEFEED] = value & 0x07
        self._change_us = None
        if value & 0x07 not in ACTIVE_FEEDS:
            self._closed = False
        self._feed()
        self.moved()

    def _linefeed(self) -> int:
        self._feel_power()
        self._loop_status()
        wanted = self.registers[slic.LINEFEED]
        return wanted | wanted << 4

    def _feed(self) -> None:
        feed, registers = self.registers[slic.LINEFEED], self.registers
        volts = (registers[slic.ON_HOOK_VOLTAGE] & 0x3F) * 1.5
        ring_hz = ring_v = 0.0
        if feed == slic.FEED_RINGING:
            ring_hz, ring_v = slic.ringer_of(self._held("RING_OSC"), self._held("RING_X"))
            ring_v = min(ring_v, registers[slic.BATTERY_HIGH] * 1.5)
        volts = 0.0 if feed not in ACTIVE_FEEDS else -volts if feed in REVERSE_FEEDS else volts
        self.pins.feed(feed, volts, 20 + 3 * (registers[slic.LOOP_CURRENT_LIMIT] & 0x07), ring_v, ring_hz)

    def _loop_ma(self) -> float:
        """Signed like the feed."""
        feed, ohm = self.registers[slic.LINEFEED], self.pins.loop_ohm
        if feed not in ACTIVE_FEEDS or ohm == float("inf"):
            return 0.0
        open_v = (self.registers[slic.ON_HOOK_VOLTAGE] & 0x3F) * 1.5
        limit = 20 + 3 * (self.registers[slic.LOOP_CURRENT_LIMIT] & 0x07)
        current = min(limit, open_v / (ohm + SERIES_OHM) * 1000)
        return -current if feed in REVERSE_FEEDS else current

    def _loop_v(self) -> float:
        feed, ohm = self.registers[slic.LINEFEED], self.pins.loop_ohm
        if feed not in ACTIVE_FEEDS:
            return 0.0
        if ohm == float("inf"):
            volts = (self.registers[slic.ON_HOOK_VOLTAGE] & 0x3F) * 1.5
            return -volts if feed in REVERSE_FEEDS else volts
        return self._loop_ma() * ohm / 1000

    @staticmethod
    def _signed(steps: float) -> int:
        whole = min(63, round(abs(steps)))
        return whole | 0x40 if steps < 0 and whole else whole

    def _loop_status(self) -> int:
        """LCR after its debounce; a telephone that answers while it rings trips the ringing."""
        feed = self.registers[slic.LINEFEED]
        pins = self.pins
        ohm = pins.world[pins.first + 1]
        if feed == slic.FEED_RINGING:
            return self._ring_trip(ohm)
        if feed not in ACTIVE_FEEDS:
            return 0
        if ohm == INFINITE and not self._closed:
            self._change_us = None
            return 0
        closed = ohm < 1e6 and abs(self._loop_ma()) >= SHARP_CLOSURE_MA
        if closed is not self._closed and self._lasts(slic.LOOP_DEBOUNCE):
            self._closed = closed
        elif closed is self._closed:
            self._change_us = None
        return (0x01 if self._closed else 0) | (0x04 if closed else 0)

    def _ring_trip(self, ohm: float) -> int:
        if ohm > RING_TRIP_OHM:
            self._change_us = None
            return 0
        if not self._lasts(slic.RING_TRIP_DEBOUNCE):
            return 0x04
        self.registers[slic.IRQ_2] |= 0x01
        if self.registers[slic.AUTOMATIC] & 0x04:
            self._set_linefeed(slic.FEED_FORWARD)
            self._closed = True
        return 0x07

    def _lasts(self, register: int) -> bool:
        """Whether the change first seen some looks ago has stood for the debounce time of a register."""
        now_us = self._now_us()
        if self._change_us is None:
            self._change_us = now_us
        if now_us - self._change_us < (self.registers[register] & 0x7F) * 1250:
            return False
        self._change_us = None
        return True

    def slot(self) -> Slot:
        registers = self.registers
        if self.silent or not registers[slic.PCM_MODE] & 0x20:
            return SILENT
        through = registers[slic.LINEFEED] in ACTIVE_FEEDS
        gains = (1.0, 10 ** (-3.5 / 20), 10 ** (3.5 / 20), 0.0)
        return Slot(
            hears=timeslot(registers[slic.RX_START_LOW], registers[slic.RX_START_HIGH]),
            speaks=timeslot(registers[slic.TX_START_LOW], registers[slic.TX_START_HIGH]),
            law={0x00: "a", 0x08: "u"}.get(registers[slic.PCM_MODE] & 0x18, ""),
            to_line=self._held("RX_GAIN") / slic.UNITY_GAIN * gains[registers[slic.AUDIO_GAIN] & 0x03],
            from_line=self._held("TX_GAIN") / slic.UNITY_GAIN * gains[registers[slic.AUDIO_GAIN] >> 2 & 0x03],
            to_line_open=through,
            from_line_open=through,
        )

    def settles_at_us(self) -> int:
        """This family's speech path changes only with what is written."""
        return 0
