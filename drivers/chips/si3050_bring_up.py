"""From reset to an on-hook FXO line (HARDWARE.md 1.1.4), and its gains."""

from __future__ import annotations

from msgspec import Struct

from drivers.chips import si3050 as daa
from drivers.chips.bring_up import BringUp, ChipReport, failed
from drivers.chips.fxo_presets import FxoPreset
from drivers.chips.spi_chain import Si3050Chain

SOFT_RESET_US = 100_000
LINK_LOOK_US = 10_000
LINK_LOOKS = 200
"""The isolation link has 2 s to come up."""


class FxoSetup(Struct, frozen=True):
    """What one FXO chip is to be set to."""

    preset: FxoPreset
    slot: int
    """Timeslot on the PCM highway, 0-7."""
    law: str = "a"
    to_line_db: float = 0.0
    from_line_db: float = 0.0


def bring_up_si3050(chain: Si3050Chain, chip: int, setup: FxoSetup) -> BringUp:
    """Yields waits in µs; returns the report. Never raises for a chip that is not there."""
    found = chain.read(chip, daa.CONTROL_2)
    if found != daa.PRESENT:
        return failed("", f"no FXO chip answers (register 2 reads {found:#04x}, not 0x03)")
    chain.write(chip, daa.CONTROL_1, daa.SOFT_RESET)
    yield SOFT_RESET_US
    if chain.read(chip, daa.CONTROL_2) != daa.PRESENT:
        return failed("Si3050", "the FXO chip does not come back from its reset")
    _settings(chain, chip, setup)
    chain.write(chip, daa.DAA_CONTROL_2, 0x00)
    revision = chain.read(chip, daa.REVISION)
    for _ in range(LINK_LOOKS):
        if revision >> 4:
            break
        yield LINK_LOOK_US
        revision = chain.read(chip, daa.REVISION)
    name = f"Si3050/{daa.LINE_SIDES.get(revision >> 4, 'unknown line side')} rev {revision & 0x0F}"
    if not revision >> 4:
        return failed("Si3050", "the chip has no line side (isolation link does not come up in 2 s)")
    chain.write(chip, daa.DAA_CONTROL_1, daa.ON_HOOK_MONITOR)
    set_gains(chain, chip, setup.to_line_db, setup.from_line_db)
    if chain.read(chip, daa.PCM_MODE) != daa.PCM_ENABLE[setup.law]:
        return failed(name, "the FXO chip does not keep what is written to it")
    return ChipReport(works=True, chip=name)


def _settings(chain: Si3050Chain, chip: int, setup: FxoSetup) -> None:
    start = setup.slot * 8
    for register, value in (
        (daa.PCM_MODE, daa.PCM_ENABLE[setup.law]),
        (daa.INTERNATIONAL_1, setup.preset.international_1),
        (daa.INTERNATIONAL_3, 0x00),
        (daa.RING_VALIDATION_3, 0x19),
        (daa.DC_TERMINATION, setup.preset.dc_termination),
        (daa.AC_TERMINATION, setup.preset.ac_termination),
        (daa.DAA_CONTROL_5, setup.preset.daa_control_5),
        (daa.TX_START_LOW, start & 0xFF),
        (daa.TX_START_HIGH, start >> 8),
        (daa.RX_START_LOW, start & 0xFF),
        (daa.RX_START_HIGH, start >> 8),
    ):
        chain.write(chip, register, value)


def set_gains(chain: Si3050Chain, chip: int, to_line_db: float, from_line_db: float) -> None:
    """Clamped to what the chip can, −15 … +12 dB in steps of 0.1."""
    for whole, tenths, db in (
        (daa.TX_GAIN_2, daa.TX_GAIN_3, to_line_db),
        (daa.RX_GAIN_2, daa.RX_GAIN_3, from_line_db),
    ):
        high, low = daa.gain_registers(db)
        chain.write(chip, whole, high)
        chain.write(chip, tenths, low)
