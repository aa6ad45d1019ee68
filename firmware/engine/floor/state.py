"""What the engine remembers of the floor: closed queues, memberships, pauses, call-backs, who listens to whom."""

from __future__ import annotations

from msgspec import Struct, field

from firmware.protocol.choice import Need


class Callback(Struct):
    """A caller who is called back when his turn comes. In the distributor he waits under `-id`."""

    id: int
    call: int
    """The call in which he asked."""
    queue: str
    number: str
    """What is dialled."""
    e164: str
    since_us: int
    """His time of arrival: his place."""
    asked_us: int
    priority: int = 0
    tries: int = 0
    attempt: int = 0
    """The call that is under way for it."""
    until_us: int = 0
    """Not before this."""
    why: str = ""
    """Why it was put off or put back."""
    need: Need = Need()


class Offer(Struct):
    """A caller is being asked whether and where to call back."""

    queue: str
    stage: str
    otherwise: str = ""


WATCH_KEYS = {"4": "listen", "5": "whisper", "6": "barge"}
"""What a supervisor who listens keys to go on in another way."""


class Watch(Struct):
    """A supervisor's leg that follows an agent's."""

    call: int
    """The agent's call."""
    agent_leg: int
    mode: str
    talk: tuple[int, ...] = ()


class Pauses(Struct):
    """An agent's pauses of one day by reason."""

    day: int = 0
    times: dict[str, int] = field(default_factory=dict)


class FloorState(Struct):
    closed: dict[str, str] = field(default_factory=dict)
    """Queue to who closed it by hand."""
    memberships: dict[str, dict[str, bool]] = field(default_factory=dict)
    """Agent to queue to whether he serves it, where that is not as configured."""
    pauses: dict[str, Pauses] = field(default_factory=dict)
    callbacks_made: int = 0
    callbacks: dict[int, Callback] = field(default_factory=dict)
    watches: dict[int, Watch] = field(default_factory=dict)
    """By the supervisor's leg."""

    def callback_of(self, e164: str) -> Callback | None:
        return next((one for one in self.callbacks.values() if one.e164 == e164), None) if e164 else None
