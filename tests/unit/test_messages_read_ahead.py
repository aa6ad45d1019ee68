"""A message is read beside the tick: a disk that stands still delays nobody, a message that comes late is heard."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from drivers.clock import MonotonicClock
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.switch.messages import ReadAhead, RecordingShelf
from firmware.switch.plan import SwitchPlan
from firmware.switch.ports import MessageShelf
from firmware.switch.switch import Switch
from tests.unit.switch_bench import ALL, FXO, FXS, HandClock, ListTape, LoopCard, config

RECORDING = "0123456789abcdef"
PHONE = 4


def lay_down(data: Path, level: int = 5000, seconds: float = 0.5) -> Path:
    path = data / "recordings" / RECORDING[:2] / f"{RECORDING}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    both = np.stack(
        [np.full(round(8000 * seconds), level, np.int16), np.zeros(round(8000 * seconds), np.int16)], 1
    )
    soundfile.write(str(path), both, 8000, subtype="ALAW")
    return path


class Held:
    """A shelf whose disk answers when it is let."""

    def __init__(self, shelf: MessageShelf) -> None:
        self._shelf = shelf
        self.let = Event()
        self.done = Event()

    def ready(self, recording: str, /) -> bool:
        return self._shelf.ready(recording)

    def message(self, recording: str, /) -> NDArray[np.int16] | None:
        assert self.let.wait(30)
        found = self._shelf.message(recording)
        self.done.set()
        return found


class Box:
    def __init__(self, shelf: MessageShelf) -> None:
        self.clock = HandClock()
        self.card = LoopCard((FXO,) * 4 + (FXS,) * 4, self.clock)
        plan = SwitchPlan.from_config(config())
        parts = (plan, self.clock, PromptBank({}, {}), ListTape(), 1)
        self.switch = Switch([self.card], *parts, shelf)
        self.switch.start()
        self.switch.tick()
        self.switch.hear_engine(True, ALL)

    def play(self, number: int = 1) -> None:
        command = ask.Play(port=PHONE, play=f"m{number}", items=(ask.Message(RECORDING),))
        self.switch.submit(ask.Numbered(1, number, 0, command))

    def run(self, ticks: int) -> list[told.AnySwitchEvent]:
        return [event for _ in range(ticks) for event in self.switch.tick()]

    def loudest(self) -> int:
        return int(np.abs(self.card.heard(PHONE).astype(int)).max())


def slow_ticks(box: Box, ticks: int) -> float:
    """Milliseconds of the slowest tick: this thread's own time, so that a busy machine does not count."""
    clock, slowest = MonotonicClock(), 0.0
    for _ in range(ticks):
        began_us = clock.now_us()
        box.run(1)
        slowest = max(slowest, (clock.now_us() - began_us) / 1000)
    return slowest


@pytest.fixture
def held(tmp_path: Path) -> Held:
    lay_down(tmp_path)
    return Held(RecordingShelf(tmp_path))


def test_a_message_is_silence_until_it_is_read_and_then_heard_whole(held: Held) -> None:
    box = Box(ReadAhead(held))
    box.play()
    assert not [one for one in box.run(60) if isinstance(one, told.PlayEnded)]
    assert box.loudest() == 0
    assert box.switch.report().ports[PHONE].play == "m1"
    held.let.set()
    assert held.done.wait(30)
    ended = [one for _ in range(200) for one in box.run(1) if isinstance(one, told.PlayEnded)]
    assert [one.play for one in ended] == ["m1"]
    assert box.loudest() > 4000
    heard = np.abs(box.card.heard(PHONE).astype(int)) > 4000
    assert heard.sum() == 4000


def test_a_disk_that_hangs_delays_no_tick_and_is_given_up_with_a_beep(tmp_path: Path) -> None:
    path = tmp_path / "recordings" / RECORDING[:2] / f"{RECORDING}.wav"
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    box = Box(ReadAhead(RecordingShelf(tmp_path)))
    box.play()
    events = box.run(240)
    assert not [one for one in events if isinstance(one, told.PlayEnded)]
    events = box.run(60)
    assert [one.play for one in events if isinstance(one, told.PlayEnded)] == ["m1"]
    assert box.switch.voice.playlist.missing == 1
    os.close(os.open(path, os.O_WRONLY))  # the reader is let go: an empty file


def test_the_reading_of_a_hanging_disk_in_the_tick_would_stop_it(held: Held) -> None:
    """The planted fault: the shelf itself, without the reading beside the tick."""

    class InTheTick(Held):
        def message(self, recording: str, /) -> NDArray[np.int16] | None:
            waited.append(recording)
            return None

    waited: list[str] = []
    box = Box(InTheTick(RecordingShelf(Path("/nowhere"))))
    box.play()
    assert waited, "it was read while the command was carried out"
    ahead = Box(ReadAhead(held))
    ahead.play()
    assert slow_ticks(ahead, 20) < 5000
    held.let.set()


def test_another_play_takes_the_place_of_one_that_is_still_being_read(held: Held) -> None:
    box = Box(ReadAhead(held))
    box.play()
    box.run(5)
    box.switch.submit(ask.Numbered(1, 2, 0, ask.StopPlay(port=PHONE)))
    held.let.set()
    assert held.done.wait(30)
    assert not [one for one in box.run(100) if isinstance(one, told.PlayEnded)]
    assert box.loudest() == 0


def test_what_was_read_and_never_played_is_forgotten(tmp_path: Path) -> None:
    shelf = ReadAhead(RecordingShelf(tmp_path))
    names = [f"{number:016x}" for number in range(40)]
    for name in names:
        shelf.ready(name)
    shelf.ready("f" * 16)
    clock = MonotonicClock()
    end_us = clock.now_us() + 20_000_000
    while not shelf.ready("f" * 16) and clock.now_us() < end_us:
        clock.wait_until(clock.now_us() + 1000)
    assert len(shelf._read) <= 8
