"""What scenarios can say of SIP: names that are there, keys a telephone has, numbers a trunk brings."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.config.schema import Card, Config, Did, Extension, Line, Trunk
from hwsim.legs.leg_world import leg_rows
from hwsim.places import called_number, copper_extensions, hunt_group
from hwsim.scenario import OutsideTrunk, Person
from hwsim.scenario_file import load_scenario
from hwsim.script import Line as ScriptLine
from hwsim.script import line
from hwsim.world.percepts import Decline, Due, Rang, Transfer
from hwsim.world.scripted import Scripted

BOX = Path(__file__).resolve().parents[2] / "hw-sim" / "scenarios" / "boxes" / "sip-office.toml"
HEAD = f'[scenario]\nname = "x"\nseconds = 10\n\n[box]\nfrom = "{BOX}"\n\n'
CONFIG = Config(
    cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4), Card(name="ip", kind="sip")),
    lines=(Line(name="line-1", card="hat", slot=1, number="62345678"),),
    trunks=(
        Trunk(name="carrier", card="ip", hosts=("a.example.com",), channels=2, number="62340000"),
        Trunk(name="second", card="ip", hosts=("b.example.com",), channels=1),
    ),
    extensions=(Extension(number="801", card="hat", slot=5), Extension(number="811", card="ip")),
    dids=(Did(number="62340011-62340014", target="extension:81#"),),
)


def slugs(text: str, tmp_path: Path) -> list[str]:
    file = tmp_path / "s.toml"
    file.write_text(HEAD + text)
    _, faults = load_scenario(file)
    return [fault.wording.slug for fault in faults]


@pytest.mark.parametrize(
    "text",
    [
        '[[outside_trunk]]\ntrunk = "carrier"\nearly_media = true\nrefuses = 34\n',
        '[[outside_trunk]]\ntrunk = "*"\n',
        '[[fault]]\nat_s = 1\nkind = "unplug"\ntarget = "carrier"\n',
        '[[fault]]\nat_s = 1\nkind = "phone-unplug"\ntarget = "811"\n',
        '[[caller]]\nat_s = 1\ncalls = "carrier"\n',
        '[[caller]]\nat_s = 1\ncalls = "62340000"\n',
        '[[box.did]]\nnumber = "62349900-62349999"\ntarget = "extension:811"\n\n'
        '[[caller]]\nat_s = 1\ncalls = "62349950"\n',
        '[[person]]\nextension = "811"\nscript = ["lift@1", "transfer-801@voice+1", "hang@+1", "decline@ring"]\n',
    ],
)
def test_what_is_there_can_be_named(text: str, tmp_path: Path) -> None:
    assert slugs(text, tmp_path) == []


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ('[[outside_trunk]]\ntrunk = "line-1"\n', "no-such-name"),
        ('[[fault]]\nat_s = 1\nkind = "battery"\ntarget = "carrier"\n', "no-such-name"),
        ('[[fault]]\nat_s = 1\nkind = "port-power"\ntarget = "811"\n', "no-such-name"),
        ('[[caller]]\nat_s = 1\ncalls = "62349950"\n', "no-such-name"),
        ('[[person]]\nextension = "801"\nscript = ["decline@ring+1"]\n', "script-copper"),
        ('[[person]]\nextension = "801"\nscript = ["lift@ring", "transfer@voice"]\n', "script-copper"),
        ('[[person]]\nextension = "811"\nscript = ["lift@1", "decline@+1"]\n', "script-hook"),
        ('[[person]]\nextension = "811"\nscript = ["lift@1", "transfer-@+1"]\n', "bad-script-line"),
    ],
)
def test_what_is_not_there_is_told(text: str, slug: str, tmp_path: Path) -> None:
    assert slugs(text, tmp_path) == [slug]


def test_a_transfer_line_has_its_number_or_none() -> None:
    assert line("transfer-8*1@voice+2") == ScriptLine("transfer", "8*1", "voice", 2_000_000)
    assert line("transfer@+1") == ScriptLine("transfer", "", "", 1_000_000)


def test_a_script_presses_the_keys_of_a_sip_telephone() -> None:
    person = Scripted("ext-811", Person(extension="811", script=("decline@ring+1",)))
    person.handle(Rang(), 0)
    assert person.handle(Due(), 1_000_000) == [Decline()]
    person = Scripted("ext-811", Person(extension="811", script=("lift@1", "transfer-801@+1")))
    person.handle(Due(), 1_000_000)
    assert person.handle(Due(), 2_000_000) == [Transfer("801")]


@pytest.mark.parametrize(
    ("called", "lines"),
    [
        ("", ("line-1",)),
        ("62345678", ("line-1",)),
        ("carrier", ("carrier.1", "carrier.2")),
        ("carrier.2", ("carrier.2",)),
        ("62340000", ("carrier.1", "carrier.2")),
        ("62340012", ("carrier.1", "carrier.2")),
        ("62340015", ()),
    ],
)
def test_a_called_number_reaches_lines_or_channels(called: str, lines: tuple[str, ...]) -> None:
    assert hunt_group(CONFIG, called) == lines


@pytest.mark.parametrize(
    ("called", "said"),
    [("carrier", "62340000"), ("62340012", "62340012"), ("", "62345678"), ("second", "")],
)
def test_a_message_says_which_number_was_called(called: str, said: str) -> None:
    assert called_number(CONFIG, called) == said


def test_rows_of_sip_come_after_the_hats() -> None:
    assert leg_rows(CONFIG) == {8: "sip", 9: "sip-trunk", 10: "sip-trunk", 11: "sip-trunk"}
    assert copper_extensions(CONFIG) == {"801"}


def test_a_trunk_has_its_own_carrier_or_the_default(tmp_path: Path) -> None:
    file = tmp_path / "s.toml"
    file.write_text(HEAD + '[[outside_trunk]]\ntrunk = "*"\nrefuses = 21\n')
    scenario, _ = load_scenario(file)
    assert scenario is not None
    assert scenario.outside_trunk("carrier") == OutsideTrunk(trunk="carrier", refuses=21)
