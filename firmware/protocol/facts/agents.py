"""Agents and their states."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact
from firmware.protocol.names import AgentState

# -- agents -----------------------------------------------------------------------------------------


class AgentChanged(Fact, frozen=True, tag=True):
    """The agent is in `state` from now on. `reason` is the not-ready reason, or why it changed by itself."""

    agent: str
    state: AgentState
    reason: str = ""
    extension: str = ""
    call: int = 0


AgentFact = AgentChanged
