"""One port's machines under one hand: what comes in goes to those that know it; what they want comes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from drivers import ports as wires
from drivers.ports import PortKind
from firmware.protocol.commands import FlashLine, Listen, Release, Seize
from firmware.switch.lines import (
    alarm,
    dialling,
    offer,
    signalled_line,
    signalled_telephone,
    supervision,
    telephone,
)
from firmware.switch.lines.alarm import AlarmMachine
from firmware.switch.lines.dialling import DialMachine
from firmware.switch.lines.exchanged import DeadlineReached, Given, Out
from firmware.switch.lines.offer import OfferMachine
from firmware.switch.lines.signalled_line import SignalledLine
from firmware.switch.lines.signalled_telephone import SignalledTelephone
from firmware.switch.lines.supervision import SupervisionMachine
from firmware.switch.lines.telephone import TelephoneMachine
from firmware.switch.plan import PortPlan

SIGNALLED = frozenset({PortKind.SIP, PortKind.SIP_TRUNK})


class Machine(Protocol):
    """Any of the machines."""

    deadline_us: int | None
    unexpected: int

    def handle(self, given: Given, now_us: int) -> list[Out]: ...


DEADLINE = DeadlineReached()


class Port:
    """A port without a working chip: only its alarm is alive. `misfits` counts what nobody here takes."""

    def __init__(self, plan: PortPlan) -> None:
        self.plan = plan
        self.misfits = 0
        self.alarms = AlarmMachine(plan.port, plan.kind in SIGNALLED)
        self._takers: dict[type, list[Machine]] = {}
        self._machines: list[Machine] = []
        self._add(self.alarms, alarm.TAKES)

    kind: PortKind | None = None

    @property
    def off_hook(self) -> bool:
        return False

    @property
    def ringing(self) -> bool:
        return False

    @property
    def lamp(self) -> int:
        """New messages its lamp was asked to show; -1: it never was."""
        return -1

    @property
    def calls(self) -> tuple[int, ...]:
        """Names of the calls of a telephone with messages."""
        return ()

    @property
    def deadline_us(self) -> int | None:
        return min((one.deadline_us for one in self._machines if one.deadline_us is not None), default=None)

    @property
    def unexpected(self) -> int:
        return sum(one.unexpected for one in self._machines)

    def handle(self, given: Given, now_us: int) -> list[Out]:
        takers = self._takers.get(type(given), ())
        self.misfits += not takers
        return [out for taker in takers for out in taker.handle(given, now_us)]

    def due(self, now_us: int) -> list[Out]:
        """To be called when `deadline_us` has come."""
        due = [one for one in self._machines if one.deadline_us is not None and one.deadline_us <= now_us]
        return [out for one in due for out in one.handle(DEADLINE, now_us)]

    def _add(self, machine: Machine, takes: Iterable[type]) -> None:
        self._machines.append(machine)
        for kind in takes:
            self._takers.setdefault(kind, []).append(machine)


class FxoPort(Port):
    """An outside line."""

    kind = PortKind.FXO

    def __init__(self, plan: PortPlan) -> None:
        super().__init__(plan)
        self.offer = OfferMachine(plan)
        self.dial = DialMachine(plan)
        self.supervision = SupervisionMachine(plan)
        self._add(self.offer, _inputs(offer.STEPS))
        self._add(self.dial, _inputs(dialling.STEPS))
        self._add(self.supervision, {*_inputs(supervision.STEPS), Listen})

    @property
    def off_hook(self) -> bool:
        return self.supervision.off_hook

    @property
    def ringing(self) -> bool:
        return self.offer.ringing

    def handle(self, given: Given, now_us: int) -> list[Out]:
        if isinstance(given, FlashLine):
            return [wires.FlashHook(given.for_ms)]
        loop: Sequence[Out] = ()
        if isinstance(given, Seize):
            loop = (wires.GoOffHook(),)
        elif isinstance(given, Release):
            loop = (wires.GoOnHook(),)
        return [*loop, *super().handle(given, now_us)]


class TelephonePort(Port):
    """A telephone, of whatever kind."""

    telephone: TelephoneMachine | SignalledTelephone

    @property
    def off_hook(self) -> bool:
        return self.telephone.off_hook

    @property
    def ringing(self) -> bool:
        return self.telephone.ringing

    @property
    def lamp(self) -> int:
        return self.telephone.lamp


class FxsPort(TelephonePort):
    """A telephone on copper."""

    kind = PortKind.FXS

    def __init__(self, plan: PortPlan) -> None:
        super().__init__(plan)
        self.telephone = TelephoneMachine(plan)
        self._add(self.telephone, _inputs(telephone.STEPS))


class SipPort(TelephonePort):
    """A telephone whose calls come with messages."""

    telephone: SignalledTelephone

    kind = PortKind.SIP

    def __init__(self, plan: PortPlan) -> None:
        super().__init__(plan)
        self.telephone = SignalledTelephone(plan)
        self._add(self.telephone, {*_inputs(signalled_telephone.STEPS), *signalled_telephone.ANY})

    @property
    def calls(self) -> tuple[int, ...]:
        return self.telephone.calls


class SipTrunkPort(Port):
    """A channel of a trunk."""

    kind = PortKind.SIP_TRUNK

    def __init__(self, plan: PortPlan) -> None:
        super().__init__(plan)
        self.line = SignalledLine(plan)
        self._add(self.line, {*_inputs(signalled_line.STEPS), *signalled_line.ANY})

    @property
    def off_hook(self) -> bool:
        return self.line.off_hook

    @property
    def ringing(self) -> bool:
        return self.line.ringing


PORTS: Mapping[PortKind, type[Port]] = {
    PortKind.FXO: FxoPort,
    PortKind.FXS: FxsPort,
    PortKind.SIP: SipPort,
    PortKind.SIP_TRUNK: SipTrunkPort,
}


TELEPHONES, LINES = (FxsPort, SipPort), (FxoPort, SipTrunkPort)


def _inputs(steps: Mapping[Any, object]) -> set[type]:
    return {kind for _, kind in steps}
