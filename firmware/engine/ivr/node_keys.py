"""Nodes that ask for keys: `menu`, `collect`, `survey`."""

from __future__ import annotations

from firmware.config.schema import Node
from firmware.engine import prompts
from firmware.engine.dialling import secrets
from firmware.engine.ivr import flows
from firmware.engine.state import Call, Leg
from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f

TO_CONFIRM = ".keyed"
"""Variable: digits that were read back and not confirmed yet."""
RIGHT = "1"
MOST_SURVEY_DIGITS = 3


def asks(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    _forget(turn, call)
    flows.say_node(turn, call, leg, node)


def wait_for_key(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    del leg
    turn.timer(f"node:{call.id}", node.timeout_s)


def menu_key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    """A key breaks into the prompt."""
    turn.clear(f"node:{call.id}")
    turn.quiet(leg)
    chosen = node.keys.get(digit)
    if chosen is None:
        ask_again(turn, call, leg, node, node.wrong_input)
        return
    turn.fact(f.DigitsCollected(call.id, node.id, digit))
    flows.go(turn, call, leg, chosen)


def collect_key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    turn.quiet(leg)
    if call.variables.get(TO_CONFIRM):
        _confirmed(turn, call, leg, node, digit)
    elif digit in node.ends:
        _collected(turn, call, leg, node)
    else:
        turn.fact(f.DigitsKept(leg.id, leg.digits + digit))
        if len(leg.digits) >= node.digits:
            _collected(turn, call, leg, node)
        else:
            turn.timer(f"node:{call.id}", node.timeout_s)


def survey_key(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    turn.quiet(leg)
    if digit in node.ends:
        _answered(turn, call, leg, node)
    elif not digit.isdigit():
        ask_again(turn, call, leg, node, node.wrong_input)
    else:
        turn.fact(f.DigitsKept(leg.id, leg.digits + digit))
        if len(leg.digits) >= min(node.digits, MOST_SURVEY_DIGITS):
            _answered(turn, call, leg, node)
        else:
            turn.timer(f"node:{call.id}", node.timeout_s)


def nothing_keyed(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    ask_again(turn, call, leg, node, node.no_input)


def nothing_more_keyed(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """What was keyed so far counts."""
    if not leg.digits or call.variables.get(TO_CONFIRM):
        ask_again(turn, call, leg, node, node.no_input)
    elif node.kind == "survey":
        _answered(turn, call, leg, node)
    else:
        _collected(turn, call, leg, node)


def _collected(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """All is keyed: enough of it goes on, or is read back first."""
    if not leg.digits:
        ask_again(turn, call, leg, node, node.no_input)
    elif len(leg.digits) < node.least:
        ask_again(turn, call, leg, node, node.wrong_input)
    elif node.confirm and not node.secret:
        turn.clear(f"node:{call.id}")
        turn.fact(f.VariableSet(call.id, TO_CONFIRM, leg.digits))
        language = turn.language(leg)
        words = ("you-keyed", *prompts.digits(leg.digits), "confirm-digits")
        turn.play(leg, "node", *(c.Phrase(one, language) for one in words))
    else:
        _keep(turn, call, leg, node)


def _confirmed(turn: Turn, call: Call, leg: Leg, node: Node, digit: str) -> None:
    turn.clear(f"node:{call.id}")
    if digit == RIGHT:
        _keep(turn, call, leg, node)
    else:
        ask_again(turn, call, leg, node, "")


def _keep(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    """What was keyed becomes the variable; a secret's digits are kept by nobody, only a handle to them."""
    digits = leg.digits
    _forget(turn, call)
    if node.variable:
        value = secrets.handle(call.id, node.id) if node.secret else digits
        turn.fact(f.VariableSet(call.id, node.variable, value))
    turn.fact(f.DigitsCollected(call.id, node.id, "" if node.secret else digits))
    flows.go(turn, call, leg, node.next)


def _answered(turn: Turn, call: Call, leg: Leg, node: Node) -> None:
    digits = leg.digits
    if not digits:
        ask_again(turn, call, leg, node, node.no_input)
        return
    if int(digits) > node.most > 0:
        ask_again(turn, call, leg, node, node.wrong_input)
        return
    queue, agent = call.survey or (call.queue, "")
    turn.fact(f.SurveyAnswered(call.id, queue, agent, node.id, digits))
    flows.go(turn, call, leg, node.next)


def ask_again(turn: Turn, call: Call, leg: Leg, node: Node, words: str) -> None:
    """Wrong or missing input: the node's prompt again, as often as it allows, then its `otherwise`."""
    turn.clear(f"node:{call.id}")
    turn.fact(f.NodeTried(call.id, call.tries + 1))
    _forget(turn, call)
    if leg.digits:
        turn.fact(f.DigitsKept(leg.id, ""))
    if call.tries > node.retries:
        flows.go(turn, call, leg, node.otherwise)
    else:
        flows.say_node(turn, call, leg, node, *((words,) if words else ()))


def secret_lost(turn: Turn, call: Call, leg: Leg) -> None:
    """Half a secret is none: the node asks again, and that does not count as a try."""
    node = flows.present(turn, call)
    if node is None or not node.secret or not leg.digits:
        return
    turn.clear(f"node:{call.id}")
    turn.fact(f.DigitsKept(leg.id, ""))
    flows.say_node(turn, call, leg, node)


def _forget(turn: Turn, call: Call) -> None:
    if call.variables.get(TO_CONFIRM):
        turn.fact(f.VariableSet(call.id, TO_CONFIRM, ""))
