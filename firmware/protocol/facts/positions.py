"""Positions: who serves which queue just now, what supervisors should know, who listens to whom."""

from __future__ import annotations

from firmware.protocol.facts.fact import Fact


class MembershipChanged(Fact, frozen=True, tag=True):
    """The agent serves the queue from now on, or does not, whatever the configuration says."""

    agent: str
    queue: str
    member: bool
    author: str = ""


class QueueClosed(Fact, frozen=True, tag=True):
    """The queue takes nobody more (`closed`), or goes by its hours again."""

    queue: str
    closed: bool
    author: str = ""


class AgentAlarmed(Fact, frozen=True, tag=True):
    """Supervisors should know: `missed-calls`, `pause-too-long`, `pause-too-often`, each for this reason."""

    agent: str
    alarm: str
    reason: str = ""


class PauseCounted(Fact, frozen=True, tag=True):
    """The agent's pauses for this reason on this day (of the site, as a number that grows): so many now."""

    agent: str
    reason: str
    day: int
    times: int


class WrapUpExtended(Fact, frozen=True, tag=True):
    """Wrap-up lasts till `until_us`."""

    agent: str
    until_us: int


class WaitPromised(Fact, frozen=True, tag=True):
    """By then the caller should have been served, as he was told."""

    call: int
    until_us: int


class CallPlaced(Fact, frozen=True, tag=True):
    """The place in a queue that the call may take along to another one."""

    call: int
    since_us: int


class ComfortSaid(Fact, frozen=True, tag=True):
    """The waiting caller has heard so many comfort messages."""

    call: int
    times: int


class SupervisionBegan(Fact, frozen=True, tag=True):
    """A supervisor's leg follows an agent's leg: `listen`, `whisper`, `barge`. For the audit."""

    leg: int
    supervisor: str
    call: int
    agent_leg: int
    agent: str
    mode: str


class SupervisionChanged(Fact, frozen=True, tag=True):
    """A supervisor's leg goes on in another way: `listen`, `whisper`, `barge`. For the audit."""

    leg: int
    supervisor: str
    call: int
    agent: str
    mode: str


class SupervisionTuned(Fact, frozen=True, tag=True):
    """Whom the supervisor's leg hears now: legs of the talk it follows; none while there is no talk."""

    leg: int
    talk: tuple[int, ...]


class SupervisionEnded(Fact, frozen=True, tag=True):
    """`why`: `left`, `call-over`, `taken-over`."""

    leg: int
    why: str


class CallTakenOver(Fact, frozen=True, tag=True):
    """A supervisor talks to the caller in the agent's place. For the audit."""

    call: int
    supervisor: str
    agent: str


PositionFact = (
    MembershipChanged
    | QueueClosed
    | AgentAlarmed
    | PauseCounted
    | WrapUpExtended
    | WaitPromised
    | CallPlaced
    | ComfortSaid
    | SupervisionBegan
    | SupervisionChanged
    | SupervisionTuned
    | SupervisionEnded
    | CallTakenOver
)
