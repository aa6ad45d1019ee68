"""What a program may ask for and order: one row an action, with the right it needs. There is no raw command."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from collections.abc import Callable, Mapping

from msgspec import Struct

from firmware.gate import coming, looking, ordering
from firmware.gate.hub import Hub
from firmware.gate.packets import Packet
from firmware.gate.session import Session

Do = Callable[[Hub, Session, Packet, int], None]


class Action(Struct, frozen=True):
    name: str
    right: str
    """Empty: anybody, also before the login; `any`: whoever is logged in."""
    says: str
    """For ListCommands and the page of the gate."""
    do: Do


def serve(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    action = ACTIONS.get(packet.action)
    if not packet.action:
        session.refuse(packet, "Missing action in request")
    elif action is None:
        session.refuse(packet, "Invalid/unknown command")
    elif action.right and action.right not in _rights(session):
        session.refuse(packet, "Permission denied")
    else:
        action.do(hub, session, packet, now_us)


def _rights(session: Session) -> tuple[str, ...]:
    return ("any", *session.token.rights) if session.token is not None else ()


def _list_commands(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    session.answer(packet, "Commands follow", *((one.name, one.says) for one in ACTIONS.values()))


ACTIONS: Mapping[str, Action] = {
    one.name.lower(): one
    for one in (
        Action("Challenge", "", "A challenge for an MD5 login", coming.challenge),
        Action("Login", "", "Come in: Username and Secret, or AuthType MD5 and Key", coming.login),
        Action("Logoff", "", "Leave", coming.logoff),
        Action("Ping", "any", "Is anybody there", coming.ping),
        Action(
            "Events", "any", "EventMask: on, off, or classes of events (call, agent, system)", coming.events
        ),
        Action("ListCommands", "any", "This list", _list_commands),
        Action("CoreSettings", "any", "Versions", coming.core_settings),
        Action("Status", "read", "Channels, or one Channel", looking.status),
        Action("CoreShowChannels", "read", "Channels", looking.channels),
        Action(
            "QueueStatus", "read", "Queues with members and who waits; Queue, Member", looking.queue_status
        ),
        Action("QueueSummary", "read", "Queues in figures; Queue", looking.queue_summary),
        Action(
            "Originate",
            "originate",
            "Ring Channel's telephone; lifted, it dials Exten. Async, OrderID",
            ordering.originate,
        ),
        Action(
            "Redirect",
            "originate",
            "Send Channel on to Exten, a number of the house; OrderID",
            ordering.redirect,
        ),
        Action("Hangup", "originate", "End the call of Channel; OrderID", ordering.hang_up),
        Action(
            "QueuePause",
            "queue",
            "Interface not ready (Paused true, Reason) or ready; OrderID",
            ordering.queue_pause,
        ),
        Action("QueueAdd", "queue", "Interface serves Queue from now on; OrderID", ordering.queue_add),
        Action("QueueRemove", "queue", "Interface serves Queue no more; OrderID", ordering.queue_remove),
    )
}
