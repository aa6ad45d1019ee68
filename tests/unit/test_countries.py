from pathlib import Path

import pytest

from drivers.countries import BadProfile, UnknownCountry, countries, profile
from drivers.countries.profile import TONES, parsed
from firmware.protocol.names import Tone

NINE = ("BR", "CN", "DE", "FR", "GB", "IN", "RU", "TW", "US")
CN_TEXT = (Path(__file__).parents[2] / "drivers/countries/cn.toml").read_text()


def test_the_nine_countries_are_there() -> None:
    assert set(NINE) <= set(countries())


@pytest.mark.parametrize("code", NINE)
def test_a_profile_is_whole(code: str) -> None:
    one = profile(code)
    assert one.code == code
    assert set(one.tones) == {tone.value for tone in Tone}
    assert one.country_code.isdigit()
    assert one.emergency
    assert sum(one.ring_cadence_ms) in {3000, 5000, 6000}


def test_tone_names_are_those_of_the_protocol() -> None:
    assert set(TONES) == {tone.value for tone in Tone}


@pytest.mark.parametrize(
    ("code", "busy_ms", "congestion_ms"),
    [
        ("CN", [350, 350], [700, 700]),
        ("GB", [375, 375], [400, 350, 225, 525]),
        ("DE", [480, 480], [240, 240]),
        ("FR", [500, 500], [250, 250]),
        ("US", [500, 500], [250, 250]),
        ("RU", [350, 350], [175, 175]),
        ("IN", [750, 750], [250, 250]),
        ("BR", [250, 250], [250, 250, 750, 250]),
        ("TW", [500, 500], [250, 250]),
    ],
)
def test_cadences_are_those_of_the_hardware_reference(
    code: str, busy_ms: list[int], congestion_ms: list[int]
) -> None:
    for name, wanted in (("busy", busy_ms), ("congestion", congestion_ms)):
        bursts = profile(code).tones[name].bursts()
        assert [ms for one in bursts for ms in (one.on_ms, one.off_ms)] == wanted


@pytest.mark.parametrize(
    ("code", "form", "when"),
    [
        ("CN", "fsk-bell202", "between-rings"),
        ("GB", "fsk-v23", "before-ring"),
        ("US", "fsk-bell202", "between-rings"),
        ("IN", "dtmf", "before-ring"),
        ("TW", "dtmf", "before-ring"),
        ("RU", "none", ""),
    ],
)
def test_caller_id_comes_the_way_of_the_country(code: str, form: str, when: str) -> None:
    assert (profile(code).caller_id.form, profile(code).caller_id.when) == (form, when)


def test_a_line_may_ask_for_another_form() -> None:
    china = profile("CN")
    assert china.caller_id_by("country") == china.caller_id
    assert china.caller_id_by("dtmf").form == "dtmf"
    assert not china.caller_id_by("none").offered
    assert profile("RU").caller_id_by("fsk").form == "fsk-bell202"
    assert profile("US").caller_id_by("dtmf").end == "#"


@pytest.mark.parametrize("code", ["XX", "", "C", "../cn", "CNN"])
def test_an_unknown_country_is_named_with_the_known_ones(code: str) -> None:
    with pytest.raises(UnknownCountry, match="CN"):
        profile(code)


def test_profiles_are_found_in_either_case_and_kept() -> None:
    assert profile("cn") == profile("CN")
    assert profile("CN") is profile("CN")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[tones.busy]", "[tones.bussy]", "busy is missing"),
        ("hz = [450], on_ms = 350", "hz = [4500], on_ms = 350", "20–3600"),
        ("ring_cadence_ms = [1000, 4000]", "ring_cadence_ms = [1000]", "pairs"),
        ('name_charset = "gb18030"', 'name_charset = "gb0"', "codec"),
        ('law = "alaw"', 'law = "blaw"', "law"),
        ("ring_hz = 25.0", "ring_hzz = 25.0", "ring_hz"),
        ('end = "#"', 'end = "X"', "end"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_fault(old: str, new: str, said: str) -> None:
    assert old in CN_TEXT
    with pytest.raises(BadProfile, match=said):
        parsed(CN_TEXT.replace(old, new).encode(), "cn.toml")
