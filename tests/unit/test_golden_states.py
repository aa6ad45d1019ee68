"""Snapshots and journals of former versions are understood by this one, and mean what they meant.

A set is made with `make golden` at each release (docs/decisions/state-schema.md) and never changed after.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from firmware.engine import state as states
from firmware.engine.engine import Engine
from firmware.engine.essence import essence
from firmware.engine.migrations import NoSuchStep, migrate
from firmware.engine.process.mend import mend
from firmware.engine.process.replay import Replay
from firmware.engine.state import SCHEMA, State, UnknownSnapshot, freeze, thaw
from firmware.protocol import journal
from tests.unit.golden_maker import GOLDEN, read_journal

SETS = sorted(GOLDEN.iterdir(), key=lambda path: int(path.name))
Thaw = Callable[[bytes], State]


def expected(directory: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(gzip.decompress((directory / "expected.json.gz").read_bytes()))
    return told


def snapshots(directory: Path) -> dict[str, bytes]:
    return {
        path.name.removeprefix("state-").removesuffix(".gz"): gzip.decompress(path.read_bytes())
        for path in directory.glob("state-*.gz")
    }


def meaning(state: State, recorded: dict[str, Any]) -> dict[str, Any]:
    """As recorded, of what was recorded then: later versions may tell more."""
    plain = json.loads(json.dumps(essence(state)))
    return {key: plain[key] for key in recorded}


def check(directory: Path, thawed: Thaw) -> None:
    """Raises AssertionError, UnknownSnapshot where a snapshot of this set does not mean what it meant."""
    told, records = expected(directory), [journal.decode(one) for one in read_journal(directory)]
    assert len(records) == told["records"]
    for number, snapshot in snapshots(directory).items():
        wanted = told["states"][number]
        state = thawed(snapshot)
        assert meaning(state, wanted) == wanted
        replay = Replay(state)
        for record in records:
            replay.take(record)
        assert meaning(replay.state, told["end"]) == told["end"]
        assert not replay.damaged


@pytest.mark.parametrize("directory", SETS, ids=lambda path: f"schema-{path.name}")
def test_golden_states_mean_what_they_meant(directory: Path) -> None:
    check(directory, thaw)


@pytest.mark.parametrize("directory", SETS, ids=lambda path: f"schema-{path.name}")
def test_a_golden_journal_alone_leads_to_the_same_end(directory: Path) -> None:
    replay = Replay(State("box-1"))
    for payload in read_journal(directory):
        replay.take(journal.decode(payload))
    wanted = expected(directory)["end"]
    assert meaning(replay.state, wanted) == wanted
    assert not replay.damaged


@pytest.mark.parametrize("directory", SETS, ids=lambda path: f"schema-{path.name}")
def test_an_engine_goes_on_from_every_golden_state(directory: Path) -> None:
    for snapshot in snapshots(directory).values():
        engine = Engine("box-1", thaw(snapshot))
        again = thaw(engine.snapshot())
        assert essence(again) == essence(engine.state)
        assert again.schema == SCHEMA
        mend(again)
        assert essence(again) == essence(engine.state), "there is nothing to mend in a whole state"


def test_there_are_golden_states_of_calls_that_wait_and_talk() -> None:
    states_told = [told for path in SETS for told in expected(path)["states"].values()]
    positions = [call[2][2] for told in states_told for call in told["calls"].values()]
    assert max(positions) > 1
    assert any(call[4][0] for told in states_told for call in told["calls"].values()), "somebody talks"
    assert any(told["recordings"] for told in states_told)
    assert any(told["orders"] for told in states_told)


def test_a_set_is_small() -> None:
    for directory in SETS:
        assert sum(path.stat().st_size for path in directory.iterdir()) < 300_000


# -- planted: what the check must find ---------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], None], snapshot: bytes) -> State:
    """As if this version laid a field out otherwise and had no migration for it."""
    plain = msgspec.msgpack.decode(snapshot)
    change(plain)
    return thaw(msgspec.msgpack.encode(plain))


def forget_queue(plain: dict[str, Any]) -> None:
    plain["acd"]["waiting_calls"] = plain["acd"].pop("calls")


def rename_timers(plain: dict[str, Any]) -> None:
    plain["alarm_clocks"] = plain.pop("timers")


def retype_ports(plain: dict[str, Any]) -> None:
    for call in plain["calls"].values():
        call["port"] = str(call["port"])


@pytest.mark.parametrize("change", [forget_queue, rename_timers, retype_ports])
def test_a_changed_shape_without_a_migration_is_found(change: Callable[[dict[str, Any]], None]) -> None:
    with pytest.raises((AssertionError, UnknownSnapshot)):
        check(SETS[0], partial(changed, change))


def test_a_raised_schema_without_a_step_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "SCHEMA", SCHEMA + 1)
    with pytest.raises(UnknownSnapshot, match=f"nothing makes schema {SCHEMA + 1}"):
        check(SETS[0], thaw)


def test_a_step_that_loses_something_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def lossy(old: dict[str, Any]) -> dict[str, Any]:
        return old | {"orders": {}}

    monkeypatch.setattr(states, "migrate", lambda old, to: migrate(old, to, {1: lossy}))
    with pytest.raises(AssertionError):
        check(GOLDEN / "1", thaw)


# -- what cannot be read -----------------------------------------------------------------------------


def test_a_newer_snapshot_is_refused_in_plain_words() -> None:
    newer = msgspec.msgpack.encode({"box": "box-1", "schema": SCHEMA + 1})
    with pytest.raises(UnknownSnapshot, match="newer firmware"):
        thaw(newer)


@pytest.mark.parametrize("soup", [b"", b"\xc1", b"\x80", b"\xff" * 40, freeze(State("box-1"))[:-3]])
def test_what_is_no_snapshot_is_refused(soup: bytes) -> None:
    with pytest.raises(UnknownSnapshot):
        thaw(soup)


def test_a_migration_leaves_its_argument_alone_and_says_which_step_is_missing() -> None:
    old = {"schema": 1, "orders": ["a"]}
    assert migrate(old, 2)["orders"]["a"]["refused"] == ""
    assert old == {"schema": 1, "orders": ["a"]}
    with pytest.raises(NoSuchStep, match="schema 1 of schema 0"):
        migrate({"schema": 0}, 2)
