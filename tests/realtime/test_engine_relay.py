"""Real processes: the engine is replaced and killed under living calls; nobody loses his call."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.cli.main import main
from firmware.protocol.facts import CallEnded
from firmware.protocol.names import Cause
from firmware.protocol.order_client import ask_state
from firmware.protocol.order_format import StateView
from firmware.protocol.places import Places
from firmware.protocol.role import role_holder
from firmware.recorder.segments import read_records
from tests.faults.kill_box import ROOT, RigBox

DEMO = ROOT / "hw-sim" / "scenarios" / "demo.toml"
GAP_US = 1_000_000
"""Idle 10 to 50 ms; a machine full of other tests is slower."""
BACK_S = 3.0

pytestmark = [pytest.mark.realtime, pytest.mark.slow]


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RigBox]:
    with RigBox(tmp_path_factory.mktemp("relay"), scenario=DEMO) as box:
        until_us = box.machine.now_us() + 60_000_000
        while not talking(view(box.places)):
            assert box.machine.now_us() < until_us, "nobody talks"
            box.tend()
            box.pause(0.2)
        yield box


def view(places: Places) -> StateView:
    told = ask_state(places, 10.0)
    assert told is not None
    return told


def talking(told: StateView) -> dict[int, tuple[str, ...]]:
    """Calls in which somebody talks, and who."""
    return {
        call.call: tuple(party for party, _ in call.legs)
        for call in told.calls
        if sum(phase == "talking" for _, phase in call.legs) > 1
    }


def next_life(box: RigBox, former: StateView) -> tuple[StateView, float]:
    """The engine after `former`, connected; and how long it took in seconds."""
    began_us = box.machine.now_us()
    while True:
        told = ask_state(box.places, 0.3)
        took_s = (box.machine.now_us() - began_us) / 1e6
        if told is not None and told.epoch > former.epoch and told.link_up:
            return told, took_s
        assert took_s < 30, "no engine came back"


def test_a_new_version_takes_living_calls_over(box: RigBox, capsys: pytest.CaptureFixture[str]) -> None:
    before, pid = view(box.places), role_holder(box.places.run, "engine")
    assert main(["engine", "reload", "--data", str(box.places.root), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["well"] and told["answer"]["prepared"]
    assert 0 < told["after"]["gap_us"] < GAP_US
    after = view(box.places)
    assert after.epoch == before.epoch + 1
    assert role_holder(box.places.run, "engine") == pid, "for supervisord nothing happened"
    assert nobody_lost(box, before, after)


def nobody_lost(box: RigBox, before: StateView, after: StateView) -> bool:
    """Whoever is gone hung up: his call ended as calls do."""
    box.pause(1.5)  # the recorder syncs once a second
    causes = {
        fact.call: fact.cause
        for record in read_records(box.places.journal)
        for fact in record.facts
        if isinstance(fact, CallEnded)
    }
    gone = {call.call for call in before.calls} - {call.call for call in after.calls}
    return all(causes.get(call) == Cause.NORMAL_CLEARING for call in gone)


def test_a_copy_follows_a_killed_engine(box: RigBox) -> None:
    box.pause(3.0)
    before, pid = view(box.places), role_holder(box.places.run, "engine")
    copy = int((box.places.run / "engine.standby").read_text())
    assert pid is not None and copy != pid
    os.kill(pid, signal.SIGKILL)
    after, took_s = next_life(box, before)
    assert took_s < BACK_S
    assert nobody_lost(box, before, after)
    assert not after.alarms


def test_planted_without_the_copy_an_engine_takes_longer(box: RigBox) -> None:
    """The copy is what makes it quick: with it killed first, a whole process must start."""
    box.pause(3.0)
    before, pid = view(box.places), role_holder(box.places.run, "engine")
    assert pid is not None
    os.kill(int((box.places.run / "engine.standby").read_text()), signal.SIGKILL)
    os.kill(pid, signal.SIGKILL)
    after, took_s = next_life(box, before)
    assert took_s > 0.15
    assert not after.alarms


def test_the_order_socket_serves_on_after_all_that(box: RigBox, tmp_path: Path) -> None:
    box.pause(1.0)
    text = tmp_path / "same.toml"
    assert main(["config", "export", "--data", str(box.places.root), "--out", str(text)]) == 0
    assert main(["config", "apply", str(text), "--data", str(box.places.root)]) == 0
    assert main(["engine", "state", "--data", str(box.places.root), "--language", "zh"]) == 0
