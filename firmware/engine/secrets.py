"""Digits nobody may remember: PINs and secret collections. They live in this process's memory alone.

Before an input is decided upon or journalled, a secret's digits become `x` and a whole PIN becomes `SecretEntered`.
"""

from __future__ import annotations

from hmac import compare_digest

from msgspec import structs

from firmware.engine.board import Board
from firmware.engine.state import Call, Leg, Phase
from firmware.protocol.events import DigitReceived, SecretEntered
from firmware.protocol.inputs import AnyInput, FromSwitch

MASK = "x"
MOST_DIGITS = 32
AGENT, MAILBOX = ".agent", ".mailbox"
"""Variables of a call that say whose PIN is asked; no flow can name them (no node's variable begins with a dot)."""


def handle(call: int, node: str) -> str:
    """What a flow's variable holds in place of a secret."""
    return f"secret:{call}:{node}"


class Secrets:
    """Digits under collection by leg, whole ones by handle; gone with the process, as they shall be."""

    def __init__(self) -> None:
        self._keyed: dict[int, str] = {}
        self._kept: dict[str, str] = {}

    def get(self, name: str) -> str:
        """The digits under a handle; empty when this process never knew them."""
        return self._kept.get(name, "")

    def mask(self, board: Board, given: AnyInput) -> AnyInput:
        """The input without secrets; the same object where there are none."""
        if not isinstance(given, FromSwitch) or not isinstance(given.event, DigitReceived):
            return given
        port = board.state.ports.get(given.event.port)
        leg = board.state.legs.get(port.leg) if port else None
        if leg is None:
            return given
        call = board.state.calls[leg.call]
        if leg.phase == Phase.PIN:
            return structs.replace(given, event=self._pin(board, leg, call, given.event))
        if leg.phase == Phase.FLOW and (node := board.plan.nodes.get((call.flow, call.node))) and node.secret:
            return structs.replace(given, event=self._collected(leg, call, node.id, given.event))
        return given

    def _pin(self, board: Board, leg: Leg, call: Call, event: DigitReceived) -> DigitReceived | SecretEntered:
        if event.digit != "#":
            return self._keep(leg, event)
        right = compare_digest(self._keyed.pop(leg.id, "").encode(), _pin_of(board, call).encode())
        return SecretEntered(port=event.port, at_us=event.at_us, right=right)

    def _collected(self, leg: Leg, call: Call, node: str, event: DigitReceived) -> DigitReceived:
        if not leg.digits:
            self._keyed.pop(leg.id, None)
        if event.digit == "#":
            return event
        event = self._keep(leg, event)
        self._kept[handle(call.id, node)] = self._keyed[leg.id]
        return event

    def _keep(self, leg: Leg, event: DigitReceived) -> DigitReceived:
        self._keyed[leg.id] = (self._keyed.get(leg.id, "") + event.digit)[-MOST_DIGITS:]
        return structs.replace(event, digit=MASK)

    def forget(self, board: Board) -> None:
        """Drop what belongs to legs and calls that are over."""
        legs, calls = board.state.legs, board.state.calls
        self._keyed = {leg: digits for leg, digits in self._keyed.items() if leg in legs}
        self._kept = {name: one for name, one in self._kept.items() if int(name.split(":")[1]) in calls}


def _pin_of(board: Board, call: Call) -> str:
    mailbox = board.plan.mailboxes.get(call.variables.get(MAILBOX, ""))
    if mailbox is not None:
        return mailbox.pin
    agent = board.plan.agents.get(call.variables.get(AGENT, ""))
    return agent.pin if agent else ""
