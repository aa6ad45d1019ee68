"""Jobs as the engine knows them: asked once, ended once, bounded."""

from __future__ import annotations

from firmware.engine.engine import Engine
from firmware.engine.ivr import jobs
from firmware.engine.turn import Turn
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox, office


def _asked(box: FakeBox, within_s: float = 5.0) -> int | None:
    turn = Turn(box.engine._board, box.now_us)
    return jobs.ask(turn, "mail", "box", within_s, what={"to": "a@example.org"})


def _answer(job: int, result: str = "done") -> i.JobAnswered:
    return i.JobAnswered(f"job:{job}", job, result)


def test_a_job_is_remembered_until_it_is_answered() -> None:
    box = FakeBox(office())
    assert _asked(box) == 1
    assert Engine.restore(box.engine.snapshot(), ()).state.jobs[1].what == (("to", "a@example.org"),)
    box.give(_answer(1))
    assert box.engine.state.jobs == {}
    assert box.facts(f.JobEnded) == [f.JobEnded(1, "done")]


def test_a_second_answer_and_a_strange_one_change_nothing() -> None:
    box = FakeBox(office())
    _asked(box)
    box.give(_answer(1, "splendid"))
    assert 1 in box.engine.state.jobs
    box.give(_answer(1))
    box.give(_answer(1, "failed"))
    box.give(_answer(99))
    assert box.facts(f.JobEnded) == [f.JobEnded(1, "done")]


def test_without_an_answer_its_time_ends_it() -> None:
    box = FakeBox(office())
    _asked(box, 5.0)
    box.wait(4.9)
    assert 1 in box.engine.state.jobs
    box.wait(0.2)
    assert box.facts(f.JobEnded) == [f.JobEnded(1, "timed-out")]


def test_jobs_are_bounded() -> None:
    box = FakeBox(office())
    for _ in range(jobs.MOST_OPEN):
        assert _asked(box) is not None
    assert _asked(box) is None
