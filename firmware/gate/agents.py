"""Agents as members of queues: which queues, which state, in the manager interface's numbers."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from firmware.gate import naming
from firmware.gate.channels import Field
from firmware.protocol.names import AgentState

UNKNOWN, FREE, IN_USE, UNAVAILABLE, RINGS = 0, 1, 2, 5, 6
_STATUS: Mapping[str, int] = {
    AgentState.SIGNED_OUT: UNAVAILABLE,
    AgentState.READY: FREE,
    AgentState.RINGING: RINGS,
    AgentState.TALKING: IN_USE,
    AgentState.WRAP_UP: FREE,
}
_NOT_READY: Mapping[str, int] = {
    "own-call": IN_USE,
    "off-hook": IN_USE,
    "direct-call": IN_USE,
    "direct": IN_USE,
    "no-telephone": UNAVAILABLE,
}
"""Reasons that are the telephone's state and no pause of the agent."""


def is_pause(state: str, reason: str) -> bool:
    """Whether it is the agent who takes no calls, and not the telephone that cannot."""
    return state == AgentState.NOT_READY and reason not in _NOT_READY


class Member(Struct):
    """An agent who is signed in. `wall` times are Unix seconds, 0: never."""

    agent: str
    name: str
    extension: str
    queues: tuple[str, ...]
    state: AgentState = AgentState.SIGNED_OUT
    reason: str = ""
    calls: int = 0
    last_call: int = 0
    last_pause: int = 0
    signed_in: int = 0
    changed: dict[str, bool] = {}
    """Queues joined (True) or left since, whatever the configuration says."""

    def serve(self, configured: tuple[str, ...]) -> None:
        """`queues` follow from the configuration and what was changed since."""
        stays = [queue for queue in configured if self.changed.get(queue, True)]
        joined = [queue for queue, serves in self.changed.items() if serves and queue not in configured]
        self.queues = (*stays, *joined)

    @property
    def here(self) -> bool:
        return self.state is not AgentState.SIGNED_OUT

    @property
    def status(self) -> int:
        if self.state is AgentState.NOT_READY:
            return _NOT_READY.get(self.reason, FREE)
        return _STATUS.get(self.state, UNKNOWN)

    @property
    def paused(self) -> bool:
        return is_pause(self.state, self.reason)


def member_fields(member: Member, queue: str) -> tuple[Field, ...]:
    return (
        ("Queue", queue),
        ("MemberName", member.name or member.agent),
        ("Interface", naming.interface(member.agent)),
        ("StateInterface", f"{naming.TECHNOLOGY}/{member.extension}"),
        ("Membership", "dynamic" if member.changed.get(queue) else "static"),
        ("Penalty", 0),
        ("CallsTaken", member.calls),
        ("LastCall", member.last_call),
        ("LastPause", member.last_pause),
        ("LoginTime", member.signed_in),
        ("InCall", int(member.state is AgentState.TALKING)),
        ("Status", member.status),
        ("Paused", int(member.paused)),
        ("PausedReason", member.reason if member.paused else ""),
        ("Ringinuse", 0),
        ("Wrapuptime", 0),
    )
