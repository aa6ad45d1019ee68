"""Handing over to a new version: it is tried first, and whatever is wrong with it, the engine that runs goes on."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from firmware.engine import engine as engines
from firmware.engine import state as states
from firmware.engine.essence import digest
from firmware.engine.hours.wall_watch import WallLook
from firmware.engine.process.handover import Handover
from firmware.engine.process.reload import TRIAL_US, Reload, handover_of
from firmware.engine.process.runner import EngineProcess
from firmware.engine.process.service import Wish
from firmware.engine.process.trial import Trial, try_out
from firmware.engine.turn import Turn
from firmware.protocol import events as e
from firmware.protocol import inputs as i
from firmware.protocol import journal
from firmware.protocol.places import Places
from firmware.protocol.ring import Ring
from tests.unit.fake_box import FakeBox, office
from tests.unit.switch_bench import HandClock

ABLE = msgspec.json.encode(Trial(True)).decode()


@pytest.fixture
def box() -> FakeBox:
    """Somebody talks, somebody waits."""
    box = FakeBox(office())
    box.to_queue("L1")
    box.lift("801")
    box.to_queue("L2")
    return box


def handed(box: FakeBox) -> Handover:
    base, records = box.engine.past
    return handover_of(box.engine, tuple(map(journal.encode, records)), base)


def tried(handover: Handover, directory: Path) -> Trial:
    return try_out(handover, directory, Ring.in_memory(1 << 16), "box-1")


# -- the trial ---------------------------------------------------------------------------------------


def test_a_version_that_understands_everything_is_able(box: FakeBox, tmp_path: Path) -> None:
    trial = tried(handed(box), tmp_path)
    assert (trial.able, trial.reason) == (True, "")
    assert trial.decided == trial.alike == len(box.records)


def test_a_version_that_cannot_read_the_state_is_not(box: FakeBox, tmp_path: Path) -> None:
    newer = msgspec.msgpack.encode({"box": "box-1", "schema": states.SCHEMA + 1})
    trial = tried(structs.replace(handed(box), state=newer), tmp_path)
    assert (trial.able, trial.reason) == (False, "unreadable")
    assert "newer firmware" in trial.detail


def test_a_version_for_which_a_caller_loses_his_place_is_not(box: FakeBox, tmp_path: Path) -> None:
    plain = msgspec.msgpack.decode(box.engine.snapshot(), strict=False)
    plain["acd"]["calls"] = {}
    trial = tried(structs.replace(handed(box), state=msgspec.msgpack.encode(plain)), tmp_path)
    assert (trial.able, trial.reason) == (False, "meaning-changed")


def test_a_version_that_chokes_on_what_happened_lately_is_not(
    box: FakeBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def choke(turn: Turn, given: i.FromSwitch) -> None:
        if isinstance(given.event, e.TelephoneSeized):
            raise KeyError("planted")
        decide(turn, given)

    decide = engines.DECIDE[i.FromSwitch]
    monkeypatch.setitem(engines.DECIDE, i.FromSwitch, choke)
    trial = tried(handed(box), tmp_path)
    assert (trial.able, trial.reason) == (False, "passes-over")


def test_a_version_that_cannot_recover_is_not(
    box: FakeBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr("firmware.engine.process.trial.recover", fail)
    trial = tried(handed(box), tmp_path)
    assert (trial.able, trial.reason, trial.detail) == (False, "fails", "RuntimeError: planted")


# -- the process that tries --------------------------------------------------------------------------


def program(text: str) -> tuple[str, ...]:
    return (sys.executable, "-c", text)


def heard(box: FakeBox, directory: Path, command: tuple[str, ...], after_us: int = 0) -> Trial:
    told: list[Trial] = []
    reload = Reload(directory, command)
    reload.begin(box.engine, 0, told.append)
    for turn in range(1_000_000):
        if told:
            break
        reload.look(after_us)
        if turn and not after_us and reload.runs and reload._child is not None:
            reload._child.wait(20)
    assert not reload.runs
    assert not (directory / "engine.trial").exists()
    return told[0]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (program("import no_such_module"), "does-not-start"),
        (program("print('hello')"), "does-not-start"),
        (program("import os; os.abort()"), "does-not-start"),
        (("/no/such/python",), "does-not-start"),
        (program(f"print({msgspec.json.encode(Trial(False, 'fails')).decode()!r})"), "fails"),
    ],
)
def test_whatever_is_wrong_with_the_new_version_is_told(
    box: FakeBox, tmp_path: Path, command: tuple[str, ...], reason: str
) -> None:
    trial = heard(box, tmp_path, command)
    assert (trial.able, trial.reason) == (False, reason)


def test_a_version_that_hangs_is_ended(box: FakeBox, tmp_path: Path) -> None:
    trial = heard(box, tmp_path, program("import signal; signal.pause()"), after_us=TRIAL_US)
    assert (trial.able, trial.reason) == (False, "takes-too-long")


def test_warnings_before_its_word_do_no_harm(box: FakeBox, tmp_path: Path) -> None:
    assert heard(box, tmp_path, program(f"print('warning'); print({ABLE!r})")).able


# -- the engine's process ----------------------------------------------------------------------------

Start = Callable[[tuple[str, ...]], EngineProcess]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    places, clock = Places(tmp_path), HandClock()
    places.make()
    started: list[EngineProcess] = []

    def begin(command: tuple[str, ...]) -> EngineProcess:
        for former in started:
            former.close()
        look = WallLook(clock.now_us, clock.now_us)
        started.append(EngineProcess(places, "box-1", clock, look, try_out=command))
        return started[-1]

    yield begin
    started[-1].close()
    shutil.rmtree(places.run)


def ask(process: EngineProcess) -> None:
    """As a client does, without its socket."""
    process.service.reload.begin(process.keeper.engine, 0, process.service.tried)
    child = process.service.reload._child
    assert child is not None
    child.wait(20)
    process.step(0)


def test_an_able_version_gets_the_state_and_goes_on_from_it(start: Start) -> None:
    process = start(program(f"print({ABLE!r})"))
    ask(process)
    assert process.service.wish is Wish.RELOAD
    process.hand_over()
    before = digest(process.keeper.engine.state)
    number = process.keeper.engine.number
    process._rings.journal.drain()
    successor = start(())
    state = successor.keeper.engine.state
    assert successor._recovered.replayed == 0
    assert digest(successor._recovered.engine.state) != before, "it has begun its own life"
    assert (state.epoch, state.number) > (1, number)
    assert not successor._places.handover.exists()


def test_the_engine_goes_on_when_the_new_version_is_not_able(start: Start) -> None:
    process = start(program("import no_such_module"))
    ask(process)
    assert process.service.wish is not Wish.RELOAD
    assert not process._places.handover.exists()
    number = process.keeper.engine.number
    process._give(i.AgentOrder("o", "test", "nobody", "ready"), 2_000_000)
    assert process.keeper.engine.number == number + 1


def test_planted_an_engine_that_believes_every_version_is_found(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("firmware.engine.process.reload._read", lambda told, code: Trial(True))
    with pytest.raises(AssertionError):
        test_the_engine_goes_on_when_the_new_version_is_not_able(start)
