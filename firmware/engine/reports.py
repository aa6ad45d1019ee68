"""Asking the switch how things stand: at once, or a moment later for all that went wrong meanwhile."""

from __future__ import annotations

from firmware.engine.turn import Turn
from firmware.protocol import commands as c
from firmware.protocol import facts as f

LATER_S = 1.0


def ask(turn: Turn) -> None:
    """The report names this question: what changes from here on is newer than it."""
    turn.fact(f.ReportAsked())
    turn.command(c.Report(port=-1, asked_us=turn.at_us))


def ask_later(turn: Turn) -> None:
    """One report for all that goes wrong within a second."""
    if "report:0" not in turn.state.timers:
        turn.timer("report:0", LATER_S)


def due(turn: Turn, number: int) -> None:
    """Timer `report`."""
    turn.clear(f"report:{number}")
    ask(turn)
