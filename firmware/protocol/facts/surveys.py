"""What callers say of how they were served."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class SurveyBegan(Fact, frozen=True, tag=True):
    """The agent left, the caller stayed and is asked; `agent` is who talked last."""

    call: int
    queue: str
    agent: str
    flow: str


class SurveyAnswered(Fact, frozen=True, tag=True):
    """One question's answer: one to three keys."""

    call: int
    queue: str
    agent: str
    question: str
    """The node that asked."""
    answer: str


SurveyFact = SurveyBegan | SurveyAnswered
