"""How things stand: channels, queues, members, who waits."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.gate import naming
from firmware.gate.agents import member_fields
from firmware.gate.channels import CallNow, Channel, Field
from firmware.gate.floor import Event, event
from firmware.gate.hub import Hub
from firmware.gate.limits import SECOND_US
from firmware.gate.packets import Packet
from firmware.gate.session import Session
from firmware.protocol.names import AgentState


def status(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    wanted = packet.get("channel")
    leg = naming.leg_of(wanted)
    if wanted and leg not in hub.floor.channels:
        session.refuse(packet, "No such channel")
        return
    chosen = [one for one in hub.floor.channels.values() if leg in (0, one.leg)]
    told = [event("Status", *_channel_row(hub, one, now_us)) for one in chosen]
    session.list(packet, "Channel status will follow", told, "StatusComplete")


def channels(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    told = [event("CoreShowChannel", *_channel_row(hub, one, now_us)) for one in hub.floor.channels.values()]
    session.list(packet, "Channels will follow", told, "CoreShowChannelsComplete")


def _channel_row(hub: Hub, channel: Channel, now_us: int) -> Iterator[Field]:
    seconds = max(0, now_us - channel.began_us) // SECOND_US
    yield from hub.floor.fields(channel.leg)
    yield "Type", naming.TECHNOLOGY
    yield "BridgeId", naming.bridge_id(channel.in_bridge) if channel.in_bridge else ""
    yield "Application", _doing(hub.floor.call_of(channel), channel)
    yield "Seconds", seconds
    yield "Duration", f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _doing(call: CallNow | None, channel: Channel) -> str:
    if channel.in_bridge:
        return "Dial"
    return "Queue" if call is not None and call.queued_us else ""


def queue_status(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    told = [
        one for queue in _wanted(hub, packet) for one in _queue_rows(hub, queue, packet.get("member"), now_us)
    ]
    session.list(packet, "Queue status will follow", told, "QueueStatusComplete")


def _wanted(hub: Hub, packet: Packet) -> list[str]:
    wanted = packet.get("queue")
    return [queue for queue in hub.queues.queues if wanted in ("", queue)]


def _queue_rows(hub: Hub, queue: str, member: str, now_us: int) -> Iterator[Event]:
    known, tally = hub.queues.queues[queue], hub.queues.tally(queue)
    waiting = hub.queues.waiting(queue)
    yield event(
        "QueueParams",
        ("Queue", queue),
        ("Max", known.max_waiting),
        ("Strategy", known.strategy),
        ("Calls", len(waiting)),
        ("Holdtime", tally.mean(tally.waited_s)),
        ("TalkTime", tally.mean(tally.talked_s)),
        ("Completed", tally.completed),
        ("Abandoned", tally.abandoned),
        ("ServiceLevel", round(known.service_level_s)),
        ("ServicelevelPerf", f"{tally.service_level:.1f}"),
        ("Weight", known.priority),
    )
    for one in hub.queues.serving(queue):
        if member in ("", one.agent, naming.interface(one.agent)):
            also = (("Name", one.name or one.agent), ("Location", naming.interface(one.agent)))
            yield event("QueueMember", *member_fields(one, queue), *also)
    for place, call in enumerate(waiting, 1):
        wait_s = max(0, now_us - call.queued_us) // SECOND_US
        rows = (("Queue", queue), ("Position", place), *hub.floor.caller_fields(call.id))
        yield event("QueueEntry", *rows, ("Wait", wait_s))


def queue_summary(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    told = [event("QueueSummary", *_summary(hub, queue, now_us)) for queue in _wanted(hub, packet)]
    session.list(packet, "Queue summary will follow", told, "QueueSummaryComplete")


def _summary(hub: Hub, queue: str, now_us: int) -> Iterator[Field]:
    members, waiting = hub.queues.serving(queue), hub.queues.waiting(queue)
    tally = hub.queues.tally(queue)
    waits = [max(0, now_us - call.queued_us) // SECOND_US for call in waiting]
    yield "Queue", queue
    yield "LoggedIn", len(members)
    yield "Available", sum(one.state is AgentState.READY for one in members)
    yield "Callers", len(waiting)
    yield "HoldTime", tally.mean(tally.waited_s)
    yield "TalkTime", tally.mean(tally.talked_s)
    yield "LongestHoldTime", max(waits, default=0)
