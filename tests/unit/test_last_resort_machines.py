"""The deputy's parts: when nobody decides, which keys are a number, which line is taken, and any soup of it all."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from drivers import ports as wires
from firmware.config.last_resort import last_resort
from firmware.config.schema import DialPlan
from firmware.engine.engine import Engine as DecidingHalf
from firmware.engine.outside.last_resort import table
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.commands import Numbered
from firmware.protocol.last_resort import EmergencyLine
from firmware.protocol.names import HangUpSign, Tone
from firmware.switch.last_resort import presence, telephone
from firmware.switch.last_resort.deputy import Deputy
from firmware.switch.last_resort.keys import Keys
from firmware.switch.last_resort.presence import SILENT_US, Engine, Presence
from firmware.switch.last_resort.telephone import KEPT, Help
from firmware.switch.lines.ports import FxoPort, FxsPort, Port
from firmware.switch.plan import SwitchPlan
from tests.unit.fake_box import FakeBox, office
from tests.unit.switch_bench import config

SECOND_US = 1_000_000


@pytest.mark.parametrize("steps", [presence.STEPS, telephone.STEPS])
def test_every_state_can_be_left(steps: Mapping[Any, Any]) -> None:
    states = {state for state, _ in steps}
    assert states == set(next(iter(states)).__class__)


# -- the table ---------------------------------------------------------------------------------------


def test_the_table_has_all_lines_those_for_outgoing_calls_first_and_how_they_dial() -> None:
    lines = [
        structs.replace(line, outgoing=line.name != "L4", dial="pulse" if line.name == "L2" else "dtmf")
        for line in office().lines
    ]
    phones = [structs.replace(one, pulse=one.number == "803") for one in office().extensions]
    plan = DialPlan(outgoing_order=("L2", "L3"), emergency=("110", ""))
    made = last_resort(
        structs.replace(office(), lines=tuple(lines), extensions=tuple(phones), dial_plan=plan)
    )
    assert [line.port for line in made.lines] == [1, 2, 0, 3]
    assert made.lines[0] == EmergencyLine(1, True, 3000, False)
    assert (made.numbers, made.prefix, made.pulse_telephones) == (("110",), "9", (6,))


def test_engine_and_switch_make_the_same_table_of_one_configuration() -> None:
    assert SwitchPlan.from_config(office()).last_resort == table(FakeBox(office()).engine.state)
    assert table(DecidingHalf("box").state).lines == ()


# -- presence ----------------------------------------------------------------------------------------


def test_an_engine_is_there_when_it_takes_what_it_is_told() -> None:
    one = Presence()
    one.told(1, 0)
    one.connected(True)
    assert one.away, "connected is not enough"
    one.took(1, 1000)
    assert not one.away
    one.told(2, SECOND_US)
    assert one.deadline_us == SECOND_US + SILENT_US
    one.look(SECOND_US + SILENT_US - 1)
    assert not one.away
    one.look(SECOND_US + SILENT_US)
    assert one.state is Engine.SILENT
    one.took(2, 2 * SECOND_US)
    assert not one.away
    one.connected(False)
    assert one.away and one.unexpected == 0


def test_an_engine_that_catches_up_is_not_there_before_it_has() -> None:
    one = Presence()
    for number in range(1, 11):
        one.told(number, number * 100_000)
    one.connected(True)
    one.took(5, 2 * SECOND_US)
    assert one.away
    one.took(10, 2 * SECOND_US)
    assert not one.away


# -- keys --------------------------------------------------------------------------------------------

NUMBERS = ("110", "119")
PROMPT = c.Play(port=4, play="p", items=(c.Phrase("x", "en"),))
DIAL = c.Play(port=4, play="p", items=(c.ToneItem(Tone.DIAL),))


def keyed(keys: Keys, digits: str, first: int = 1) -> str:
    for number, digit in enumerate(digits, first):
        keys.keyed(number, digit, number * 200_000)
    return keys.number(NUMBERS, "9")


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("110", "110"),
        ("9119", "119"),
        ("1105", "110"),
        ("811", ""),
        ("8110", ""),
        ("11", ""),
        ("*41110", "110"),
    ],
)
def test_after_dial_tone_a_number_begins_with_its_first_key(digits: str, number: str) -> None:
    keys = Keys()
    keys.begin()
    keys.given(DIAL, 0)
    assert keyed(keys, digits) == number


@pytest.mark.parametrize(
    ("digits", "number"), [("110", "110"), ("3110", "110"), ("39119", "119"), ("31", "")]
)
def test_in_the_middle_of_a_prompt_it_may_come_after_other_keys(digits: str, number: str) -> None:
    keys = Keys()
    keys.begin()
    keys.given(PROMPT, 0)
    assert keyed(keys, digits) == number


def test_keys_the_engine_has_answered_to_count_no_more_but_later_ones_do() -> None:
    keys = Keys()
    keys.begin()
    keyed(keys, "11")
    keys.given(PROMPT, 2)
    assert keyed(keys, "0", 3) == ""
    keys.given(PROMPT, 2)
    assert keyed(keys, "110", 4) == "110"


def test_keys_in_conversation_count_only_after_a_flash() -> None:
    keys = Keys()
    keys.begin()
    keys.given(c.Hear(port=4, source=0), 0)
    assert keyed(keys, "110") == ""
    keys.flashed(4)
    assert keyed(keys, "110", 5) == "110"


def test_a_long_pause_in_a_prompt_ends_a_number() -> None:
    keys = Keys()
    keys.given(PROMPT, 0)
    keys.keyed(1, "1", 0)
    keys.keyed(2, "1", 11 * SECOND_US)
    keys.keyed(3, "0", 11 * SECOND_US)
    assert keys.number(NUMBERS, "") == ""


# -- a soup ------------------------------------------------------------------------------------------


class Pot:
    """A deputy over port machines whose commands move the hooks, and what it did."""

    def __init__(self) -> None:
        plan = SwitchPlan.from_config(config())
        self.ports: list[Port] = [
            FxoPort(one) if one.kind is wires.PortKind.FXO else FxsPort(one) for one in plan.ports
        ]
        self.now_us = SECOND_US
        self.told = 0
        self.queue: list[e.AnySwitchEvent] = []
        self.own: list[c.AnySwitchCommand] = []
        self.deputy = Deputy(self.ports, plan.last_resort, 1, self._by_deputy, self.queue.append)

    def _by_deputy(self, command: c.AnySwitchCommand) -> None:
        assert self.may_act, f"{command} while an engine decides"
        self.own.append(command)
        self._carry(command)

    @property
    def may_act(self) -> bool:
        kept = any(one.state in KEPT or one.state is Help.DIALLING for one in self.deputy.telephones.values())
        return self.deputy.presence.away or kept or self._returning

    _returning = False

    def _carry(self, command: c.AnySwitchCommand) -> None:
        if isinstance(command, c.Seize | c.Release | c.Dial | c.Ring | c.StopRing):
            for out in self.ports[command.port].handle(command, self.now_us):
                if isinstance(out, e.SwitchEvent):
                    self.queue.append(out)

    def tell(self, event: e.AnySwitchEvent) -> None:
        self.queue.append(event)
        while self.queue:
            self.told += 1
            self.deputy.told(self.told, self.queue.pop(0), self.now_us)

    def engine(self, up: bool, known: int) -> None:
        self._returning = True
        self.deputy.engine(up, known, self.now_us)
        self._returning = False

    def order(self, command: c.AnySwitchCommand, seen: int) -> None:
        numbered = Numbered(1, random.getrandbits(40), 0, command, 1, seen)
        if self.deputy.ordered(numbered, self.now_us):
            self._carry(command)

    def wait(self, us: int) -> None:
        self.now_us += us
        if self.deputy.next_us is not None and self.deputy.next_us <= self.now_us:
            self.deputy.due(self.now_us)

    def check(self) -> None:
        lines = [one.line for one in self.deputy.telephones.values() if one.line >= 0]
        assert len(lines) == len(set(lines)), "a line carries one emergency call"
        for one in self.deputy.telephones.values():
            assert (one.state in (*KEPT, Help.DIALLING, Help.THROUGH)) == (one.line >= 0)


def happen(pot: Pot, draw: random.Random) -> None:
    phone, line, now = draw.randrange(4, 8), draw.randrange(4), pot.now_us
    events: list[e.AnySwitchEvent] = [
        e.TelephoneSeized(port=phone, at_us=now),
        e.TelephoneReleased(port=phone, at_us=now),
        e.HookFlashed(port=phone, at_us=now),
        e.ConsultationBegan(port=phone, at_us=now, call=1),
        e.ConsultationEnded(port=phone, at_us=now, call=draw.randrange(2)),
        e.RetrieveAsked(port=phone, at_us=now, call=0),
        *(e.DigitReceived(port=phone, at_us=now, digit=digit) for digit in "1109*"),
        e.DialEnded(port=line, at_us=now, dialled=draw.random() < 0.6),
        e.FarEndReleased(port=line, at_us=now, sign=HangUpSign.OPEN_LOOP),
        e.LineAlarmed(port=line, at_us=now, alarm="no-battery"),
        e.LineRang(port=line, at_us=now, count=1),
        e.PlayEnded(port=draw.randrange(8), at_us=now, play="p"),
    ]
    if draw.random() < 0.3:
        for digit in draw.choice(["110", "9119", "804"]):
            pot.tell(e.DigitReceived(port=phone, at_us=now, digit=digit))
    else:
        pot.tell(draw.choice(events))


def decide(pot: Pot, draw: random.Random) -> None:
    """What an engine might say: of what it knows, be it stale."""
    port, seen = draw.randrange(8), draw.randrange(pot.told + 1)
    commands: list[c.AnySwitchCommand] = [
        c.Seize(port=draw.randrange(4)),
        c.Release(port=port),
        c.Hear(port=port, source=draw.randrange(-1, 8)),
        c.Confer(port=4, members=(4, 5, draw.randrange(8))),
        c.Play(port=port, play="x", items=(c.ToneItem(Tone.DIAL),)),
        c.StopPlay(port=port),
        c.Ring(port=draw.randrange(4, 8)),
        c.Dial(port=draw.randrange(4), digits="110"),
        c.Record(port=port, recording="0" * 16),
    ]
    pot.order(draw.choice(commands), seen)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32))
def test_no_order_of_events_commands_and_deaths_breaks_it(seed: int) -> None:
    draw, pot = random.Random(seed), Pot()
    up = False
    for _ in range(200):
        chance = draw.random()
        if chance < 0.5:
            happen(pot, draw)
        elif chance < 0.65:
            decide(pot, draw)
        elif chance < 0.85:
            pot.wait(draw.choice([20_000, 500_000, 3 * SECOND_US, 11 * SECOND_US]))
        else:
            up = draw.random() < 0.6 if draw.random() < 0.3 else up
            pot.engine(up, draw.randrange(pot.deputy.presence.known, pot.told + 1))
        pot.check()


def test_in_steady_state_a_tick_of_the_deputy_is_a_comparison() -> None:
    pot = Pot()
    pot.tell(e.LineRang(port=0, at_us=1, count=1))
    pot.engine(True, pot.told)
    assert pot.deputy.next_us is None and not pot.deputy._undecided


def test_a_conversation_an_engine_began_before_it_could_say_so_goes_on() -> None:
    """Seen in 1 of 1,000 deaths: killed between its commands and the word that it had taken the event."""
    pot = Pot()
    pot.engine(True, 0)
    pot.tell(e.LineRang(port=0, at_us=pot.now_us, count=1))
    pot.engine(True, pot.told)
    pot.order(c.Ring(port=4), pot.told)
    pot.tell(e.TelephoneSeized(port=4, at_us=pot.now_us))
    pot.order(c.Hear(port=0, source=4), pot.told)
    pot.order(c.Hear(port=4, source=0), pot.told)
    pot.engine(False, pot.told - 1)
    assert pot.deputy.presence.away and pot.own == []


def test_a_telephone_lifted_for_a_caller_before_anybody_decided_is_alone() -> None:
    pot = Pot()
    pot.engine(True, 0)
    pot.tell(e.LineRang(port=0, at_us=pot.now_us, count=1))
    pot.engine(True, pot.told)
    pot.order(c.Ring(port=4), pot.told)
    pot.tell(e.TelephoneSeized(port=4, at_us=pot.now_us))
    pot.order(c.Hear(port=0, source=4), pot.told - 1)
    pot.engine(False, pot.told - 1)
    assert c.Hear(port=0, source=-1) in pot.own
