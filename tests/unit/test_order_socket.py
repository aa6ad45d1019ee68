"""Orders over the engine's socket: given, refused, repeated, saved; and what hostile or slow clients cannot do."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from firmware.config.versions import ConfigStore
from firmware.engine.engine import Engine
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.runner import EngineProcess
from firmware.protocol.inputs import AgentOrder, AnyOrder, CallOrder
from firmware.protocol.order_client import ask_state, give_order
from firmware.protocol.order_format import Answers, AskState, GiveOrder, OrderAnswer, Request, Verdict, encode
from firmware.protocol.order_server import A_TURN, MOST_CLIENTS, Client
from firmware.protocol.places import Places
from tests.unit.fake_box import office
from tests.unit.switch_bench import HandClock

STEP_US = 20_000
Told = TypeVar("Told")


class Desk:
    """An engine process in this thread; what a client does stands in another until it is done."""

    def __init__(self, root: Path) -> None:
        self.places = Places(root)
        self.places.make()
        with ConfigStore(self.places.config_db) as store:
            store.put(office(), "test", 0)
        self.clock = HandClock()
        self.engine = self.new_engine()

    def new_engine(self) -> EngineProcess:
        look = WallLook(self.clock.now_us, self.clock.now_us)
        return EngineProcess(self.places, "box-1", self.clock, look)

    def serve(self, client: Callable[[], Told]) -> Told:
        """Turns the engine's loop until the client has its answer."""
        told: list[Told] = []
        thread = threading.Thread(target=lambda: told.append(client()))
        thread.start()
        for _ in range(1000):
            if not thread.is_alive():
                break
            self.engine.step(STEP_US)
        thread.join(5)
        return told[0]

    def give(self, order: AnyOrder, wait_saved: bool = False) -> OrderAnswer:
        return self.serve(lambda: give_order(self.places, order, 5.0, wait_saved=wait_saved))

    def connect(self) -> socket.socket:
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(5)
        link.connect(str(self.places.engine_socket))
        return link

    def step(self, turns: int = 3) -> None:
        for _ in range(turns):
            self.engine.step(0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.engine.close()
    shutil.rmtree(desk.places.run)


def break_of(agent: str, order: str = "o-1") -> AgentOrder:
    return AgentOrder(order, "test", agent, "not-ready", "lunch")


def test_an_order_is_taken_and_its_record_named(desk: Desk) -> None:
    answer = desk.give(break_of("801"))
    state = desk.engine.keeper.engine.state
    assert (answer.verdict, answer.epoch, answer.number) == (Verdict.TAKEN, state.epoch, state.number)
    assert state.agents["801"].reason == "lunch"


def test_an_order_that_cannot_be_carried_out_is_refused_with_a_word(desk: Desk) -> None:
    answer = desk.give(CallOrder("o-2", "test", "hang-up", call=77))
    assert (answer.verdict, answer.reason) == (Verdict.REFUSED, "no-such-call")


def test_a_repeated_order_is_carried_out_once(desk: Desk) -> None:
    desk.give(break_of("801"))
    before = desk.engine.keeper.engine.state.number
    again = desk.give(break_of("801"))
    assert again.repeated and again.done
    assert desk.engine.keeper.engine.state.number == before


def test_saved_is_said_when_the_recorder_has_released_the_record_and_not_before(desk: Desk) -> None:
    ring = desk.engine._rings.journal
    with desk.connect() as link:
        link.sendall(encode(GiveOrder(1, break_of("801"), wait_saved=True)))
        desk.step(10)
        link.setblocking(False)
        with pytest.raises(BlockingIOError):
            link.recv(1)
        ring.drain()
        desk.step()
        link.settimeout(5)
        (answer,) = Answers().receive(link.recv(1 << 16))
    assert isinstance(answer, OrderAnswer)
    assert answer.verdict is Verdict.SAVED


def test_a_box_that_does_not_run_is_not_waited_for(tmp_path: Path) -> None:
    assert give_order(Places(tmp_path), break_of("801"), 60.0).verdict is Verdict.NO_ENGINE
    assert ask_state(Places(tmp_path), 60.0) is None


def test_the_socket_is_for_this_user_only_and_goes_with_the_engine(desk: Desk) -> None:
    assert desk.places.engine_socket.stat().st_mode & 0o777 == 0o600
    desk.engine.close()
    assert not desk.places.engine_socket.exists()


def test_hostile_bytes_are_answered_or_let_go_and_the_engine_lives(desk: Desk) -> None:
    for soup in (b"\xff" * 64, b"\x03\0\0\0abc", bytes(range(256)) * 40, encode(AskState(1))[:5]):
        with desk.connect() as link:
            link.sendall(soup)
            desk.step()
    assert desk.give(break_of("801")).done


def test_a_client_that_never_reads_is_let_go_and_blocks_nobody(desk: Desk) -> None:
    with desk.connect() as link:
        link.setblocking(False)
        asked = encode(AskState(1)) * 200
        for _ in range(200):
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                link.send(asked)
            desk.step(1)
            if desk.engine.orders.dropped:
                break
        held = sum(len(one.out) for one in desk.engine.orders._clients.values())
        assert held < 2 << 20
    assert desk.give(break_of("801")).done


def test_one_client_too_many_ends_the_one_that_was_silent_longest(desk: Desk) -> None:
    links = [desk.connect() for _ in range(MOST_CLIENTS)]
    desk.step(MOST_CLIENTS + 1)
    links[0].sendall(encode(AskState(1)))
    desk.step()
    assert desk.give(break_of("801")).done
    assert desk.engine.orders.clients <= MOST_CLIENTS
    assert links[0].recv(10), "the first spoke last and stays"
    assert links[1].recv(10) == b"", "the second was silent longest"
    for link in links:
        link.close()


def test_the_state_is_told_with_calls_agents_and_timers(desk: Desk) -> None:
    view = desk.serve(lambda: ask_state(desk.places, 5.0))
    assert view is not None
    assert {one.agent: one.state for one in view.agents}["801"] == "ready"
    assert not view.calls and not view.link_up


def test_a_flood_of_requests_is_served_a_few_at_a_turn(desk: Desk) -> None:
    with desk.connect() as link:
        link.sendall(encode(AskState(1)) * 300)
        served, serve = [0], desk.engine.service.serve

        def count(client: Client, request: Request | None, engine: Engine, now_us: int) -> None:
            served[0] += 1
            serve(client, request, engine, now_us)

        desk.engine.service.serve = count  # type: ignore[method-assign]
        most = 0
        for _ in range(20):
            before = served[0]
            desk.step(1)
            most = max(most, served[0] - before)
        assert 0 < most <= A_TURN
        assert desk.engine.orders.waits


def test_a_repeated_order_is_answered_as_before_even_by_the_next_engine(desk: Desk) -> None:
    first = desk.give(CallOrder("o-3", "test", "hang-up", call=77))
    assert first.verdict is Verdict.REFUSED
    desk.engine.close()
    desk.engine = desk.new_engine()
    again = desk.give(CallOrder("o-3", "test", "hang-up", call=77))
    assert (again.verdict, again.reason, again.repeated) == (Verdict.REFUSED, "no-such-call", True)
    assert (again.epoch, again.number) == (first.epoch, first.number)
