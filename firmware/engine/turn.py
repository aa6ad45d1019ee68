"""One decision under way: what is decided is applied at once and collected, what is ordered is collected."""

from __future__ import annotations

from firmware.engine.apply import APPLY
from firmware.engine.board import Board
from firmware.engine.plan import Plan
from firmware.engine.state import Call, Leg, Phase, State
from firmware.protocol import commands as c
from firmware.protocol import facts as f
from firmware.protocol.names import Cause, LegRole

SECOND_US = 1_000_000
ANSWERED = frozenset(Phase) - {
    Phase.OFFERED,
    Phase.DIALLING,
    Phase.CALLING,
    Phase.PARTING,
    Phase.ALERTING,
    Phase.KNOCKING,
    Phase.AWAY,
    Phase.HELD,
    Phase.WAITING_LINE,
    Phase.SEIZING,
    Phase.PROCEEDING,
}
"""Phases in which a telephone that called is through to somebody, or to the box itself."""


def us(seconds: float) -> int:
    return round(seconds * SECOND_US)


class Turn:
    """The logic's one way to look and to act. `steps` bounds what a flow without pauses may do."""

    def __init__(self, board: Board, at_us: int) -> None:
        self.board = board
        self.at_us = at_us
        self.facts: list[f.AnyFact] = []
        self.commands: list[c.AnySwitchCommand] = []
        self.steps = 0
        self.left: list[str] = []
        """Agents who are not-ready or gone: queues may be without anybody now."""
        self.dispatch = False
        """Somebody waits or came free: ask the distributor before the turn ends."""
        self.lines_moved = False
        """An outside line was taken or let go."""
        self.hunting = False
        """The members of a hunt are being rung: whoever cannot be had is passed by without a word."""
        self.telephones_moved = False
        """A telephone came free: somebody may be waiting for it (`firmware.engine.inside.completion`)."""
        self.parted: dict[int, Cause] = {}
        """Telephones with messages that a leg left, and why: a call of theirs may be over."""
        self.stage = "rules"
        """How far this turn came: `rules`, then `offers`, `watches`, `lines`."""
        self.offering = 0
        """The waiting call that the distributor is offering just now."""

    @property
    def state(self) -> State:
        return self.board.state

    @property
    def plan(self) -> Plan:
        return self.board.plan

    def fact(self, fact: f.AnyFact) -> None:
        self.facts.append(fact)
        APPLY[type(fact)](self.board, fact, self.at_us)

    def command(self, command: c.AnySwitchCommand) -> None:
        self.commands.append(command)

    @property
    def behind(self) -> bool:
        """This was told while nobody decided; more of it may follow (`firmware.engine.catching_up`)."""
        return self.at_us < self.state.behind_until_us

    # -- looking ------------------------------------------------------------------------------------

    def leg_at(self, port: int) -> Leg | None:
        """The active leg of a port."""
        one = self.state.ports.get(port)
        return self.state.legs[one.leg] if one and one.leg else None

    def call_of(self, leg: Leg) -> Call:
        return self.state.calls[leg.call]

    def legs_of(self, call: Call) -> list[Leg]:
        return [self.state.legs[one] for one in call.legs]

    def caller(self, call: Call) -> Leg | None:
        """The outside caller's leg of an inbound call."""
        for leg in self.legs_of(call):
            if leg.fxo and leg.port == call.port:
                return leg
        return None

    def served(self, call: Call) -> Leg | None:
        """Who is served by menus, queues and mailboxes in this call: the outside caller, else whoever called."""
        if call.guest in call.legs:
            return self.state.legs[call.guest]
        return self.caller(call) or next(
            (leg for leg in self.legs_of(call) if leg.role in (LegRole.CALLER, LegRole.CONSULT)), None
        )

    def language(self, leg: Leg) -> str:
        call = self.call_of(leg)
        telephone = None if leg.fxo else self.plan.telephones.get(leg.port)
        chosen = telephone.language if telephone else "" if not leg.fxo else call.language
        return chosen or self.plan.config.site.language

    # -- acting -------------------------------------------------------------------------------------

    def enter(self, leg: Leg, phase: Phase) -> None:
        if leg.phase != phase:
            self.fact(f.PhaseEntered(leg.id, phase))
        if phase in ANSWERED and not leg.fxo and leg.port in self.plan.signalled:
            self.command(c.Connect(port=leg.port))

    def timer(self, name: str, seconds: float) -> None:
        """What it times begins when the engine has caught up, with what it orders."""
        self.fact(f.TimerSet(name, max(self.at_us, self.state.behind_until_us) + us(seconds)))

    def clear(self, name: str) -> None:
        if name in self.state.timers:
            self.fact(f.TimerCleared(name))

    def play(self, leg: Leg, purpose: str, *items: c.PlayItem) -> None:
        """`leg` hears these; at their end the row `purpose` of `firmware.engine.steps` follows."""
        play = f"{leg.id}.{leg.plays + 1}"
        self.fact(f.PlayBegan(leg.id, play, purpose))
        self.command(c.Play(port=leg.port, play=play, items=items))

    def say(self, leg: Leg, purpose: str, *prompts: str) -> None:
        language = self.language(leg)
        self.play(leg, purpose, *(c.Phrase(one, language) for one in prompts))

    def quiet(self, leg: Leg) -> None:
        if leg.play:
            self.fact(f.PlayStopped(leg.id))
            self.command(c.StopPlay(port=leg.port))
