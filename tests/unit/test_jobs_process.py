"""The jobs process against an engine's order socket: asked once, answered until acknowledged, never done twice."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import structs

from firmware.config.schema import Config, Jobs, Lookup
from firmware.config.versions import ConfigStore
from firmware.engine.ivr import jobs
from firmware.engine.ivr.job_board import JobBoard
from firmware.engine.turn import Turn
from firmware.jobs import kinds
from firmware.jobs.answers import Answer, Failed, Later
from firmware.jobs.begun import Begun
from firmware.jobs.kinds import Kind
from firmware.jobs.runner import JobsProcess
from firmware.protocol import facts as f
from firmware.protocol.inputs import JobAnswered
from firmware.protocol.order_format import AskJobs, GiveOrder, OrderAnswer, Verdict
from firmware.protocol.order_server import OrderServer
from firmware.protocol.places import Places
from tests.unit.fake_box import FakeBox
from tests.unit.flow_box import BYE, LOST, with_flow
from tests.unit.test_flow_nodes import KNOWN, LOOKUP

TURNS = 400


class HandClock:
    now = 10_000_000

    def now_us(self) -> int:
        return self.now

    def wait_until(self, at_us: int) -> None:
        self.now = max(self.now, at_us)


class EngineEnd:
    """The engine's socket, with a fake box's engine behind it."""

    def __init__(self, places: Places, box: FakeBox) -> None:
        self.box = box
        self.server = OrderServer(places.engine_socket)
        self.board = JobBoard(self.server)
        self.deaf = False
        self.answers: list[JobAnswered] = []

    def step(self) -> None:
        for client, request in self.server.take(self.server.readers):
            if isinstance(request, AskJobs):
                self.board.subscribe(client, request.request, self.box.engine)
            elif isinstance(request, GiveOrder) and isinstance(request.order, JobAnswered) and not self.deaf:
                self.answers.append(request.order)
                self.box.give(request.order)
                self.server.answer(client, OrderAnswer(request.request, Verdict.TAKEN))
        self.board.tell(self.box.engine)
        self.server.flush(self.server.writers)


class Rig:
    def __init__(self, tmp_path: Path, config: Config) -> None:
        self.places = Places(tmp_path)
        self.places.make()
        self.clock = HandClock()
        self.box = FakeBox(config)
        self.box.now_us = self.clock.now
        self.engine = EngineEnd(self.places, self.box)
        self.jobs = JobsProcess(self.places, self.clock)
        self.jobs._config = config

    def turns(self, until: Callable[[], bool]) -> bool:
        """Both sides work until it is so; False when it never is."""
        for _ in range(TURNS):
            self.engine.step()
            if until():
                return True
            self.jobs.step(5_000)
        return False

    def killed(self) -> None:
        """The process dies and another one takes its place."""
        self.jobs.close()
        self.jobs = JobsProcess(self.places, self.clock)
        self.jobs._config = self.config

    @property
    def config(self) -> Config:
        return msgspec.json.decode(self.box.engine.state.config, type=Config)

    def close(self) -> None:
        self.jobs.close()
        self.engine.server.close()


SQL = structs.replace(LOOKUP, kind="sql", within_s=5, give={"number": "caller.e164"})
BUSINESS = Lookup(
    id="crm", kind="sql", statement="SELECT level FROM c WHERE number = :number", take={"level": "level"}
)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with sqlite3.connect(tmp_path / "business.db") as db:
        db.execute("CREATE TABLE c AS SELECT '+8613912345678' AS number, 3 AS level")
    db.close()
    config = structs.replace(with_flow(SQL, KNOWN, BYE, LOST), lookups=(BUSINESS,), jobs=Jobs())
    one = Rig(tmp_path, config)
    yield one
    one.close()


def waiting(monkeypatch: pytest.MonkeyPatch, *, once: bool = False) -> threading.Event:
    """Look-ups hang until the event is set."""
    go = threading.Event()

    def hang(bench: Any, _task: Any) -> Answer:
        if once:
            bench.begun.note(bench.wanted.job)
        go.wait(20)
        return Answer("done", "", {"level": "7"})

    monkeypatch.setattr(kinds, "KINDS", kinds.KINDS)
    monkeypatch.setitem(kinds.KINDS, "sql", Kind(hang, once=once))
    return go


def ask(rig: Rig, kind: str, name: str, **hidden: str) -> None:
    jobs.ask(Turn(rig.box.engine._board, rig.box.now_us), kind, name, 60.0, hidden=hidden)


def test_a_caller_is_looked_up(rig: Rig) -> None:
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.box.words("L1") == ["digit-3"])
    assert rig.turns(lambda: rig.jobs.link.waiting == 0)
    assert rig.jobs.figures().done == 1


def test_a_look_up_leaves_nothing_behind(rig: Rig) -> None:
    rig.box.ring("L1")
    assert rig.turns(lambda: not rig.box.engine.state.jobs)
    assert list((rig.places.root / "jobs").iterdir()) == []


def test_a_look_up_killed_in_the_middle_is_asked_again(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go = waiting(monkeypatch)
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.jobs.figures().at_work == 1)
    rig.killed()
    assert rig.turns(lambda: rig.jobs.figures().at_work == 1)
    go.set()
    assert rig.turns(lambda: rig.box.words("L1") == ["digit-7"])
    assert len(rig.engine.answers) == 1


def test_what_may_not_be_repeated_ends_unknown_after_a_death(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = waiting(monkeypatch, once=True)
    rig.box.ring("L1")
    assert rig.turns((rig.places.root / "jobs" / "1").exists)
    rig.killed()
    assert rig.turns(lambda: bool(rig.box.facts(f.JobEnded)))
    assert rig.box.facts(f.JobEnded) == [f.JobEnded(1, "unknown", "begun-before")]
    assert rig.turns(lambda: not (rig.places.root / "jobs" / "1").exists())
    go.set()


def test_planted_fault_nobody_remembers_what_was_begun(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the note the job is done a second time."""
    monkeypatch.setattr(Begun, "note", lambda *_: None)
    go = waiting(monkeypatch, once=True)
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.jobs.figures().at_work == 1)
    rig.killed()
    go.set()
    assert rig.turns(lambda: bool(rig.box.facts(f.JobEnded)))
    assert rig.box.facts(f.JobEnded)[0].result == "done"


def test_a_look_up_that_hangs_is_left_behind(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go = waiting(monkeypatch)
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.jobs.figures().at_work == 1)
    rig.clock.now += 30_000_000
    assert rig.turns(lambda: rig.jobs.figures().left_behind == 1)
    assert rig.jobs.figures().timed_out == 1
    go.set()
    assert rig.turns(lambda: rig.jobs.figures().left_behind == 0)


def puts_off(monkeypatch: pytest.MonkeyPatch, *laters: Later) -> list[int]:
    """Look-ups are put off so, and then done; gives the tries each was begun with."""
    left, tries = list(laters), []

    def do(bench: Any, _task: Any) -> Answer:
        tries.append(bench.tries)
        if left:
            raise left.pop(0)
        return Answer("done")

    monkeypatch.setitem(kinds.KINDS, "sql", Kind(do))
    return tries


def test_a_job_is_not_tried_again_after_its_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = puts_off(monkeypatch, Later("no-connection", 61.0))
    ask(rig, "sql", "crm")
    assert rig.turns(lambda: bool(rig.engine.answers))
    (answer,) = rig.engine.answers
    assert (answer.result, answer.reason) == ("timed-out", "no-connection")
    rig.clock.now += 62_000_000
    rig.jobs.step(0)
    assert (len(tries), rig.jobs.figures().at_work) == (1, 0)


def test_a_try_that_comes_too_late_is_not_begun(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = puts_off(monkeypatch, Later("no-connection", 30.0))
    ask(rig, "sql", "crm")
    assert rig.turns(lambda: bool(rig.jobs._later))
    rig.clock.now += 61_000_000
    assert rig.turns(lambda: bool(rig.engine.answers))
    assert (rig.engine.answers[0].result, tries) == ("timed-out", [0])


def test_waiting_for_the_sound_is_no_failed_try(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    tries = puts_off(
        monkeypatch,
        Later("not-cut-yet", 1.0, counts=False),
        Later("not-cut-yet", 1.0, counts=False),
        Later("no-connection", 1.0),
    )
    ask(rig, "sql", "crm")
    for begun in range(1, 4):
        assert rig.turns(lambda: len(rig.jobs._later) == 1)
        assert len(tries) == begun
        rig.clock.now += 1_000_000
        rig.jobs.step(0)
    assert rig.turns(lambda: bool(rig.engine.answers))
    assert tries == [0, 0, 0, 1]


def test_mails_that_fail_are_figures(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[Failed] = [Later("no-connection", 5.0), Failed("wrong-password")]

    def do(_bench: Any, _task: Any) -> Answer:
        raise left.pop(0)

    monkeypatch.setitem(kinds.KINDS, "mail", Kind(do, pool="mail", once=True))
    ask(rig, "mail", "box")
    assert rig.turns(lambda: bool(rig.jobs._later))
    rig.clock.now += 5_000_000
    told = rig.jobs.figures()
    assert (told.open, told.oldest_s, told.mails_retried, told.mail_reason) == (1, 5.0, 1, "no-connection")
    assert rig.turns(lambda: bool(rig.engine.answers))
    told = rig.jobs.figures()
    assert (told.open, told.oldest_s, told.mails_retried, told.mails_failed) == (0, 0.0, 0, 1)
    assert (told.mail_failed_us, told.mail_reason) == (rig.clock.now, "wrong-password")


def test_an_answer_nobody_acknowledged_is_given_to_the_next_engine(rig: Rig) -> None:
    rig.engine.deaf = True
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.jobs.link.waiting == 1)
    rig.engine.server.close()
    rig.engine = EngineEnd(rig.places, rig.box)
    rig.clock.now += 1_000_000
    assert rig.turns(lambda: rig.box.words("L1") == ["digit-3"])
    assert rig.turns(lambda: rig.jobs.link.waiting == 0)
    assert len(rig.box.facts(f.JobAsked)) == 1


def test_no_more_than_some_are_under_way_at_once(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    go = waiting(monkeypatch)
    rig.jobs._pools["look-ups"]._most = 2
    for _ in range(3):
        ask(rig, "sql", "crm")
    assert rig.turns(lambda: len(rig.jobs._open) == 3)
    assert rig.jobs._pools["look-ups"].load == (2, 1, 0)
    go.set()
    assert rig.turns(lambda: len(rig.engine.answers) == 3)


def test_a_kind_nobody_knows_and_a_lost_secret_fail_at_once(rig: Rig) -> None:
    ask(rig, "dance", "x")
    ask(rig, "sql", "crm", pin="secret:1:pin")
    assert rig.turns(lambda: len(rig.engine.answers) == 2)
    assert [one.reason for one in rig.engine.answers] == ["unknown-kind", "secret-lost"]


def test_the_configuration_in_force_is_read_when_a_job_comes(rig: Rig) -> None:
    with ConfigStore(rig.places.config_db) as store:
        store.put(rig.config, "test", 0)
    rig.jobs._config, rig.jobs._version = Config(), -1
    rig.box.ring("L1")
    assert rig.turns(lambda: rig.box.words("L1") == ["digit-3"])
