"""Our number withheld from who is called: by the telephone's wish, on lines whose exchange can, never for help."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from firmware.config.schema import Config
from firmware.protocol import commands as c
from tests.unit.fake_box import FakeBox, office


def house(hide: bool = True, **line: Any) -> Config:
    config = office()
    wanted = {"hide_prefix": "#31#"} | line
    return structs.replace(
        config,
        extensions=tuple(structs.replace(one, hide_number=hide) for one in config.extensions),
        lines=tuple(structs.replace(one, **wanted) for one in config.lines),
    )


def dialled(config: Config, keys: str) -> str:
    box = FakeBox(config)
    box.lift("804")
    box.key("804", keys)
    box.wait(5)
    return box.sent(c.Dial)[-1].digits


def test_a_telephone_that_hides_its_number_dials_what_withholds_it_first() -> None:
    assert dialled(house(), "962345678") == "#31#62345678"


@pytest.mark.parametrize(
    "config",
    [house(hide=False), house(hide_prefix=""), house(dial="pulse")],
    ids=["shown", "cannot", "pulses"],
)
def test_else_the_number_is_dialled_as_it_is(config: Config) -> None:
    assert dialled(config, "962345678") == "62345678"


def test_who_calls_for_help_is_always_shown() -> None:
    assert dialled(house(), "110") == "110"


def test_a_call_sent_on_hides_the_number_as_who_sent_it_on_wants() -> None:
    config = house()
    forwards = tuple(
        structs.replace(one, forward_always="962345678") if one.number == "804" else one
        for one in config.extensions
    )
    box = FakeBox(structs.replace(config, extensions=forwards))
    box.lift("803")
    box.key("803", "804")
    box.wait(2)
    assert box.sent(c.Dial)[-1].digits == "#31#62345678"
