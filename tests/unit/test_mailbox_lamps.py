"""Message lamps as the engine orders them: at every telephone of the mailbox, and again after a switch's restart."""

from __future__ import annotations

import msgspec
from msgspec import structs

from firmware.config import wordings as say
from firmware.config.check import check_config
from firmware.config.schema import Config, Mailbox
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import inputs as i
from tests.unit.fake_box import PHONES, FakeBox, office
from tests.unit.test_mailbox_listening import leave, listen


def house(lamp: str = "fsk") -> Config:
    config = office()
    extensions = tuple(
        structs.replace(one, voicemail="box", lamp=lamp) if one.number in ("803", "804") else one
        for one in config.extensions
    )
    return structs.replace(config, mailboxes=(Mailbox(id="box"),), extensions=extensions)


def shown(box: FakeBox) -> list[tuple[int, int]]:
    return [(one.port, one.count) for one in box.sent(c.ShowMessages)]


def test_the_lamps_of_all_its_telephones_follow_the_new_messages() -> None:
    box = FakeBox(house())
    leave(box)
    both = [PHONES["803"], PHONES["804"]]
    assert shown(box) == [(port, 1) for port in both]
    listen(box)
    box.heard("804")
    box.key("804", "2")
    assert shown(box)[2:] == [(port, 0) for port in both]


def test_deleting_and_having_back_a_new_message_counts() -> None:
    box = FakeBox(house())
    leave(box)
    leave(box)
    listen(box)
    assert shown(box)[-1] == (PHONES["804"], 2)
    box.heard("804")
    box.key("804", "3")
    assert shown(box)[-1] == (PHONES["804"], 1)


def test_a_stuttering_telephone_has_no_lamp_and_one_without_any_sign_has_plain_dial_tone() -> None:
    for lamp, tone in (("stutter", "tone:special-dial"), ("none", "tone:dial")):
        box = FakeBox(house(lamp))
        leave(box)
        assert not shown(box)
        box.lift("804")
        assert box.words("804") == [tone]


def report(lamps: dict[str, int]) -> e.StateReport:
    ports = tuple(
        e.PortReport(port, "fxs", off_hook=False, ringing=False, hears=-1, lamp=lamps.get(number, -1))
        for number, port in PHONES.items()
    )
    return e.StateReport(port=-1, at_us=0, tick=0, ports=ports)


def test_a_switch_that_began_anew_is_told_again_and_one_that_knows_is_not() -> None:
    box = FakeBox(house())
    leave(box)
    before = len(shown(box))
    box.epoch, box.events = 2, 0
    box.event(report({}))
    assert shown(box)[before:] == [(PHONES["803"], 1), (PHONES["804"], 1)]
    box.event(report({"803": 1, "804": 1}))
    assert len(shown(box)) == before + 2


def test_another_configuration_puts_lamps_on_and_out() -> None:
    box = FakeBox(house("stutter"))
    leave(box)
    for version, lamp, count in ((2, "fsk", 1), (3, "none", 0)):
        box.give(i.ConfigApplied(version, "test", msgspec.json.encode(house(lamp)).decode()))
        assert shown(box)[-2:] == [(PHONES["803"], count), (PHONES["804"], count)]


def test_where_telephones_get_no_fsk_a_lamp_is_refused() -> None:
    config = house()
    config = structs.replace(config, site=structs.replace(config.site, country="RU"))
    found = [one for one in check_config(config) if one.wording is say.NO_LAMP_THERE]
    assert [one.path[-1] for one in found] == ["lamp", "lamp"]
    assert not [one for one in check_config(house()) if one.wording is say.NO_LAMP_THERE]
