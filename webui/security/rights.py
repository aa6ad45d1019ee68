"""Which right a view needs and which role has it. Decided on the matched endpoint, never on the path.

A view without a right is a mistake of ours: the app refuses to start (`unmarked`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import TypeVar

from flask import Flask

View = TypeVar("View", bound=Callable[..., object])


class Right(Enum):
    ANYBODY = auto()
    """Signed in or not: the reviewed list in `tests/unit/webui/open_endpoints.txt`."""
    SIGNED_IN = auto()
    WORK = auto()
    """An agent's own calls and state; contacts."""
    SUPERVISE = auto()
    """Everybody's calls and states, recordings, reports."""
    LOOK_AT_LINES = auto()
    """Lines and cards, health; nothing of people."""
    ADMINISTER = auto()
    TOKEN = auto()
    """Programs: a token with the view's scope (`webui.api.scopes`). No role has it."""


HAVE: Mapping[str, frozenset[Right]] = {
    "": frozenset({Right.ANYBODY}),
    "agent": frozenset({Right.ANYBODY, Right.SIGNED_IN, Right.WORK}),
    "technician": frozenset({Right.ANYBODY, Right.SIGNED_IN, Right.LOOK_AT_LINES}),
    "supervisor": frozenset({Right.ANYBODY, Right.SIGNED_IN, Right.WORK, Right.SUPERVISE}),
    "admin": frozenset(Right) - {Right.TOKEN},
}
_MARK = "needed_right"


def needs(right: Right) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, _MARK, right)
        return view

    return mark


def needed(app: Flask, endpoint: str) -> Right:
    """Raises LookupError for a view nobody marked."""
    right = getattr(app.view_functions[endpoint], _MARK, None)
    if not isinstance(right, Right):
        raise LookupError(f"the view {endpoint} says not who may see it: @needs(Right.…)")
    return right


def check_all(app: Flask) -> None:
    """Raises LookupError."""
    for endpoint in app.view_functions:
        needed(app, endpoint)


def may(role: str, right: Right) -> bool:
    return right in HAVE.get(role, HAVE[""])
