"""Emergency calls while nobody decides, at telephones and over trunks whose calls come with messages."""

from __future__ import annotations

import pytest

from drivers import signalling as s
from drivers.countries import profile
from drivers.ports import PortFailed, PortKind
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol.commands import Numbered
from firmware.protocol.last_resort import EmergencyLine, LastResort
from firmware.switch.last_resort.deputy import Deputy
from firmware.switch.last_resort.given import DEPUTY
from firmware.switch.last_resort.telephone import Help
from firmware.switch.lines.exchanged import Given
from firmware.switch.lines.ports import Port, SipPort, SipTrunkPort
from firmware.switch.plan import PortPlan

CHINA = profile("CN")
FIRST, SECOND, ANN = 0, 1, 2
TABLE = LastResort(numbers=("110",), lines=(EmergencyLine(FIRST), EmergencyLine(SECOND)))


class Alone:
    """Two trunks, a telephone, and no engine."""

    def __init__(self) -> None:
        kinds = (PortKind.SIP_TRUNK, PortKind.SIP_TRUNK, PortKind.SIP)
        plans = [PortPlan(port, kind, CHINA, CHINA.caller_id) for port, kind in enumerate(kinds)]
        self.ports: list[Port] = [SipTrunkPort(plans[0]), SipTrunkPort(plans[1]), SipPort(plans[2])]
        self.told, self.now_us = 0, 5_000_000
        self.queue: list[e.AnySwitchEvent] = []
        self.signalled: list[tuple[int, s.PortCommand]] = []
        self.hears: dict[int, c.AnySwitchCommand] = {}
        """What each port was last given."""
        self.deputy = Deputy(self.ports, TABLE, 1, self._carry, self.queue.append)

    def _carry(self, command: c.AnySwitchCommand) -> None:
        if isinstance(command, c.Hear | c.Play):
            self.hears[command.port] = command
        if isinstance(command, c.Seize | c.Dial | c.Release | c.Connect):
            self.give(command.port, command)

    def give(self, port: int, given: Given) -> None:
        for out in self.ports[port].handle(given, self.now_us):
            if isinstance(out, e.SwitchEvent):
                self.queue.append(out)
            elif isinstance(out, s.PortCommand):
                self.signalled.append((port, out))

    def happens(self, port: int, given: Given) -> None:
        self.give(port, given)
        while self.queue:
            self.told += 1
            self.deputy.told(self.told, self.queue.pop(0), self.now_us)

    @property
    def placed(self) -> list[int]:
        """Ports that called for help, in order."""
        return [port for port, one in self.signalled if isinstance(one, s.PlaceCall)]

    @property
    def help(self) -> Help:
        return self.deputy.telephones[ANN].state


def calling() -> Alone:
    one = Alone()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "110"))
    assert one.placed == [FIRST] and one.help is Help.THROUGH
    return one


@pytest.mark.parametrize("cause", [34, 38, 41, 102])
def test_a_trunk_that_fails_is_no_end_of_a_call_for_help(cause: int) -> None:
    one = calling()
    one.happens(FIRST, s.CallCleared(FIRST, 0, -1, cause))
    assert one.placed == [FIRST, SECOND]
    one.happens(SECOND, s.CallCleared(SECOND, 0, -1, cause))
    assert one.help is Help.SEEKING, "all are tried again soon"


def test_whom_it_reached_may_hang_up() -> None:
    one = calling()
    one.happens(FIRST, s.CallConnected(FIRST, 0, -1))
    one.happens(FIRST, s.CallCleared(FIRST, 0, -1, 16))
    assert one.placed == [FIRST] and one.help is Help.CONGESTED


@pytest.mark.parametrize("port", [FIRST, ANN])
def test_a_registration_that_lapses_ends_no_call_for_help(port: int) -> None:
    one = calling()
    one.happens(port, PortFailed(port, 0, "unregistered"))
    assert one.help is Help.THROUGH
    assert not [port for port, out in one.signalled if isinstance(out, s.ClearCall)]
    one.happens(ANN, s.CallCleared(ANN, 0, 1, 16))
    assert (FIRST, s.ClearCall(-1, 16)) in one.signalled, "hung up, its line is let go"


def in_talk() -> Alone:
    """With somebody outside, by an engine that is gone since."""
    one = Alone()
    one.give(FIRST, s.CallOffered(FIRST, 0, 1, "801"))
    one.give(FIRST, c.Seize(port=FIRST))
    one.give(ANN, c.Ring(port=ANN, call=-9))
    one.give(ANN, s.CallConnected(ANN, 0, -9))
    for port, source in ((ANN, FIRST), (FIRST, ANN)):
        one.deputy.ordered(Numbered(1, port, 0, c.Hear(port=port, source=source), 1, 0), one.now_us)
    one.queue.clear()
    one.signalled.clear()
    return one


def test_a_second_call_for_help_puts_the_first_party_aside() -> None:
    one = in_talk()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "110"))
    assert one.placed == [SECOND] and one.help is Help.THROUGH
    assert one.hears[ANN] == c.Hear(port=ANN, source=SECOND)
    assert one.hears[FIRST] == c.Play(port=FIRST, play=DEPUTY, items=(c.Music(),)), "no more the telephone"


def test_it_puts_the_first_party_aside_also_where_the_engine_left_in_between() -> None:
    one = in_talk()
    one.deputy.engine(True, 0, one.now_us)
    one.happens(ANN, s.KeyReceived(ANN, 0, -9, "1"))
    one.deputy.engine(True, one.told, one.now_us)
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "110"))
    assert one.placed == []
    one.deputy.engine(False, one.told - 1, one.now_us)
    assert one.placed == [SECOND]
    assert one.hears[FIRST] == c.Play(port=FIRST, play=DEPUTY, items=(c.Music(),))


def test_who_hangs_a_second_call_for_help_up_lets_its_line_go() -> None:
    one = in_talk()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "110"))
    one.happens(ANN, s.CallCleared(ANN, 0, 1, 16))
    assert (SECOND, s.ClearCall(-1, 16)) in one.signalled and one.help is Help.REST


def test_a_second_call_for_help_outlasts_the_first() -> None:
    one = in_talk()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "110"))
    one.happens(ANN, s.CallCleared(ANN, 0, -9, 16))
    assert one.help is Help.THROUGH


def test_who_takes_the_first_party_up_again_talks_with_it() -> None:
    one = in_talk()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "8"))
    assert isinstance(one.hears[FIRST], c.Play)
    one.happens(ANN, s.CallCleared(ANN, 0, 1, 16))
    one.happens(ANN, s.CallRetrieved(ANN, 0, -9))
    assert one.hears == {
        FIRST: c.Hear(port=FIRST, source=ANN),
        ANN: c.Hear(port=ANN, source=FIRST),
    }
    assert one.help is Help.REST


def test_what_is_taken_up_where_nothing_was_put_aside_changes_nothing() -> None:
    one = Alone()
    one.happens(ANN, s.CallOffered(ANN, 0, 1, "8"))
    before = dict(one.hears)
    one.deputy.told(one.told + 1, e.RetrieveAsked(port=ANN, at_us=0, call=1), one.now_us)
    assert one.hears == before
