"""Timers of which a calendar says when: set anew when the clock or the configuration changed."""

from __future__ import annotations

from firmware.engine.floor import callbacks, closing
from firmware.engine.hours import services
from firmware.engine.mailbox import checks as mailbox_checks
from firmware.engine.turn import Turn


def arm(turn: Turn) -> None:
    mailbox_checks.arm(turn)
    services.arm(turn)
    closing.arm_all(turn)
    callbacks.look_at_hours(turn)
