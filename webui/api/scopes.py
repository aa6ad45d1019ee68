"""What a token may be made for. A view of the API without such a mark keeps the app from starting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask

from webui.security.rights import Right, needed, needs

View = TypeVar("View", bound=Callable[..., object])
BLUEPRINT = "api"
_MARK = "needed_scope"


class Scope(StrEnum):
    ANY = "any"
    """Whoever has a token; none is made with it."""
    READ_CALLS = "read:calls"
    READ_LIVE = "read:live"
    READ_CONTACTS = "read:contacts"
    WRITE_CONTACTS = "write:contacts"
    CALL = "call"
    AGENT = "agent"
    SUPERVISE = "supervise"
    READ_RECORDINGS = "read:recordings"
    READ_REPORTS = "read:reports"
    READ_SETTINGS = "read:settings"
    WRITE_SETTINGS = "write:settings"
    ADMINISTER = "administer"


GIVEN = tuple(one for one in Scope if one is not Scope.ANY)
"""What can be chosen for a token."""
OF_THE_HOUSE = frozenset(
    {
        Scope.SUPERVISE,
        Scope.READ_REPORTS,
        Scope.READ_RECORDINGS,
        Scope.READ_SETTINGS,
        Scope.WRITE_SETTINGS,
        Scope.ADMINISTER,
    }
)
"""About everybody: a token that is bound to one agent cannot have these."""
MEANINGS: Mapping[Scope, str] = {
    Scope.ANY: "any token",
    Scope.READ_CALLS: "calls that are over or go on, and their stories",
    Scope.READ_LIVE: "calls, agents and queues as they stand; the event stream",
    Scope.READ_CONTACTS: "contacts and notes at them",
    Scope.WRITE_CONTACTS: "contacts made, changed, erased; notes at them",
    Scope.CALL: "telephones: dial, hold, transfer, hang up, settings",
    Scope.AGENT: "states of agents, and what became of their calls",
    Scope.SUPERVISE: "listen, whisper, barge, take over; queues and services opened and closed; legal holds",
    Scope.READ_RECORDINGS: "recordings, each hearing told to the audit; notes at them",
    Scope.READ_REPORTS: "figures of days",
    Scope.READ_SETTINGS: "the configuration with its PINs, prompts, webhooks",
    Scope.WRITE_SETTINGS: "configuration and prompts put in force, secrets of webhooks: as much as an administrator",
    Scope.ADMINISTER: "people and tokens made, changed, ended; numbers erased, legal holds ended: as an administrator",
}


def for_scope(scope: Scope) -> Callable[[View], View]:
    """Also marks the view as one of tokens, which no role reaches."""

    def mark(view: View) -> View:
        setattr(view, _MARK, scope)
        return needs(Right.TOKEN)(view)

    return mark


def is_for_programs(path: str) -> bool:
    """Mistakes are told there as programs read them, also where there is nothing; the endpoint decides who may what."""
    return path.startswith("/api/")


def is_api(endpoint: str | None) -> bool:
    return (endpoint or "").startswith(f"{BLUEPRINT}.")


def scope_of(app: Flask, endpoint: str) -> Scope:
    """Raises LookupError for a view of the API nobody marked."""
    return _marked(app.view_functions[endpoint], endpoint)


def _marked(view: Any, endpoint: str) -> Scope:
    found = getattr(view, _MARK, None)
    if not isinstance(found, Scope):
        raise LookupError(f"the view {endpoint} says not which token reaches it: @for_scope(Scope.…)")
    return found


def check_scopes(app: Flask) -> None:
    """Raises LookupError where the API has a view without scope, or another part one for tokens."""
    for endpoint, view in app.view_functions.items():
        if is_api(endpoint):
            _marked(view, endpoint)
        if is_api(endpoint) != (needed(app, endpoint) is Right.TOKEN):
            raise LookupError(f"the view {endpoint}: tokens reach the API and nothing else")
