"""The network beyond the lines: which line a caller gets, who answers a number the box dialled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from msgspec import Struct

from firmware.config.schema import Config
from firmware.protocol.names import Tone
from hwsim.places import called_number, hunt_group, line_ports
from hwsim.scenario import OutsideParty as PartyPlan
from hwsim.world.caller import Caller
from hwsim.world.exchange import Input
from hwsim.world.percepts import Alerted, Connected, Displayed, Percept, Refused, Released
from hwsim.world.person import Person
from hwsim.world.timeline import Timeline

SET_UP_US = 1_200_000
"""From the last digit to ringing at the far end."""


class Call(Struct, frozen=True):
    """What is offered to a line: by whom, and what the exchange says about it."""

    who: str
    number: str = ""
    name: str = ""
    presentation: str = "allowed"
    date: str = ""
    """`MMDDHHMM` by the exchange's clock."""
    called: str = ""
    """Which number of ours, where a message can say it."""


class Circuit(Protocol):
    """One line of the exchange in either model."""

    @property
    def free(self) -> bool: ...
    def offer(self, call: Call, now_us: int) -> None: ...
    def tell(self, given: Input, now_us: int) -> None: ...


class Outside:
    """A `Far` for all circuits. `on` says who is at the far end of a port's line."""

    def __init__(
        self,
        config: Config,
        *,
        parties: tuple[PartyPlan, ...],
        people: Mapping[str, Person],
        tell: Callable[[str, Percept, int], None],
        timeline: Timeline,
        starts: str,
    ) -> None:
        self.circuits: dict[int, Circuit] = {}
        self.on: dict[int, str] = {}
        self.blocked = 0
        """Calls the network refused because no line was free: the box never saw them."""
        self.redial_us = 0
        """Who finds no line free tries again after so long; 0: hears busy tone and does not."""
        self._config = config
        self._lines = line_ports(config)
        self._parties = {party.number: party for party in parties}
        self._people = people
        self._tell = tell
        self._timeline = timeline
        self._starts = datetime.fromisoformat(starts)
        self._routes: dict[int, int] = {}
        """Counts the calls the box began and ended over a port."""

    # -- people ------------------------------------------------------------------------------------

    def port_of(self, who: str) -> int | None:
        """The line somebody outside is on."""
        return next((port for port, name in self.on.items() if name == who), None)

    def place_call(self, who: str, now_us: int) -> None:
        person = self._people[who]
        assert isinstance(person, Caller), f"{who} is nobody who rings the box"
        if not self._found_line(person, now_us):
            self.blocked += 1
            if self.redial_us:
                self._timeline.at(now_us + self.redial_us, partial(self._redial, who))
            else:
                self._tell(who, Refused(Tone.BUSY), now_us)

    def _redial(self, who: str, now_us: int) -> None:
        person = self._people.get(who)
        if isinstance(person, Caller) and not self._found_line(person, now_us):
            self._timeline.at(now_us + self.redial_us, partial(self._redial, who))

    def _found_line(self, person: Caller, now_us: int) -> bool:
        who, plan = person.name, person.plan
        for name in hunt_group(self._config, plan.calls):
            port = self._lines[name]
            if port in self.circuits and self.circuits[port].free:
                self.on[port] = who
                self.circuits[port].offer(self._call(person, now_us), now_us)
                return True
        return False

    def _call(self, caller: Caller, now_us: int) -> Call:
        plan = caller.plan
        date = f"{self._starts + timedelta(microseconds=now_us):%m%d%H%M}"
        called = called_number(self._config, plan.calls)
        return Call(caller.name, plan.number, plan.name, plan.presentation, date, called)

    def answer(self, who: str, now_us: int) -> None:
        port = self.port_of(who)
        if port is not None:
            self.circuits[port].tell(Input.FAR_ANSWERED, now_us)

    def leave(self, who: str, now_us: int) -> None:
        """Somebody outside hangs up."""
        port = self.port_of(who)
        if port is not None:
            del self.on[port]
            self.circuits[port].tell(Input.FAR_LEFT, now_us)

    # -- circuits ----------------------------------------------------------------------------------

    def connected(self, port: int, now_us: int) -> None:
        """The box answered what was offered."""
        if port in self.on:
            self._tell(self.on[port], Connected(), now_us)

    def released(self, port: int, now_us: int) -> None:
        """The box left the call."""
        self._routes[port] = self._routes.get(port, 0) + 1
        who = self.on.pop(port, None)
        if who is not None:
            self._tell(who, Released(), now_us)

    def shown(self, port: int, number: str, name: str, now_us: int) -> None:
        """Who is rung over this port sees that."""
        if port in self.on:
            self._tell(self.on[port], Displayed(number, name), now_us)

    def knows(self, digits: str) -> bool:
        """Whether this number is complete: somebody has it."""
        return digits in self._parties

    def routed(self, port: int, digits: str, now_us: int) -> None:
        """The box dialled this; the answer comes after the set-up time."""
        self._routes[port] = route = self._routes.get(port, 0) + 1
        self._timeline.at(now_us + SET_UP_US, partial(self._reach, port, digits, route))

    def _reach(self, port: int, digits: str, route: int, now_us: int) -> None:
        if self._routes[port] != route:
            return
        party = self._parties.get(digits)
        who = f"party-{digits}"
        circuit = self.circuits[port]
        if party is None or party.behaves == "vacant":
            circuit.tell(Input.FAR_VACANT, now_us)
        elif party.behaves == "congestion":
            circuit.tell(Input.FAR_CONGESTED, now_us)
        elif party.behaves == "busy" or self.port_of(who) is not None:
            circuit.tell(Input.FAR_BUSY, now_us)
        else:
            self.on[port] = who
            circuit.tell(Input.FAR_RINGS, now_us)
            self._tell(who, Alerted(), now_us)
