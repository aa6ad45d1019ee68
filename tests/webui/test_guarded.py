"""What all pages live on goes on, whatever one turn of it does."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from firmware.config.schema import Config
from firmware.protocol.places import Places
from webui.api.stream import feed
from webui.api.stream.feed import Feed
from webui.live import hub as module
from webui.live.hub import LiveHub

MOST_US = 20_000_000


def made(root: Path) -> LiveHub:
    places, clock = Places(root), MonotonicClock()
    places.make()
    return LiveHub(places, clock, clock.wall_us, Config)


def test_a_turn_that_fails_is_not_the_last_one_and_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    turns: list[int] = []

    def faulty() -> None:
        turns.append(len(turns))
        if len(turns) < 4:
            raise OverflowError("math range error")

    monkeypatch.setattr(module, "IDLE_S", 0.0)
    monkeypatch.setattr(feed, "LOOK_S", 0.0)
    for loop in (made(tmp_path), Feed(tmp_path / "journal.ring", lambda: 0)):
        turns.clear()
        monkeypatch.setattr(loop, "step", faulty)
        asyncio.run(loop.run(lambda: len(turns) > 5))
    assert capsys.readouterr().err == (
        "web: what the engine tells: OverflowError: math range error\n"
        "web: events for programs: OverflowError: math range error\n"
    )


def test_service_levels_that_cannot_be_read_are_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, clock, reads = made(tmp_path), MonotonicClock(), [0]
    until_us = clock.now_us() + MOST_US

    def faulty() -> None:
        reads.append(len(reads))
        raise OverflowError

    monkeypatch.setattr(hub._levels, "read", faulty)
    monkeypatch.setattr(module, "LEVELS_S", 0.0)
    monkeypatch.setattr(module, "LOOK_S", 0.0)
    assert hub.open(lambda _: True)
    asyncio.run(hub.run(lambda: len(reads) > 3 or clock.now_us() > until_us))
    assert len(reads) > 3
