"""Clients of the manager interface that others wrote: they log in, watch a queue's call and let a telephone dial."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from asterisk.manager import Event
from asterisk.manager import Manager as Pyst
from panoramisk import Manager as Panoramisk
from panoramisk.message import Message

from tests.peers.live_box import LiveBox

SCENARIO = Path(__file__).with_name("gate.toml")
WITHIN_S = 25.0
HUNG_UP_LOOK_S = 0.02
HUNG_UP = "I/O operation on closed file."
CALL = ["QueueCallerJoin", "AgentCalled", "AgentConnect", "AgentComplete"]


@pytest.fixture
def box(tmp_path: Path) -> Iterator[LiveBox]:
    with LiveBox(SCENARIO, tmp_path) as live:
        yield live


def test_panoramisk_watches_a_queue_call_and_lets_a_telephone_dial(box: LiveBox) -> None:
    asyncio.run(asyncio.wait_for(_panoramisk(box), WITHIN_S))


async def _panoramisk(box: LiveBox) -> None:
    manager = Panoramisk(
        host="127.0.0.1",
        port=box.port,
        username=box.name,
        secret=box.secret,
        loop=asyncio.get_running_loop(),
        ping_delay=3600,
    )
    seen: list[Message] = []
    over = asyncio.Event()

    def watch(_: object, event: Message) -> None:
        seen.append(event)
        if event.event == "AgentComplete":
            over.set()

    manager.register_event("*", watch)
    await manager.connect()
    try:
        while not manager.authenticated:
            await asyncio.sleep(0.02)
        queue = await manager.send_action({"Action": "QueueStatus"})
        assert [row.name for row in queue if row.event == "QueueMember"] == ["Wang"]
        summary = await manager.send_action({"Action": "QueueSummary", "Queue": "sales"})
        assert summary[1].loggedin == "1"
        await over.wait()
        names = [event.event for event in seen]
        assert [name for name in names if name in CALL] == CALL
        joined = next(event for event in seen if event.event == "QueueCallerJoin")
        assert (joined.queue, joined.calleridnum[-11:]) == ("sales", "13800138000")
        complete = next(event for event in seen if event.event == "AgentComplete")
        assert complete.linkedid == joined.uniqueid
        assert 8 <= int(complete.talktime) <= 15, "the talk, and the busy tone till it is recognised"
        told = await manager.send_action(
            {
                "Action": "Originate",
                "Channel": "SIP/802",
                "Exten": "803",
                "Context": "x",
                "Priority": 1,
                "Async": "true",
            }
        )
        assert (told[0].response, told[-1].event, told[-1].reason) == ("Success", "OriginateResponse", "4")
        paused = await manager.send_action(
            {"Action": "QueuePause", "Interface": "Agent/800", "Paused": "true"}
        )
        assert paused.response == "Success"
    finally:
        manager.on_disconnect = lambda *_: None
        manager.connect = lambda *_, **__: None
        manager.close()


def said_at_logoff(manager: Pyst) -> str:
    """Its reading thread may have closed the connection, as it is told to, before the writing one is through."""
    try:
        return str(manager.logoff().headers["Response"])
    except ValueError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_pyst2_watches_a_queue_call_and_lets_a_telephone_dial(box: LiveBox) -> None:
    seen: list[str] = []
    over, dialled = threading.Event(), threading.Event()
    answers: list[dict[str, str]] = []

    def watch(event: Event, _: Pyst) -> None:
        seen.append(event.name)
        if event.name == "AgentComplete":
            over.set()
        if event.name == "OriginateResponse":
            answers.append(event.headers)
            dialled.set()

    manager = Pyst()
    manager.connect("127.0.0.1", box.port)
    try:
        manager.register_event("*", watch)
        assert manager.login(box.name, box.secret).headers["Response"] == "Success"
        assert manager.ping().headers["Response"] == "Success"
        assert manager.status().headers["Message"] == "Channel status will follow"
        assert over.wait(WITHIN_S)
        assert [name for name in seen if name in CALL] == CALL
        ordered = manager.originate("SIP/802", "803", context="x", priority="1", run_async=True)
        assert ordered.headers["Response"] == "Success"
        assert dialled.wait(WITHIN_S)
        assert (answers[0]["Response"], answers[0]["Reason"]) == ("Success", "4")
        assert said_at_logoff(manager) in ("Goodbye", HUNG_UP)
        _until_hung_up(manager)
    finally:
        manager.close()


def _until_hung_up(manager: Pyst) -> None:
    """pyst2 says good-bye again on closing unless it has read the end of the connection by then, and fails."""
    end = threading.Event()
    for _ in range(int(WITHIN_S / HUNG_UP_LOOK_S)):
        if not manager.connected():
            return
        end.wait(HUNG_UP_LOOK_S)
    raise AssertionError("the gate did not close the connection after Logoff")
