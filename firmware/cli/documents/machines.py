"""The page about the machines: every transition table of the tree as a table and, where it says the next state,
as a diagram.
"""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any

from msgspec import Struct

Rows = Mapping[Any, Any]


class Machine(Struct, frozen=True):
    """One transition table and where it stands."""

    title: str
    kind: type
    states: type[Enum]
    steps: Rows
    about: str
    """One sentence: which wire or person this is."""
    alarms: Mapping[str, Callable[..., Any]] = {}
    """What its timers do, for machines that name them."""


def section(machine: Machine) -> str:
    """Heading, diagram (where steps name the next state), table."""
    simple = all(isinstance(step, tuple) for step in machine.steps.values())
    parts = [
        f"## {machine.title}\n",
        f"{machine.about} `{machine.kind.__module__}.{machine.kind.__name__}`.\n",
    ]
    parts += list(_states(machine))
    if simple:
        parts.append(_diagram(machine.steps))
    parts.append(_plain_table(machine.steps) if simple else _step_table(machine))
    if machine.alarms:
        parts.append(_alarm_table(machine))
    return "\n".join(parts)


def _states(machine: Machine) -> Iterator[str]:
    told = _member_docs(machine.states)
    named = [f"* `{state.name}`: {told[state.name]}" for state in machine.states if state.name in told]
    if named:
        yield "\n".join(named) + "\n"


def _member_docs(states: type[Enum]) -> dict[str, str]:
    """The docstring that follows a member, by the member's name."""
    body = _tree(states).body[0]
    assert isinstance(body, ast.ClassDef)
    found = {}
    for member, text in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(member, ast.Assign)
            and isinstance(text, ast.Expr)
            and isinstance(text.value, ast.Constant)
        ):
            name = member.targets[0]
            if isinstance(name, ast.Name):
                found[name.id] = " ".join(str(text.value.value).split())
    return found


def _tree(thing: Any) -> ast.Module:
    return ast.parse(textwrap.dedent(inspect.getsource(thing)))


# -- tables that name the next state ----------------------------------------------------------------


def _told(what: Any) -> str:
    """An event class, or the orders that follow."""
    if what is None or what == ():
        return ""
    if isinstance(what, Enum):
        return "" if what.name == "NOTHING" else f"`{what.name}`"
    if isinstance(what, tuple):
        return ", ".join(f"`{one.name}`" for one in what)
    return f"`{what.__name__}`"


def _diagram(steps: Rows) -> str:
    arrows: dict[tuple[str, str], list[str]] = {}
    for (state, given), (after, _) in steps.items():
        arrows.setdefault((state.name, after.name), []).append(given.name)
    lines = [f"    {here} --> {there}: {', '.join(given)}" for (here, there), given in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"]) + "\n"


def _plain_table(steps: Rows) -> str:
    lines = ["| state | given | next state | tells |", "|---|---|---|---|"]
    for (state, given), (after, told) in steps.items():
        lines.append(f"| `{state.name}` | `{given.name}` | `{after.name}` | {_told(told)} |")
    return "\n".join(lines) + "\n"


# -- tables that name a step ------------------------------------------------------------------------


def _step_table(machine: Machine) -> str:
    lines = ["| state | given | step | may go to | may tell |", "|---|---|---|---|---|"]
    for (state, given), step in machine.steps.items():
        name, after, told = _described(machine, step)
        what = given.name if isinstance(given, Enum) else given.__name__
        lines.append(f"| `{state.name}` | `{what}` | `{name}` | {after} | {told} |")
    return "\n".join(lines) + "\n"


def _alarm_table(machine: Machine) -> str:
    lines = ["| timer | step | may go to | may do |", "|---|---|---|---|"]
    for timer, step in machine.alarms.items():
        name, after, told = _described(machine, step)
        lines.append(f"| `{timer}` | `{name}` | {after} | {told} |")
    return "\n".join(lines) + "\n"


def _described(machine: Machine, step: Callable[..., Any]) -> tuple[str, str, str]:
    """(name, next states, what is made) of a step, by reading its source."""
    reading = Reading(machine)
    states, certain = reading.read(step)
    name = step.__qualname__.partition(".<locals>")[0]
    after = [f"`{one}`" for one in states] + ([] if certain else ["stays"])
    return name, " or ".join(after), ", ".join(f"`{one}`" for one in reading.made)


Found = tuple[dict[str, None], bool]
"""States that are set, and whether one is set on every way through."""
NOTHING: Found = ({}, False)


class Reading:
    """What a step's source sets and makes, with the functions of the same module that it calls."""

    def __init__(self, machine: Machine) -> None:
        self._kind = machine.kind
        self._module = sys.modules[machine.kind.__module__]
        self.made: dict[str, None] = {}
        self._under_way: list[str] = []

    def read(self, step: Callable[..., Any]) -> Found:
        if step.__qualname__ in self._under_way:
            return NOTHING
        self._under_way.append(step.__qualname__)
        source = _tree(step).body
        found = self._body(source[0].body if isinstance(source[0], ast.FunctionDef) else source)
        self._under_way.pop()
        return found

    def _body(self, statements: list[ast.stmt]) -> Found:
        """A later sure setting replaces the earlier ones, unless some way has left before it."""
        states: dict[str, None] = {}
        certain = left = False
        for statement in statements:
            below, surely = self._below(statement)
            states = below if surely and not left else states | below
            certain |= surely and not left
            left |= isinstance(statement, ast.If) and any(
                isinstance(n, ast.Return) for n in ast.walk(statement)
            )
        return states, certain

    def _below(self, node: ast.AST) -> Found:
        states: dict[str, None] = {}
        certain = False
        if isinstance(node, ast.Assign) and (state := _state_set(node)):
            states, certain = {state: None}, True
        if isinstance(node, ast.Call):
            states, certain = self._called(node.func)
        for child in ast.iter_child_nodes(node):
            below, surely = self._below(child)
            states, certain = states | below, certain or surely
        return states, certain and not isinstance(node, _PERHAPS)

    def _called(self, called: ast.expr) -> Found:
        if isinstance(called, ast.Name):
            return self._use(getattr(self._module, called.id, None))
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            own = called.value.id in {"self", "person"}
            owner = self._kind if own else getattr(self._module, called.value.id, None)
            return self._use(getattr(owner, called.attr, None))
        return NOTHING

    def _use(self, what: Any) -> Found:
        """A message class is made; a function of the same module is read too."""
        if isinstance(what, type) and issubclass(what, Struct) and what.__name__ not in PRIVATE:
            self.made[what.__name__] = None
        elif inspect.isfunction(what) and what.__module__ == self._module.__name__:
            return self.read(what)
        return NOTHING


PRIVATE = frozenset({"Step", "Due"})
"""Parts of a person's plan, told to nobody."""
_PERHAPS = (ast.If, ast.IfExp, ast.For, ast.While, ast.BoolOp, ast.comprehension, ast.ListComp)


def _state_set(node: ast.Assign) -> str:
    """The member's name where `self.state` is assigned one, alone or among others; else nothing."""
    targets, values = node.targets[0], node.value
    pairs = (
        zip(targets.elts, values.elts, strict=False)
        if isinstance(targets, ast.Tuple) and isinstance(values, ast.Tuple)
        else [(targets, values)]
    )
    for target, value in pairs:
        if isinstance(target, ast.Attribute) and target.attr == "state" and isinstance(value, ast.Attribute):
            return value.attr
    return ""
