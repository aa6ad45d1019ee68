"""Digits nobody may remember: PINs, secret collections, and whatever people key while they talk to one another.

Before an input is decided upon or journalled, digits that are not meant for the box become `x`, a whole PIN becomes
`SecretEntered`, an emergency number `EmergencyKeyed` or `HelpKeyed`, and a configuration's PINs are sealed. The digits
themselves live in this process's memory alone; what a former process had heard of a secret is lost and asked for anew.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import structs

from firmware.config.schema import Node, Room
from firmware.engine.board import Board
from firmware.engine.dialling import pin_desk
from firmware.engine.dialling.dialplan import MatchKind
from firmware.engine.dialling.pins import Pin, PinKey, new_pin_fault, pin_of
from firmware.engine.dialling.state import MUTE, ROOM_KEYS
from firmware.engine.dialling.urgent_keys import (
    IN_ONE_GO_US,
    LONG_PAUSE_US,
    PAUSE_US,
    UrgentKeys,
    alone,
    at_the_end,
    ended,
)
from firmware.engine.floor.state import WATCH_KEYS
from firmware.engine.mailbox.state import OPERATOR_KEY, pin_in_force
from firmware.engine.state import Call, Leg, Phase
from firmware.protocol.events import (
    ConsultationBegan,
    DigitReceived,
    EmergencyKeyed,
    HookFlashed,
    SecretChosen,
    SecretEntered,
    SecretLost,
    SwitchEvent,
    TelephoneReleased,
    TelephoneSeized,
)
from firmware.protocol.inputs import AnyInput, ConfigApplied, FromSwitch, HelpKeyed, Started

MASK = "x"
MOST_DIGITS = 32
AGENT, MAILBOX = ".agent", ".mailbox"
"""Variables of a call that say whose PIN is asked; no flow can name them (no node's variable begins with a dot)."""
COMMANDS = (Phase.LISTENING, Phase.CHOOSING)
"""Phases in which keys are commands."""
_BEFORE_A_PIN = (Phase.DIALLING, Phase.KEYING, Phase.PIN)
"""Keys that led to a PIN's being asked are no part of an emergency number; those of a menu or a queue may be."""
_HOOK = (TelephoneSeized, TelephoneReleased, HookFlashed, ConsultationBegan)


def handle(call: int, node: str) -> str:
    """What a flow's variable holds in place of a secret."""
    return f"secret:{call}:{node}"


class Secrets:
    """Digits under collection by leg, whole ones by handle; gone with the process, as they shall be."""

    def __init__(self, key: bytes = b"") -> None:
        self.pins = PinKey(key)
        self._urgent = UrgentKeys()
        self._keyed: dict[int, str] = {}
        self._kept: dict[str, str] = {}

    @property
    def due_us(self) -> int | None:
        """When a pause after an emergency number will have been long enough."""
        return self._urgent.due_us

    def help_keyed(self, board: Board, at_us: int) -> HelpKeyed | None:
        """Who keyed an emergency number in the middle of something and then nothing more."""
        found = self._urgent.take_due(at_us)
        if found is None:
            return None
        leg = _leg_at(board, found[0])
        return HelpKeyed(leg.id if leg is not None else 0, found[1], found[0])

    def get(self, name: str) -> str:
        """The digits under a handle; empty when this process never knew them."""
        return self._kept.get(name, "")

    def mask(self, board: Board, given: AnyInput) -> AnyInput:
        """The input without secrets; the same object where there are none."""
        match given:
            case FromSwitch():
                event = self._event(board, given.event)
                return given if event is given.event else structs.replace(given, event=event)
            case ConfigApplied():
                return self._sealed(given)
            case Started():
                return self._resealed(board, given)
            case _:
                return given

    def forget(self, board: Board) -> None:
        """Drop what belongs to legs and calls that are over."""
        legs, calls = board.state.legs, board.state.calls
        self._keyed = {leg: digits for leg, digits in self._keyed.items() if leg in legs}
        self._kept = {name: one for name, one in self._kept.items() if int(name.split(":")[1]) in calls}

    # -- configuration ------------------------------------------------------------------------------

    def _sealed(self, given: ConfigApplied) -> ConfigApplied:
        try:
            text = self.pins.seal(given.config)
        except msgspec.MsgspecError as error:
            text = f"not a configuration: {type(error).__name__}"
        return given if text == given.config else structs.replace(given, config=text)

    def _resealed(self, board: Board, given: Started) -> Started:
        """A journal of a version that wrote PINs down: they are sealed from here on."""
        text = board.state.config
        sealed = self.pins.seal(text) if text and not given.config else text
        return given if sealed == text else structs.replace(given, config=sealed)

    # -- digits -------------------------------------------------------------------------------------

    def _event(self, board: Board, event: SwitchEvent) -> SwitchEvent:
        if isinstance(event, _HOOK):
            self._urgent.forget(event.port)
        if not isinstance(event, DigitReceived):
            return event
        leg = _leg_at(board, event.port)
        if event.digit == MASK:
            return event
        if leg is None:
            self._after_an_end(board, event)
            return event
        if leg.phase == Phase.FLOW:
            return self._flow_key(board, leg, event)
        if leg.fxo and leg.phase == Phase.PIN:
            return self.pin_key(board, leg, event)
        if leg.phase == Phase.NEW_PIN:
            return self.new_pin_key(board, leg, event)
        return (
            self._line_key(board, leg, event)
            if leg.fxo
            else _KEYS.get(leg.phase, _beside)(self, board, leg, event)
        )

    def _flow_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """A caller of the house is watched too: who keys an emergency number and then nothing wants help."""
        call = board.state.calls[leg.call]
        node = board.plan.nodes.get((call.flow, call.node))
        heard = self._collected(leg, call, node, event) if node is not None and node.secret else event
        if not leg.fxo:
            self._watch_flow_key(board, event)
        return heard

    def _after_an_end(self, board: Board, event: DigitReceived) -> bool:
        """In the middle of the number something ended, and with it the call: these are still keys of one number."""
        goes_on = self._urgent.began(event.port, event.at_us) not in ("", Phase.DIALLING)
        if goes_on:
            self._watch_flow_key(board, event)
        return goes_on

    def _watch_flow_key(self, board: Board, event: DigitReceived) -> None:
        """An emergency number at the end of keys in one go, and a pause, whatever they did in the flow."""
        if self._urgent.began(event.port, event.at_us) == Phase.DIALLING:
            self._urgent.forget(event.port)
        keys = self._urgent.add(event.port, event.digit, event.at_us, Phase.FLOW, IN_ONE_GO_US)
        self._expect(board, event, at_the_end(keys, board.plan.config.dial_plan), False)

    def _line_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """Outside callers: only what a queue or a mailbox waits for is meant for the box."""
        if leg.phase in (Phase.LISTENING, Phase.CALLBACK):
            return event
        if leg.phase == Phase.QUEUED:
            return event if event.digit in _waiting_keys(board, leg) else _masked(event)
        if leg.phase in (Phase.MAILBOX, Phase.DICTATING) and (
            event.digit == "#" or _to_operator(board, leg, event)
        ):
            return event
        return _masked(event)

    def pin_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        if event.at_us < leg.play_us:
            return SecretLost(port=event.port, at_us=event.at_us)
        of = _whose(board, board.state.calls[leg.call])
        if event.digit == "#":
            keyed = self._keyed.pop(leg.id, "")
            right, chair = (any(self.pins.right(one, keyed) for one in pins) for pins in (of, of[1:]))
            if not right and (number := self._no_pin(board, leg, event, keyed)):
                return self._at_once(event, number)
            self._urgent.forget(event.port)
            return SecretEntered(port=event.port, at_us=event.at_us, right=right, chair=chair)
        masked = self._keep(leg, event)
        keyed = self._keyed[leg.id]
        if leg.fxo:
            return masked
        keys = self._since_elsewhere(leg, event) or keyed
        goes_on = any(self.pins.begins(one, keyed) for one in of)
        self._expect(board, event, at_the_end(keys, board.plan.config.dial_plan), goes_on)
        return masked

    def _since_elsewhere(self, leg: Leg, event: DigitReceived) -> str:
        """The keys so far, where they began in what led to the PIN; nothing where it was asked for by keys."""
        elsewhere = self._urgent.began(event.port, event.at_us) not in ("", *_BEFORE_A_PIN)
        keys = self._urgent.add(event.port, event.digit, event.at_us, leg.phase)
        return keys if elsewhere else ""

    def _no_pin(self, board: Board, leg: Leg, event: DigitReceived, keyed: str) -> str:
        """The emergency number that was keyed in place of a PIN by a telephone of the house."""
        keys = "" if leg.fxo else self._since_elsewhere(leg, event) or keyed
        return ended(keys, keyed, board.plan.config.dial_plan) if keys else ""

    def new_pin_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """An emergency number at its end and a pause are no PIN; one that has such a number in it is refused."""
        if event.at_us < leg.play_us:
            return SecretLost(port=event.port, at_us=event.at_us)
        plan = board.plan.config.dial_plan
        if event.digit != "#":
            masked = self._keep(leg, event)
            if not leg.fxo:
                self._urgent.add(event.port, event.digit, event.at_us, leg.phase)
                self._expect(board, event, at_the_end(self._keyed[leg.id], plan), False)
            return masked
        keyed = self._keyed.pop(leg.id, "")
        self._urgent.forget(event.port)
        if not leg.fxo and (number := alone(keyed, plan)):
            return self._at_once(event, number)
        fault = new_pin_fault(keyed, (leg.party, *plan.emergency))
        mailbox = board.state.calls[leg.call].variables.get(MAILBOX, "")
        sealed = "" if fault else self.pins.chosen(mailbox, keyed, plan.emergency)
        return SecretChosen(port=event.port, at_us=event.at_us, sealed=sealed, fault=fault)

    def agent_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """An agent's number, clear; also the keys of the sign-in code before it may belong to an emergency number."""
        keys = self._urgent.add(event.port, event.digit, event.at_us, leg.phase)
        agent = leg.digits + event.digit
        plan = board.plan.config.dial_plan
        if event.digit == "#":
            return self._agent_ended(board, event, leg.digits, keys)
        goes_on = any(one.startswith(agent) for one in board.plan.agents)
        if (number := alone(agent, plan)) and not goes_on:
            return self._at_once(event, number)
        self._expect(board, event, at_the_end(keys, plan), goes_on)
        return event

    def _agent_ended(self, board: Board, event: DigitReceived, agent: str, keys: str) -> SwitchEvent:
        """With `#` it is an agent's number, unless there is none and all of it belongs to an emergency number."""
        number = "" if agent in board.plan.agents else ended(keys, agent, board.plan.config.dial_plan)
        return self._at_once(event, number) if number else event

    def dialled_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """Clear. What begins with a star is no number: an emergency number may follow it at once."""
        keyed = leg.digits + event.digit
        if keyed.startswith("*"):
            self._urgent.add(event.port, event.digit, event.at_us, leg.phase)
            self._expect(board, event, argument_alone(board, keyed), False)
        elif _is_dialled(board, keyed) or not self._after_an_end(board, event):
            self._urgent.forget(event.port)
        return event

    def command_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """Clear: keys are commands here. Only an emergency number in one go and a pause is one."""
        if self._urgent.began(event.port, event.at_us) == Phase.DIALLING:
            self._urgent.forget(event.port)
        keys = self._urgent.add(event.port, event.digit, event.at_us, leg.phase, IN_ONE_GO_US)
        self._expect(board, event, alone(keys, board.plan.config.dial_plan), False)
        return event

    def talk_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """Keys are for the other party, unless they go on what was begun after a flash, or while he was held."""
        if self._urgent.began(event.port, event.at_us) in _BEFORE_A_TALK:
            self.command_key(board, leg, event)
        else:
            self._urgent.forget(event.port)
        return _masked(event)

    def waiting_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """While a line is being had for it, late keys may be of the number dialled; what follows is the far end's."""
        call = board.state.calls[leg.call]
        lines = [one for one in map(board.state.legs.__getitem__, call.legs) if one.fxo]
        if not lines:
            return self.meaningless_key(board, leg, event)
        if any(one.phase == Phase.PROCEEDING for one in lines):
            self._urgent.forget(event.port)
        else:
            self.command_key(board, leg, event)
        return _masked(event)

    def meaningless_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """Nothing else can be meant, unless these keys began as commands a moment ago."""
        if self._urgent.began(event.port, event.at_us) in COMMANDS:
            self.command_key(board, leg, event)
            return _masked(event)
        self._urgent.forget_begun(event.port, COMMANDS)
        keys = self._urgent.add(event.port, event.digit, event.at_us, leg.phase)
        number = at_the_end(keys, board.plan.config.dial_plan)
        return self._at_once(event, number) if number else _masked(event)

    def queued_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """A telephone of the house waits: a key of the queue's own, unless it ends an emergency number."""
        found = self.meaningless_key(board, leg, event)
        wanted = isinstance(found, DigitReceived) and event.digit in _waiting_keys(board, leg)
        return event if wanted else found

    def monitoring_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """The end of the number that was dialled to listen is no beginning of another one."""
        if self._urgent.began(event.port, event.at_us) == Phase.DIALLING:
            self._urgent.forget(event.port)
        found = self.meaningless_key(board, leg, event)
        wanted = isinstance(found, DigitReceived) and event.digit in WATCH_KEYS
        return event if wanted else found

    def room_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        """The chair's keys are commands; a guest has one, and else they mean nothing."""
        room = board.state.dialling.rooms.get(leg.room)
        if room is not None and leg.id in room.chairs:
            self.command_key(board, leg, event)
            return event if event.digit in ROOM_KEYS else _masked(event)
        found = self.meaningless_key(board, leg, event)
        return event if isinstance(found, DigitReceived) and event.digit == MUTE else found

    def message_key(self, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
        if event.digit == "#":
            self._urgent.forget(event.port)
            return event
        found = self.meaningless_key(board, leg, event)
        return event if isinstance(found, DigitReceived) and _to_operator(board, leg, event) else found

    def _at_once(self, event: DigitReceived, number: str) -> EmergencyKeyed:
        self._urgent.forget(event.port)
        return EmergencyKeyed(port=event.port, at_us=event.at_us, number=number)

    def _expect(self, board: Board, event: DigitReceived, number: str, goes_on: bool) -> None:
        if number:
            from_us = max(event.at_us, board.state.at_us)
            pause_us = LONG_PAUSE_US if goes_on else PAUSE_US
            self._urgent.expect_pause(event.port, number, from_us + pause_us)

    def _collected(self, leg: Leg, call: Call, node: Node, event: DigitReceived) -> SwitchEvent:
        if event.at_us < leg.play_us:
            return SecretLost(port=event.port, at_us=event.at_us)
        if not leg.digits:
            self._keyed.pop(leg.id, None)
        if event.digit in node.ends:
            return event
        masked = self._keep(leg, event)
        self._kept[handle(call.id, node.id)] = self._keyed[leg.id]
        return masked

    def _keep(self, leg: Leg, event: DigitReceived) -> DigitReceived:
        self._keyed[leg.id] = (self._keyed.get(leg.id, "") + event.digit)[-MOST_DIGITS:]
        return _masked(event)


def _leg_at(board: Board, port: int) -> Leg | None:
    now = board.state.ports.get(port)
    return board.state.legs.get(now.leg) if now is not None else None


def _waiting_keys(board: Board, leg: Leg) -> tuple[str, ...]:
    """What the box waits for from who waits in a queue."""
    queue = board.plan.queues.get(board.state.calls[leg.call].queue)
    keys = (queue.exit_key, queue.callback_key) if queue is not None else ()
    return tuple(key for key in keys if key)


def _to_operator(board: Board, leg: Leg, event: DigitReceived) -> bool:
    mailbox = board.plan.mailboxes.get(board.state.calls[leg.call].variables.get(MAILBOX, ""))
    return event.digit == OPERATOR_KEY and mailbox is not None and bool(mailbox.operator)


def _is_dialled(board: Board, keyed: str) -> bool:
    """An emergency number is dialled, and need not be told by a pause as well."""
    return board.plan.dial_tree.match(keyed).kind is MatchKind.EMERGENCY


def _masked(event: DigitReceived) -> DigitReceived:
    return event if event.digit in (MASK, "#") else structs.replace(event, digit=MASK)


def _whose(board: Board, call: Call) -> tuple[Pin, ...]:
    """The PIN that is asked for; where a room has two, the chair's is the second."""
    part = pin_desk.owner(board.plan.config, pin_desk.asked(call))
    mailbox = board.plan.mailboxes.get(call.variables.get(MAILBOX, ""))
    if part is None and mailbox is not None:
        return (Pin(mailbox.id, pin_in_force(mailbox.pin, board.state.boxes.get(mailbox.id))),)
    if isinstance(part, Room) and part.chair_pin:
        return (pin_of(part), pin_of(part, chair=True))
    holder = part or board.plan.agents.get(call.variables.get(AGENT, ""))
    return (pin_of(holder),) if holder is not None else ()


def argument_alone(board: Board, keyed: str) -> str:
    """The emergency number that is all that was keyed after a feature code, or that began within it (`*2`, then 110).

    Where digits to `#` follow a code, no other sign would ever tell. Half an argument with such a number at its end is
    not guessed at: many telephone numbers end so.
    """
    match, plan = board.plan.dial_tree.match(keyed), board.plan.config.dial_plan
    if not match.feature:
        return ""
    code, number = getattr(board.plan.config.features, match.feature), at_the_end(keyed, plan)
    within = number if 0 < len(keyed.rstrip("#")) - len(number) <= len(code) else ""
    return alone(match.argument, plan) or within


_BEFORE_A_TALK = frozenset({Phase.CHOOSING, Phase.HELD, Phase.PARKED, Phase.JOINING})
"""Keys begun here were meant for nobody; a talk may go on in the middle of them."""
_Key = Callable[[Secrets, Board, Leg, DigitReceived], SwitchEvent]


def _beside(secrets: Secrets, board: Board, leg: Leg, event: DigitReceived) -> SwitchEvent:
    return secrets.meaningless_key(board, leg, event)


_KEYS: dict[str, _Key] = {
    Phase.DIALLING: Secrets.dialled_key,
    Phase.KEYING: Secrets.agent_key,
    Phase.PIN: Secrets.pin_key,
    Phase.LISTENING: Secrets.command_key,
    Phase.CHOOSING: Secrets.command_key,
    Phase.TALKING: Secrets.talk_key,
    Phase.CALLING: Secrets.waiting_key,
    Phase.MAILBOX: Secrets.message_key,
    Phase.QUEUED: Secrets.queued_key,
    Phase.MONITORING: Secrets.monitoring_key,
    Phase.ROOM: Secrets.room_key,
    Phase.DICTATING: Secrets.message_key,
}
"""What a telephone's key means by what the telephone is doing; elsewhere it means nothing but an emergency number."""
