"""What a program may order: each goes to the engine as anybody's order does, and the engine may refuse it."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

import re

from firmware.gate import naming
from firmware.gate.hub import Hub
from firmware.gate.originates import SYNC_MESSAGE, Originate
from firmware.gate.packets import Packet
from firmware.gate.session import Session, why_not
from firmware.protocol.inputs import AgentOrder, CallOrder
from firmware.protocol.order_format import OrderAnswer

_NUMBER = re.compile(r"[0-9]{1,20}")
"""What may be dialled for a program: digits alone. Feature codes would set forwards and classes."""
_ORDER_ID = re.compile(r"[\w.:-]{1,64}", re.ASCII)
_TRUE = ("true", "yes", "1", "on", "y", "t")


def _order_id(session: Session, packet: Packet) -> str:
    """`OrderID` makes giving it again harmless, also from another connection; else each action is an order."""
    token = session.token.name if session.token else ""
    given = packet.get("orderid")
    if _ORDER_ID.fullmatch(given):
        return f"gate:{token}:{given}"
    session.orders += 1
    return f"gate:{token}:{session.challenge}:{session.orders}"


def _author(session: Session) -> str:
    return f"gate:{session.token.name if session.token else ''}"


def _too_many(hub: Hub, session: Session, packet: Packet, number: str, now_us: int) -> bool:
    """Calls for help are not counted."""
    if number in hub.config.dial_plan.emergency:
        return False
    if hub.may_order(session.token.name if session.token else "", now_us):
        return False
    session.refuse(packet, "Too many calls ordered, try later")
    return True


def originate(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    extension, number = _telephone(hub, packet.get("channel")), packet.get("exten")
    if packet.get("application") or packet.get("data"):
        session.refuse(packet, "Application is not allowed: give Exten")
    elif not extension:
        session.refuse(packet, "Channel is no telephone of this box")
    elif not _NUMBER.fullmatch(number):
        session.refuse(packet, "Exten must be digits: feature codes are not dialled for programs")
    elif not _too_many(hub, session, packet, number, now_us):
        order = CallOrder(_order_id(session, packet), _author(session), "dial", extension, number)
        one = Originate(session.number, packet, extension, number)
        hub.originates.add(order.id, one)
        hub.counts.orders += 1
        hub.give(order, lambda answer: _ordered(hub, session, order.id, one, answer))


def _ordered(hub: Hub, session: Session, order: str, one: Originate, answer: OrderAnswer) -> None:
    if not answer.done:
        hub.originates.drop(order)
        session.refuse(one.packet, why_not(answer))
    elif answer.repeated:
        hub.originates.drop(order)
        session.answer(one.packet, SYNC_MESSAGE, ("Repeated", "yes"))
    elif not one.waits:
        session.answer(one.packet, SYNC_MESSAGE)


def _telephone(hub: Hub, channel: str) -> str:
    """The extension a program means by `SIP/201`, `Local/201@x`, `Agent/801`; empty: none."""
    agent = naming.agent_in(channel)
    member = hub.queues.members.get(agent)
    number = (member.extension if member and member.here else "") if agent else naming.extension_in(channel)
    return number if any(one.number == number for one in hub.config.extensions) else ""


def redirect(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    channel = hub.floor.channels.get(naming.leg_of(packet.get("channel")))
    number = packet.get("exten")
    if packet.get("extrachannel"):
        session.refuse(packet, "ExtraChannel is not supported")
    elif channel is None:
        session.refuse(packet, "Channel does not exist")
    elif not _NUMBER.fullmatch(number):
        session.refuse(packet, "Exten must be digits")
    elif not _too_many(hub, session, packet, number, now_us):
        order = CallOrder(
            _order_id(session, packet), _author(session), "redirect", "", number, channel.call, channel.leg
        )
        hub.counts.orders += 1
        hub.give(order, session.when_answered(packet, "Redirect successful"))


def hang_up(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    channel = hub.floor.channels.get(naming.leg_of(packet.get("channel")))
    if channel is None:
        session.refuse(packet, "No such channel")
        return
    order = CallOrder(_order_id(session, packet), _author(session), "hang-up", call=channel.call)
    hub.counts.orders += 1
    hub.give(order, session.when_answered(packet, "Channel Hungup"))


def _agent(hub: Hub, packet: Packet) -> str:
    """Whom `Interface` means: an agent by name, or who sits at a telephone."""
    given = packet.get("interface")
    agent = naming.agent_in(given)
    if not agent:
        seat = naming.extension_in(given)
        seated = (one.agent for one in hub.queues.members.values() if one.here and one.extension == seat)
        agent = next(seated, "") if seat else ""
    return agent if any(one.id == agent for one in hub.config.agents) else ""


def queue_pause(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    """All queues at once: an agent is ready or not, whatever queue a program names."""
    if packet.get("paused").lower() in _TRUE:
        message, reason = "Interface paused successfully", packet.get("reason")
        _order_agent(hub, session, packet, do="not-ready", message=message, reason=reason)
    else:
        _order_agent(hub, session, packet, do="ready", message="Interface unpaused successfully")


def queue_add(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    """An agent of the configuration serves one queue more; who he is cannot be made here."""
    _move(hub, session, packet, "join-queue", "Added interface to the queue")


def queue_remove(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    _move(hub, session, packet, "leave-queue", "Removed interface from queue")


def _move(hub: Hub, session: Session, packet: Packet, do: str, message: str) -> None:
    queue = packet.get("queue")
    if queue not in hub.queues.queues:
        session.refuse(
            packet, f"Unable to {'add' if do == 'join-queue' else 'remove'} interface: No such queue"
        )
    else:
        _order_agent(hub, session, packet, do=do, message=message, queue=queue)


def _order_agent(
    hub: Hub, session: Session, packet: Packet, *, do: str, message: str, reason: str = "", queue: str = ""
) -> None:
    agent = _agent(hub, packet)
    if not agent:
        session.refuse(packet, "Interface not found")
        return
    order = AgentOrder(
        _order_id(session, packet), _author(session), agent, do, reason=reason[:40], queue=queue
    )
    hub.counts.orders += 1
    hub.give(order, session.when_answered(packet, message))
