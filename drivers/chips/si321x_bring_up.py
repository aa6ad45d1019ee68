"""From reset to a fed, calibrated FXS line (HARDWARE.md 1.2.5), and its gains."""

from __future__ import annotations

from collections.abc import Generator

from msgspec import Struct

from drivers.chips import si321x as slic
from drivers.chips.bring_up import BringUp, ChipReport, failed
from drivers.chips.register import ChipError
from drivers.chips.spi_chain import Si321xChain

LOOK_US = 10_000
POWER_UP_LOOKS = 50
ENOUGH_BATTERY = 0xC0
"""Register 82: about 72 V."""
LEAK_TEST_US = 500_000
LEAK_ALLOWED = 6
CALIBRATION_LOOKS = 200
DCDC_CALIBRATION_US = 50_000
RINGING_BATTERY = 0x3F
"""Register 74: −94.5 V, which full ringing needs."""


class WontWork(ChipError):
    """A step of the bring-up failed; the message says which."""


class FxsSetup(Struct, frozen=True):
    """What one FXS chip is to be set to."""

    slot: int
    impedance: str = "600"
    law: str = "a"
    ring_hz: float = 25.0
    ring_vpk: float = slic.MOST_RING_VPK
    to_line_db: float = 0.0
    from_line_db: float = 0.0
    loop_current_ma: int = 20


class Slic:
    """One chip's registers, direct and indirect by name; `is_si3215` decides where the latter lie."""

    def __init__(self, chain: Si321xChain, chip: int) -> None:
        self._chain = chain
        self._chip = chip
        self.is_si3215 = False

    def read(self, register: int) -> int:
        return self._chain.read(self._chip, register)

    def write(self, register: int, value: int) -> None:
        self._chain.write(self._chip, register, value)

    def read_indirect(self, name: str) -> int:
        address = slic.INDIRECT[name].address(self.is_si3215)
        return 0 if address is None else self._chain.read_indirect(self._chip, address)

    def write_indirect(self, name: str, value: int) -> None:
        address = slic.INDIRECT[name].address(self.is_si3215)
        if address is not None:
            self._chain.write_indirect(self._chip, address, value)

    def verify_indirect(self, name: str, value: int) -> None:
        """Raises WontWork when the chip does not hold the value."""
        if slic.INDIRECT[name].address(self.is_si3215) is None:
            return
        found = self.read_indirect(name)
        if found != value:
            raise WontWork(f"indirect register {name} reads {found:#06x} after writing {value:#06x}")


def bring_up_si321x(chain: Si321xChain, chip: int, setup: FxsSetup) -> BringUp:
    """Yields waits in µs; returns the report. Never raises for a chip that is not there or does not work."""
    part = Slic(chain, chip)
    missing = _missing(part)
    if missing:
        return failed("", missing)
    part.is_si3215 = bool(part.read(slic.PCM_MODE) & slic.SI3215)
    name = f"{'Si3215' if part.is_si3215 else 'Si3210'} rev {part.read(slic.SPI_MODE) & 0x0F}"
    findings: list[str] = []
    try:
        part.write(slic.LINEFEED, slic.FEED_OPEN)
        yield from _write_table(part, setup)
        yield from _power_and_calibrate(part, findings)
        _settings(part, setup)
    except ChipError as error:
        part.write(slic.LINEFEED, slic.FEED_OPEN)
        part.write(slic.POWER_DOWN_1, 0x10)
        return failed(name, str(error))
    return ChipReport(works=True, chip=name, findings=tuple(findings))


def _missing(part: Slic) -> str:
    """Why this is no chip in working order, or nothing. One left running by a former process passes."""
    mode, hybrid, pcm = part.read(slic.SPI_MODE), part.read(slic.HYBRID), part.read(slic.PCM_MODE)
    if mode in (0x00, 0xFF) or not 2 <= mode & 0x0F < 0x0F:
        return f"no FXS chip answers (register 0 reads {mode:#04x})"
    if hybrid != slic.HYBRID_RESET or pcm & 0x40:
        return f"what answers is no working FXS chip (registers 1 and 11 read {pcm:#04x}, {hybrid:#04x})"
    return ""


def _write_table(part: Slic, setup: FxsSetup) -> Generator[int, None, None]:
    """Indirect registers are undefined after reset: all are written, then all are checked."""
    wanted = {one.name: one.value for one in slic.INDIRECTS}
    wanted["RING_OSC"], wanted["RING_X"] = slic.ringer(setup.ring_hz, setup.ring_vpk)
    wanted["RING_TRIP_FILTER"] = slic.ring_trip(setup.ring_hz)[0]
    wanted["RX_GAIN"] = slic.gain_register(setup.to_line_db)
    wanted["TX_GAIN"] = slic.gain_register(setup.from_line_db)
    for name, value in wanted.items():
        part.write_indirect(name, value)
        yield 0
    for name, value in wanted.items():
        part.verify_indirect(name, value)
        yield 0


def _power_and_calibrate(part: Slic, findings: list[str]) -> Generator[int, None, None]:
    for register, value in (
        (slic.LOOPBACK, 0x00), (slic.ENHANCEMENT, 0xEB), (slic.AUTOMATIC, 0x07), (slic.BATTERY_FEED, 0x01),
        (slic.BATTERY_HIGH, RINGING_BATTERY),
    ):  # fmt: skip
        part.write(register, value)
    kept = {name: part.read_indirect(name) for name in slic.FILTERS_OPEN_WHILE_CALIBRATING}
    for name in kept:
        part.write_indirect(name, 0x8000)
        yield 0
    yield from _power_up(part)
    yield from _leak_test(part)
    yield from _power_up(part)
    yield from _calibrate(part)
    part.write(slic.DCDC_CONTROL, 0x99)
    yield DCDC_CALIBRATION_US
    if not 0x02 <= part.read(slic.DC_PEAK) <= 0x0D:
        part.write(slic.DC_PEAK, 0x08)
        findings.append("DC-DC calibration gave an odd peak; the usual one is used")
    for name, value in kept.items():
        part.write_indirect(name, value)
        yield 0
        part.verify_indirect(name, value)


def _power_up(part: Slic) -> Generator[int, None, None]:
    part.write(slic.DCDC_PERIOD, 0xC0)
    part.write(slic.DCDC_CONTROL, 0x19)
    part.write(slic.POWER_DOWN_1, 0x00)
    for _ in range(POWER_UP_LOOKS):
        yield LOOK_US
        if part.read(slic.SENSED_BATTERY) >= ENOUGH_BATTERY:
            return
    volts = part.read(slic.SENSED_BATTERY) * 0.376
    raise WontWork(
        f"the line battery does not come up ({volts:.0f} V after 0.5 s; is the 12 V supply there?)"
    )


def _leak_test(part: Slic) -> Generator[int, None, None]:
    part.write(slic.LINEFEED, slic.FEED_OPEN)
    part.write(slic.POWER_DOWN_1, 0x10)
    before = part.read(slic.SENSED_BATTERY)
    yield LEAK_TEST_US
    after = part.read(slic.SENSED_BATTERY)
    if before - after > LEAK_ALLOWED:
        raise WontWork(
            f"the line battery leaks ({before * 0.376:.0f} V fell to {after * 0.376:.0f} V in 0.5 s)"
        )


def _calibrate(part: Slic) -> Generator[int, None, None]:
    part.write(slic.CALIBRATION_2, 0x1F)
    part.write(slic.CALIBRATION_1, 0x5F)
    for _ in range(CALIBRATION_LOOKS):
        yield LOOK_US
        if part.read(slic.CALIBRATION_1) == 0:
            return
    raise WontWork("calibration does not end in 2 s")


def _settings(part: Slic, setup: FxsSetup) -> None:
    start = setup.slot * 8
    family = slic.SI3215 if part.is_si3215 else 0
    for register, value in (
        (slic.TX_START_LOW, start & 0xFF), (slic.TX_START_HIGH, start >> 8),
        (slic.RX_START_LOW, start & 0xFF), (slic.RX_START_HIGH, start >> 8),
        (slic.PCM_MODE, family | slic.PCM_ENABLE[setup.law]),
        (slic.IRQ_1, 0xFF), (slic.IRQ_2, 0xFF), (slic.IRQ_3, 0xFF),
        (slic.COMMON_MODE, 0x04),
        (slic.LOOP_DEBOUNCE, 0x04), (slic.RING_TRIP_DEBOUNCE, slic.ring_trip(setup.ring_hz)[1]),
        (slic.LOOP_CURRENT_LIMIT, max(0, min(7, (setup.loop_current_ma - 20) // 3))),
        (slic.IMPEDANCE, slic.impedance_register(setup.impedance)),
        (slic.RING_OSCILLATOR, 0x00),
        (slic.LINEFEED, slic.FEED_FORWARD),
    ):  # fmt: skip
        part.write(register, value)


def set_gains(chain: Si321xChain, chip: int, is_si3215: bool, to_line_db: float, from_line_db: float) -> None:
    """RX is what the chip receives from the highway and gives to the telephone; TX the other way."""
    part = Slic(chain, chip)
    part.is_si3215 = is_si3215
    part.write_indirect("RX_GAIN", slic.gain_register(to_line_db))
    part.write_indirect("TX_GAIN", slic.gain_register(from_line_db))
