"""Recorded inputs again: every outcome of a day comes again, and a rule that changed is found."""

import hashlib
from pathlib import Path

import pytest

from firmware.cli.engine_replay import lines
from firmware.cli.rehearsal.again import NoBeginning, decide_again
from firmware.engine import calls
from firmware.engine.floor import offering
from firmware.engine.state import Call
from firmware.engine.turn import Turn
from firmware.protocol.names import Outcome, ReleasedBy
from firmware.store.history import read_history
from tests.scenario.past_days import lived, office

pytestmark = pytest.mark.scenario


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("journal")
    lived(office(1.5, 8, 3600), data)
    return data


def test_every_outcome_comes_again(box: Path) -> None:
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in box.rglob("*") if path.is_file()}
    found = decide_again(box)
    assert found.same, found.differences[:3]
    assert found.records == found.alike > 500
    db = read_history(box / "history.db")
    (ended,) = db.execute("SELECT count(*) FROM calls WHERE released_us IS NOT NULL").fetchone()
    db.close()
    assert found.ended == found.outcomes == ended > 50
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in before} == before


def test_a_changed_rule_is_found(box: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted fault: who gave up in a queue is told as one who gave up in a menu."""
    outcome_of = calls.outcome_of

    def otherwise(call: Call, by: ReleasedBy, failed: bool) -> Outcome:
        found = outcome_of(call, by, failed)
        return Outcome.ABANDONED_IN_MENU if found is Outcome.ABANDONED_IN_QUEUE else found

    monkeypatch.setattr(calls, "outcome_of", otherwise)
    found = decide_again(box)
    assert not found.same
    assert found.outcomes < found.ended
    assert all("abandoned_in_menu" in one.decided for one in found.differences)
    assert "abandoned_in_menu" in "\n".join(lines(found, "zh"))


def test_one_different_decision_does_not_make_all_later_ones_different(
    box: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each difference it goes on from what was recorded."""
    dispatch, times = offering.dispatch, [0]

    def once_late(turn: Turn) -> None:
        times[0] += 1
        if times[0] != 100:
            dispatch(turn)

    monkeypatch.setattr(offering, "dispatch", once_late)
    found = decide_again(box)
    assert found.records - found.alike <= 1


def test_without_a_beginning_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    with pytest.raises(NoBeginning):
        decide_again(tmp_path)
