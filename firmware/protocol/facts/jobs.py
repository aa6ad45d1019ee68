"""What was asked of the jobs process, and what became of it."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class JobAsked(Fact, frozen=True, tag=True):
    """Somebody else is to do what may take long. `job` is its idempotency key.

    `kind` is a row of `firmware.jobs.kinds`, `name` what the configuration calls the look-up or mailbox; what is not
    answered by `until_us` has timed out.
    """

    job: int
    kind: str
    name: str
    until_us: int
    call: int = 0
    node: str = ""
    """The flow's node that waits for it."""
    what: tuple[tuple[str, str], ...] = ()
    hidden: tuple[tuple[str, str], ...] = ()
    """Of `what`, those that are secret: name and handle. Who does the job is told the digits, and nobody else."""


class JobEnded(Fact, frozen=True, tag=True):
    """`result`: `done`, `failed`, `timed-out`, or `unknown` (begun, and nobody knows whether it came to its end)."""

    job: int
    result: str
    reason: str = ""


JobFact = JobAsked | JobEnded
