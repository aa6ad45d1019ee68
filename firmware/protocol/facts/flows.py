"""Flows that go through other flows."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class FlowCalled(Fact, frozen=True, tag=True):
    """The caller goes through another flow and shall come back behind this node of this flow."""

    call: int
    flow: str
    node: str


class FlowReturned(Fact, frozen=True, tag=True):
    """Back in the flow that called, behind the node that did."""

    call: int
    flow: str


FlowFact = FlowCalled | FlowReturned
