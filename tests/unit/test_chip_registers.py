from collections.abc import Mapping

import pytest

from drivers.chips import si321x, si3050
from drivers.chips.fxo_presets import PRESETS, UnknownPreset, fxo_preset
from drivers.chips.register import Register
from drivers.countries import countries, profile

SIGNED = si3050.REGISTERS[si3050.LINE_VOLTAGE]


@pytest.mark.parametrize("table", [si3050.REGISTERS, si321x.REGISTERS])
def test_a_register_stands_under_its_address_and_its_fields_do_not_overlap(
    table: Mapping[int, Register],
) -> None:
    for address, register in table.items():
        assert register.address == address
        assert 0 <= register.reset <= 255
        seen: set[int] = set()
        for field in register.bits:
            places = set(range(field.low, field.high + 1))
            assert places <= set(range(8)) and not places & seen
            seen |= places


def test_line_voltage_is_signed_and_spoken_in_volts() -> None:
    assert SIGNED.measure(0xD0) == -48
    assert SIGNED.describe(0xD0) == "LINE_VOLTAGE=0xd0 (-48 V)"
    assert si321x.REGISTERS[78].measure(0x40 | 32) == -48


def test_fields_are_named_for_a_reader() -> None:
    assert "OH=1" in si3050.REGISTERS[5].describe(0x09) and "ONHM=1" in si3050.REGISTERS[5].describe(0x09)


def test_all_entries_of_the_country_table_are_there_and_china_has_two() -> None:
    assert len(PRESETS) == 74  # 73 of DAHDI and the chip maker's China
    assert (fxo_preset("china").dc_termination, fxo_preset("china").ac_termination) == (0x30, 0x0F)
    chip_makers = fxo_preset("CHINA-COMPLEX")
    assert (chip_makers.dc_termination, chip_makers.ac_termination) == (0xC0, 10)
    assert fxo_preset("GERMANY").daa_control_5 == 0xAB and fxo_preset("FCC").daa_control_5 == 0xA3


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(UnknownPreset, match="CHINA"):
        fxo_preset("ATLANTIS")
    with pytest.raises(si321x.UnknownImpedance, match="ctr21"):
        si321x.impedance_register("wet string")


@pytest.mark.parametrize("code", countries())
def test_each_country_profile_names_a_preset_and_an_impedance_the_chips_have(code: str) -> None:
    country = profile(code)
    assert fxo_preset(country.fxo_preset)
    assert si321x.impedance_register(country.fxs_impedance) >= 8


@pytest.mark.parametrize("db", [-15.0, -9.7, -0.4, 0.0, 0.1, 3.5, 12.0])
def test_fxo_gain_registers_mean_the_gain_asked_for(db: float) -> None:
    assert si3050.gain_db(*si3050.gain_registers(db)) == pytest.approx(db)


def test_gains_beyond_the_chip_are_clamped() -> None:
    assert si3050.gain_db(*si3050.gain_registers(99)) == 12
    assert si321x.gain_register(99) == 0x7FFF and si321x.gain_register(0) == 0x4000


@pytest.mark.parametrize(("hz", "vpk", "osc", "x"), [(20, 70, 0x7EFD, 0x0177), (25, 66, 0x7E6D, 0x01B9)])
def test_ringer_coefficients_agree_with_the_published_ones(hz: float, vpk: float, osc: int, x: int) -> None:
    ours = si321x.ringer(hz, vpk)
    assert abs(ours[0] - osc) <= 3 and abs(ours[1] - x) <= 4
    assert list(si321x.ringer_of(osc, x)) == pytest.approx([hz, vpk], rel=0.01)


def test_ringing_stays_below_what_the_chip_can_stand() -> None:
    hz, vpk = si321x.ringer_of(*si321x.ringer(25, 106))
    assert hz == pytest.approx(25, rel=0.01) and vpk <= 90


def test_indirect_addresses_are_unique_in_each_family() -> None:
    for is_si3215 in (False, True):
        taken = [one.address(is_si3215) for one in si321x.INDIRECTS if one.address(is_si3215) is not None]
        assert len(taken) == len(set(taken))
