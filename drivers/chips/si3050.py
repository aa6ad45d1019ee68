"""Si3050 with Si3018/3019 line side (FXO): registers, terminations and gains as data (HARDWARE.md 1.1)."""

from __future__ import annotations

from drivers.chips.register import Register, bits, by_address

CONTROL_1 = 1
CONTROL_2 = 2
IRQ_MASK = 3
IRQ_SOURCE = 4
DAA_CONTROL_1 = 5
DAA_CONTROL_2 = 6
REVISION = 11
LINE_SIDE_STATUS = 12
LINE_SIDE_REVISION = 13
INTERNATIONAL_1 = 16
INTERNATIONAL_2 = 17
INTERNATIONAL_3 = 18
RING_VALIDATION_3 = 24
DC_TERMINATION = 26
LOOP_CURRENT = 28
LINE_VOLTAGE = 29
AC_TERMINATION = 30
DAA_CONTROL_5 = 31
PCM_MODE = 33
TX_START_LOW, TX_START_HIGH, RX_START_LOW, RX_START_HIGH = 34, 35, 36, 37
TX_GAIN_2, RX_GAIN_2, TX_GAIN_3, RX_GAIN_3 = 38, 39, 40, 41
LAST_REGISTER = 59

REGISTERS = by_address(
    Register(1, "CONTROL_1", 0, bits("SR:7 PWMM:5-4 PWME:3 IDL:1")),
    Register(2, "CONTROL_2", 0x03, bits("INTE:7 INTP:6 WDTEN:4 AL:3 RDI:2 HYBE:1 RXE:0")),
    Register(3, "IRQ_MASK", 0, bits("RDTM:7 ROVM:6 FDTM:5 BTDM:4 DODM:3 LCSOM:2 TGDM:1 POLM:0")),
    Register(4, "IRQ_SOURCE", 0, bits("RDTI:7 ROVI:6 FDTI:5 BTDI:4 DODI:3 LCSOI:2 TGDI:1 POLI:0")),
    Register(5, "DAA_CONTROL_1", 0, bits("RDTN:6 RDTP:5 ONHM:3 RDT:2 OH:0")),
    Register(6, "DAA_CONTROL_2", 0x10, bits("PDL:4 PDN:3")),
    Register(7, "SAMPLE_RATE"),
    Register(10, "DAA_CONTROL_3", 0, bits("DDL:0")),
    Register(11, "REVISION", 0, bits("LSID:7-4 REVA:3-0")),
    Register(12, "LINE_SIDE_STATUS", 0, bits("FDT:6 LCS:4-0")),
    Register(13, "LINE_SIDE_REVISION", 0x40, bits("ALWAYS_1:6 REVB:5-2")),
    Register(14, "DAA_CONTROL_4", 0, bits("RPOL:1")),
    Register(15, "GAIN_MUTE_1"),
    Register(16, "INTERNATIONAL_1", 0, bits("ACT2:7 OHS:6 ACT:5 IIRE:4 RZ:1 RT:0")),
    Register(17, "INTERNATIONAL_2", 0, bits("CALZ:7 MCAL:6 CALD:5 RT2:4 OPE:3 BTE:2 ROV:1 BTD:0")),
    Register(18, "INTERNATIONAL_3", 0, bits("RFWE:1")),
    Register(19, "INTERNATIONAL_4", 0, bits("OVL:2 DOD:1 OPD:0")),
    Register(22, "RING_VALIDATION_1", 0, bits("RDLY:7-6 RMX:5-0")),
    Register(23, "RING_VALIDATION_2", 0, bits("RDLY2:7 RTO:6-3 RCC:2-0")),
    Register(24, "RING_VALIDATION_3", 0x19, bits("RNGV:7 RAS:5-0")),
    Register(25, "RESISTOR_CALIBRATION", 0, bits("RCALD:5")),
    Register(26, "DC_TERMINATION", 0, bits("DCV:7-6 MINI:5-4 ILIM:1 DCR:0")),
    Register(28, "LOOP_CURRENT", 0, unit="mA", scale=1.1),
    Register(29, "LINE_VOLTAGE", 0, unit="V", signed="twos"),
    Register(30, "AC_TERMINATION", 0, bits("ACIM:3-0")),
    Register(31, "DAA_CONTROL_5", 0x20, bits("FULL:7 FOH:6-5 OHS2:3 FILT:1 LVFD:0")),
    Register(32, "GROUND_START"),
    Register(33, "PCM_MODE", 0, bits("PCME:5 PCMF:4-3 PHCF:1 TRI:0")),
    Register(34, "TX_START_LOW"),
    Register(35, "TX_START_HIGH"),
    Register(36, "RX_START_LOW"),
    Register(37, "RX_START_HIGH"),
    Register(38, "TX_GAIN_2", 0, bits("ATTENUATE:4 DB:3-0")),
    Register(39, "RX_GAIN_2", 0, bits("ATTENUATE:4 DB:3-0")),
    Register(40, "TX_GAIN_3", 0, bits("ATTENUATE:4 TENTH_DB:3-0")),
    Register(41, "RX_GAIN_3", 0, bits("ATTENUATE:4 TENTH_DB:3-0")),
    Register(43, "LOOP_CURRENT_THRESHOLD"),
    Register(44, "LOOP_CURRENT_IRQ", 0, bits("CVI:3 CVM:1")),
    Register(59, "SPARK_QUENCH", 0, bits("SQ1:6 SQ0:4")),
)

PRESENT = 0x03
"""What register 2 holds when a chip is there."""
SOFT_RESET = 0x80
ON_HOOK_MONITOR = 0x08
OFF_HOOK_MONITOR = 0x09
OFF_HOOK = 0x01
RING_POSITIVE, RING_NEGATIVE, RING_DETECTED = 0x20, 0x40, 0x04
SANITY_MASK, SANITY_GOOD = 0x0A, 0x08
"""Register 5 in service: ONHM set, bit 1 clear; anything else means that the chip was reset."""
FRAME_DETECT = 0x40
PCM_ENABLE = {"a": 0x20, "u": 0x28}
LINE_SIDES = {1: "Si3018", 3: "Si3019", 4: "Si3011"}
OFF_HOOK_DELAY_MS = (512, 128, 64, 8)
"""By FOH; then the resistor and ADC calibrations below."""
RESISTOR_CALIBRATION_MS = 17
ADC_CALIBRATION_MS = 256

AC_TERMINATIONS = (
    "600", "900", "270+(750||150n)", "220+(820||120n)", "370+(620||310n)", "320+(1050||230n)",
    "370+(820||110n)", "275+(780||115n)", "120+(820||110n)", "350+(1000||210n)", "200+(680||100n)",
    "600+2.16u", "900+1u", "900+2.16u", "600+1u", "global",
)  # fmt: skip
"""By ACIM; 10 is China's complex impedance."""


def gain_registers(db: float) -> tuple[int, int]:
    """(whole dB, tenths) for TXG2/TXG3 or RXG2/RXG3; clamped to −15.0 … +12.0 dB."""
    tenths = round(min(12.0, max(-15.0, db)) * 10)
    sign = 0x10 if tenths < 0 else 0
    whole, rest = divmod(abs(tenths), 10)
    return (sign if whole else 0) | whole, (sign if rest else 0) | rest


def gain_db(whole: int, tenths: int) -> float:
    """The gain two such registers ask for."""

    def part(value: int, scale: float) -> float:
        return (-1 if value & 0x10 else 1) * (value & 0x0F) * scale

    return part(whole, 1.0) + part(tenths, 0.1)
