"""Which token may know of what. Pure."""

from __future__ import annotations

from firmware.stream.happenings import Happening
from webui.access.tokens import Token


def may_know(token: Token, one: Happening) -> bool:
    """By scope; a token of one agent is told of no call this agent has no part in."""
    if one.kind.scope not in token.scopes:
        return False
    return not token.agent or token.agent in one.agents or not (one.has_call or one.agents)
