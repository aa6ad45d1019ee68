"""A message is mailed, where its mailbox says so: asked of the jobs process, which makes and sends the mail."""

from __future__ import annotations

from firmware.engine.ivr import jobs
from firmware.engine.turn import Turn

WITHIN_S = 6 * 3600.0
"""A mail server that is away longer has lost its mail; the message is in the mailbox all the same."""


def ask(turn: Turn, mailbox: str, recording: str) -> None:
    """The job knows the recording by its name alone; who called is in history, where an erasure finds it."""
    found = turn.plan.mailboxes.get(mailbox)
    if found is not None and found.mail:
        jobs.ask(turn, "mail", mailbox, WITHIN_S, what={"recording": recording})
