"""Si3210/Si3215 (FXS): registers, indirect table, impedances and ringer as data (HARDWARE.md 1.2)."""

from __future__ import annotations

import math
from collections.abc import Mapping

from msgspec import Struct

from drivers.chips.register import ChipError, Register, bits, by_address

SPI_MODE = 0
PCM_MODE = 1
TX_START_LOW, TX_START_HIGH, RX_START_LOW, RX_START_HIGH = 2, 3, 4, 5
LOOPBACK = 8
AUDIO_GAIN = 9
IMPEDANCE = 10
HYBRID = 11
POWER_DOWN_1 = 14
IRQ_1, IRQ_2, IRQ_3 = 18, 19, 20
INDIRECT_LOW, INDIRECT_HIGH, INDIRECT_ADDRESS, INDIRECT_STATUS = 28, 29, 30, 31
RING_OSCILLATOR = 34
LINEFEED = 64
BATTERY_FEED = 66
AUTOMATIC = 67
LOOP_STATUS = 68
LOOP_DEBOUNCE = 69
RING_TRIP_DEBOUNCE = 70
LOOP_CURRENT_LIMIT = 71
ON_HOOK_VOLTAGE = 72
COMMON_MODE = 73
BATTERY_HIGH = 74
LOOP_VOLTAGE = 78
LOOP_CURRENT = 79
SENSED_BATTERY = 82
DCDC_PERIOD = 92
DCDC_CONTROL = 93
CALIBRATION_1 = 96
CALIBRATION_2 = 97
DC_PEAK = 107
ENHANCEMENT = 108
LAST_REGISTER = 108

REGISTERS = by_address(
    Register(0, "SPI_MODE", 0, bits("SPIDC:7 SPIM:6 PART:5-4 REVISION:3-0")),
    Register(1, "PCM_MODE", 0x08, bits("SI3215:7 PCME:5 PCMF:4-3 PCMT:2 TRI:0")),
    Register(2, "TX_START_LOW"),
    Register(3, "TX_START_HIGH"),
    Register(4, "RX_START_LOW"),
    Register(5, "RX_START_HIGH"),
    Register(6, "PART_NUMBER"),
    Register(8, "LOOPBACK", 0x02),
    Register(9, "AUDIO_GAIN", 0, bits("ATX:3-2 ARX:1-0")),
    Register(10, "IMPEDANCE", 0x08, bits("CLC:5-4 TISE:3 TISS:2-0")),
    Register(11, "HYBRID", 0x33),
    Register(14, "POWER_DOWN_1", 0x10, bits("DCOF:4 PFR:3 BIASOF:1 SLICOF:0")),
    Register(18, "IRQ_1"),
    Register(19, "IRQ_2", 0, bits("Q6:7 Q5:6 Q4:5 Q3:4 Q2:3 Q1:2 LCIP:1 RTIP:0")),
    Register(20, "IRQ_3"),
    Register(21, "IRQ_ENABLE_1"),
    Register(22, "IRQ_ENABLE_2"),
    Register(23, "IRQ_ENABLE_3"),
    Register(24, "DTMF_DECODE"),
    Register(28, "INDIRECT_LOW"),
    Register(29, "INDIRECT_HIGH"),
    Register(30, "INDIRECT_ADDRESS"),
    Register(31, "INDIRECT_STATUS", 0, bits("IAS:0")),
    Register(32, "OSCILLATOR_1"),
    Register(33, "OSCILLATOR_2"),
    Register(34, "RING_OSCILLATOR", 0, bits("RSS:7 RDAC:5 RTAE:4 RTIE:3 ROE:2 RVO:1 TSWS:0")),
    Register(48, "RING_ACTIVE_LOW"),
    Register(49, "RING_ACTIVE_HIGH"),
    Register(50, "RING_INACTIVE_LOW"),
    Register(51, "RING_INACTIVE_HIGH"),
    Register(64, "LINEFEED", 0, bits("ACTUAL:6-4 WANTED:2-0")),
    Register(66, "BATTERY_FEED", 0x03, bits("FVBAT:3 TRACK:0")),
    Register(67, "AUTOMATIC", 0x1F, bits("SPDS:4 AORD:2 AOLD:1 AOPN:0")),
    Register(68, "LOOP_STATUS", 0, bits("DBIRAW:2 RTP:1 LCR:0")),
    Register(69, "LOOP_DEBOUNCE", 0x0A, unit="ms", scale=1.25),
    Register(70, "RING_TRIP_DEBOUNCE", 0x0A, unit="ms", scale=1.25),
    Register(71, "LOOP_CURRENT_LIMIT"),
    Register(72, "ON_HOOK_VOLTAGE", 0x20, unit="V", scale=1.5, signed="bit6"),
    Register(73, "COMMON_MODE", 0x02, unit="V", scale=1.5),
    Register(74, "BATTERY_HIGH", 0x32, unit="V", scale=-1.5),
    Register(75, "BATTERY_LOW", 0x10, unit="V", scale=-1.5),
    Register(78, "LOOP_VOLTAGE", 0, unit="V", scale=1.5, signed="bit6"),
    Register(79, "LOOP_CURRENT", 0, unit="mA", scale=1.25, signed="bit6"),
    Register(80, "TIP_VOLTAGE", 0, unit="V", scale=-0.376),
    Register(81, "RING_VOLTAGE", 0, unit="V", scale=-0.376),
    Register(82, "SENSED_BATTERY", 0, unit="V", scale=-0.376),
    Register(92, "DCDC_PERIOD", 0xFF),
    Register(93, "DCDC_CONTROL", 0),
    Register(96, "CALIBRATION_1", 0x1F),
    Register(97, "CALIBRATION_2", 0x1F),
    Register(107, "DC_PEAK", 0x08),
    Register(108, "ENHANCEMENT", 0),
)

SPIDC = 0x80
SI3215 = 0x80
PCM_ENABLE = {"a": 0x20, "u": 0x28}
LOOP_CLOSED, RING_TRIP = 0x01, 0x02
COLD_LOOPBACK = 0x02
HYBRID_RESET = 0x33
POWER_ALARMS = 0xFC
BUSY = 0x01

FEED_OPEN, FEED_FORWARD, FEED_FORWARD_OHT, FEED_TIP_OPEN = 0, 1, 2, 3
FEED_RINGING, FEED_REVERSE, FEED_REVERSE_OHT, FEED_RING_OPEN = 4, 5, 6, 7

IMPEDANCES: Mapping[str, int] = {
    "600": 0, "900": 1, "japan": 2, "900+2.16u": 3, "ctr21": 4, "australia": 5, "south-africa": 6, "china": 7,
}  # fmt: skip
"""TISS of register 10; 0x08 enables it."""


class UnknownImpedance(ChipError, KeyError):
    """No two-wire impedance of that name."""


def impedance_register(name: str) -> int:
    """Register 10 for an impedance; raises UnknownImpedance."""
    if name not in IMPEDANCES:
        raise UnknownImpedance(f"no telephone impedance {name!r}; there are: {', '.join(sorted(IMPEDANCES))}")
    return 0x08 | IMPEDANCES[name]


class Indirect(Struct, frozen=True):
    """One indirect register; `si3215` is its address there, None where the Si3215 has none."""

    name: str
    si3210: int
    si3215: int | None
    value: int

    def address(self, is_si3215: bool) -> int | None:
        return self.si3215 if is_si3215 else self.si3210


def _dtmf() -> tuple[Indirect, ...]:
    values = (
        0x55C2, 0x51E6, 0x4B85, 0x4937, 0x3333, 0x0202, 0x0202, 0x0198, 0x0198, 0x0611, 0x0202, 0x00E5,
        0x0A1C,
    )  # fmt: skip
    return tuple(Indirect(f"DTMF_{n}", n, None, value) for n, value in enumerate(values))


INDIRECTS = (
    *_dtmf(),
    Indirect("OSC1_COEF", 13, 0, 0x7B30),
    Indirect("OSC1X", 14, 1, 0x0063),
    Indirect("OSC1Y", 15, 2, 0),
    Indirect("OSC2_COEF", 16, 3, 0x7870),
    Indirect("OSC2X", 17, 4, 0x007D),
    Indirect("OSC2Y", 18, 5, 0),
    Indirect("RING_V_OFF", 19, 6, 0),
    Indirect("RING_OSC", 20, 7, 0x7EF0),
    Indirect("RING_X", 21, 8, 0x0160),
    Indirect("RING_Y", 22, 9, 0),
    Indirect("PULSE_ENVELOPE", 23, None, 0x2000),
    Indirect("PULSE_X", 24, None, 0x2000),
    Indirect("PULSE_Y", 25, None, 0),
    Indirect("RX_GAIN", 26, 13, 0x4000),  # DAHDI starts at 0x2000; unity here, the port's own gain follows
    Indirect("TX_GAIN", 27, 14, 0x4000),
    Indirect("LOOP_CLOSE_THRESHOLD", 28, 15, 0x1000),
    Indirect("RING_TRIP_THRESHOLD", 29, 16, 0x3600),
    Indirect("COMMON_MODE_HIGH", 30, 17, 0x1000),
    Indirect("COMMON_MODE_LOW", 31, 18, 0x0200),
    Indirect("ALARM_Q1Q2", 32, 19, 0x07C0),
    Indirect("ALARM_Q3Q4", 33, 20, 0x2600),
    Indirect("ALARM_Q5Q6", 34, 21, 0x1B80),
    Indirect("LOOP_CLOSE_FILTER", 35, 22, 0x8000),
    Indirect("RING_TRIP_FILTER", 36, 23, 0x0320),
    Indirect("THERMAL_Q1Q2", 37, 24, 0x008C),
    Indirect("THERMAL_Q3Q4", 38, 25, 0x0100),
    Indirect("THERMAL_Q5Q6", 39, 26, 0x0010),
    Indirect("COMMON_MODE_RINGING", 40, 27, 0x0C00),
    Indirect("DCDC_MIN_V", 41, 64, 0x0C00),
    Indirect("DCDC_EXTRA", 42, None, 0x1000),
    Indirect("LOOP_CLOSE_LOW", 43, 66, 0x1000),
)
INDIRECT = {one.name: one for one in INDIRECTS}
FILTERS_OPEN_WHILE_CALIBRATING = (
    "LOOP_CLOSE_FILTER", "RING_TRIP_FILTER", "THERMAL_Q1Q2", "THERMAL_Q3Q4", "THERMAL_Q5Q6",
)  # fmt: skip
UNITY_GAIN = 0x4000
MOST_RING_VPK = 89.0
"""With the battery at −94.5 V (0x3F in register 74); the chip itself ends at 96 V."""


def ringer(hz: float, vpk: float) -> tuple[int, int]:
    """(RING_OSC, RING_X) of a sine ringer, computed as the data sheet's 1 kHz oscillator wants it."""
    coefficient = math.cos(2 * math.pi * hz / 1000)
    shape = math.sqrt((1 - coefficient) / (1 + coefficient))
    return round(coefficient * 32768), round(0.25 * shape * 32768 * min(vpk, MOST_RING_VPK) / 96)


def ringer_of(osc: int, x: int) -> tuple[float, float]:
    """(Hz, V peak) that such registers make."""
    coefficient = min(0.999999, max(-0.999999, (osc - 65536 if osc > 32767 else osc) / 32768))
    shape = math.sqrt((1 - coefficient) / (1 + coefficient))
    return math.acos(coefficient) * 1000 / (2 * math.pi), x / 32768 * 4 / shape * 96


RING_TRIPS: Mapping[float, tuple[int, int]] = {
    16.7: (0x0200, 0x0F),
    20.0: (0x0320, 0x0B),
    30.0: (0x0380, 0x09),
}
"""By ringing frequency: (RING_TRIP_FILTER, debounce register 70)."""


def ring_trip(hz: float) -> tuple[int, int]:
    return RING_TRIPS[min(RING_TRIPS, key=lambda known: abs(known - hz))]


def gain_register(db: float) -> int:
    """Digital gain (0x4000 is 0 dB) clamped to what 16 bits hold, about −42 … +6 dB."""
    return min(0x7FFF, max(0x0080, round(UNITY_GAIN * 10 ** (db / 20))))
