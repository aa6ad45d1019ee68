"""Sounds that nothing names leave the disk; what any version or draft names stays, and so does what was put by hand."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from firmware.config.drafts.store import DraftStore
from firmware.config.schema import Config, Prompt
from firmware.config.versions import ConfigStore
from firmware.prompts.render import Text
from firmware.prompts.sweeping import FIRST_LOOK, LOOKS_A_DAY, Sweeper, sent_name, sweep
from firmware.prompts.watch import Own, Sounds
from firmware.protocol.places import Places

DAY_US = 24 * 3_600_000_000
NOW_US = 40 * DAY_US


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "box")
    made.make()
    for folder in (made.prompts, made.spoken):
        folder.mkdir()
    tell(made)
    return made


def tell(places: Places, *paths: Path) -> None:
    own = tuple(Own("x", "en", str(one), True) for one in paths)
    places.sounds.write_bytes(msgspec.json.encode(Sounds(1, own)))


def lay(folder: Path, name: str, data: bytes = b"", days_old: float = 2.0) -> Path:
    path = folder / name
    path.write_bytes(data)
    at_ns = round(NOW_US - days_old * DAY_US) * 1000
    os.utime(path, ns=(at_ns, at_ns))
    return path


def sent(places: Places, name: str, data: bytes, days_old: float = 2.0) -> Path:
    return lay(places.prompts, sent_name(name, "en", data), data, days_old)


def spoken(places: Places, text: str, days_old: float = 2.0) -> Path:
    return lay(places.spoken, Text("", "en", text).spoken_file, b"", days_old)


def test_only_what_nothing_names_goes(places: Places) -> None:
    kept = [
        spoken(places, "in force"),
        spoken(places, "in an old version"),
        spoken(places, "in a draft"),
        spoken(places, "tried today", days_old=0.9),
        sent(places, "old-version", b"1"),
        sent(places, "draft", b"2"),
        sent(places, "today", b"3", days_old=0.9),
        lay(places.spoken, "converted.wav"),
        lay(places.prompts, "by-hand.wav"),
        lay(places.prompts, "by-hand-en-0123456789ab.wav", b"its name is like one of ours"),
    ]
    tell(places, places.spoken / "converted.wav")
    gone = [
        spoken(places, "tried"),
        lay(places.spoken, "0123.77-88.part"),
        sent(places, "refused", b"4"),
    ]
    with ConfigStore(places.config_db) as store:
        old = Prompt(id="x", en="in an old version", zh_wav=kept[4].name)
        store.put(Config(prompts=(old,)), "li", 1)
        store.put(Config(prompts=(Prompt(id="x", en="in force"),)), "li", 2)
        drafts = DraftStore(store)
        drafts.begin("li", 3, config=Config(prompts=(Prompt(id="x", en="in a draft", en_wav=kept[5].name),)))
    assert sorted(sweep(places, NOW_US)) == sorted(gone)
    assert all(one.is_file() for one in kept) and not any(one.exists() for one in gone)
    assert sweep(places, NOW_US) == []


@pytest.mark.parametrize("prompts", ['"nonsense"', "[1, null, {}]", '[{"en": 5, "zh": ["x"]}]'])
def test_a_draft_may_hold_anything(places: Places, prompts: str) -> None:
    with ConfigStore(places.config_db) as store:
        store.put(Config(), "li", 1)
        DraftStore(store).begin("li", 2)
        store.connection.execute("UPDATE drafts SET json = ?", (f'{{"prompt": {prompts}}}',))
    assert sweep(places, NOW_US) == []


def test_a_clock_that_is_behind_removes_nothing(places: Places) -> None:
    with ConfigStore(places.config_db) as store:
        store.put(Config(), "li", 1)
    spoken(places, "tried")
    assert sweep(places, 0) == []


def test_nothing_goes_where_it_is_not_known_what_is_named(places: Places) -> None:
    with ConfigStore(places.config_db) as store:
        store.put(Config(), "li", 1)
    there = spoken(places, "tried")
    places.sounds.write_bytes(b"{")
    with pytest.raises(msgspec.MsgspecError):
        sweep(places, NOW_US)
    assert there.is_file()


def test_it_is_swept_a_while_after_the_start_and_then_once_a_day(places: Places) -> None:
    with ConfigStore(places.config_db) as store:
        store.put(Config(), "li", 1)
    looks, swept = 0, []

    def wall_us() -> int:
        swept.append(looks)
        return NOW_US

    sweeper = Sweeper(places, wall_us)
    while looks < FIRST_LOOK + LOOKS_A_DAY:
        looks += 1
        sweeper.look()
    assert swept == [FIRST_LOOK, FIRST_LOOK + LOOKS_A_DAY]
