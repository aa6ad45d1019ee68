"""Streams of changes: everything first, then what changed; slow readers bounded; who may not see is not told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from webui.live.picture import Thing, changes
from webui.live.streams import MOST_WAITING, Stream, encoded


def told(message: bytes) -> tuple[str, dict[str, Any]]:
    head, data, *_ = message.decode().split("\n")
    return head.removeprefix("event: "), json.loads(data.removeprefix("data: "))


def with_text(things: Mapping[str, Thing]) -> dict[str, tuple[Thing, bytes]]:
    return {key: (thing, encoded(thing)) for key, thing in things.items()}


class Browser:
    """Keeps what it is told as live.js does."""

    def __init__(self) -> None:
        self.things: dict[str, Any] = {}

    def take(self, message: bytes) -> None:
        event, said = told(message)
        if event == "all":
            self.things.clear()
        for key in said["gone"]:
            del self.things[key]
        self.things |= {f"{one['kind']}:{one['id']}": one for one in said["things"]}


NUMBERS = st.dictionaries(
    st.integers(0, 6).map(lambda number: f"call:{number}"), st.integers(0, 3), max_size=6
)


@given(st.lists(st.tuples(NUMBERS, st.booleans()), max_size=30))
def test_a_browser_always_ends_with_what_is_true_and_it_may_see(
    steps: list[tuple[dict[str, int], bool]],
) -> None:
    """Whether it reads at once or falls behind; calls with value 3 are not for it."""

    async def live() -> None:
        stream, browser = Stream(lambda thing: bool(thing["value"] < 3)), Browser()
        before: dict[str, Thing] = {}
        stream.tell_all({})
        for numbers, reads in [*steps, ({}, True), *steps[-1:], (steps[-1][0] if steps else {}, True)]:
            now: dict[str, Thing] = {
                key: {"kind": "call", "id": int(key[5:]), "value": value} for key, value in numbers.items()
            }
            changed, gone = changes(before, now)
            stream.tell([(f"call:{one['id']}", one, encoded(one)) for one in changed], gone)
            if stream.is_behind:
                stream.tell_all(with_text(now))
            while reads and stream.waiting:
                browser.take(await stream.next(0.01))
            before = now
        while stream.waiting:
            browser.take(await stream.next(0.01))
        assert browser.things == {key: one for key, one in before.items() if one["value"] < 3}

    asyncio.run(live())


def test_a_slow_reader_takes_bounded_memory_and_is_told_all_anew() -> None:
    async def live() -> None:
        stream = Stream(lambda _: True)
        stream.tell_all({})
        for number in range(10 * MOST_WAITING):
            thing: Thing = {"kind": "call", "id": 1, "value": number}
            stream.tell([("call:1", thing, encoded(thing))], [])
            assert stream.waiting <= MOST_WAITING
        assert stream.is_behind
        stream.tell_all(with_text({"call:1": thing}))
        assert told(await stream.next(0.01)) == ("all", {"things": [thing], "gone": []})

    asyncio.run(live())


def test_silence_is_a_comment() -> None:
    async def live() -> bytes:
        stream = Stream(lambda _: True)
        stream.tell_all({})
        await stream.next(0.01)
        return await stream.next(0.01)

    assert asyncio.run(live()).startswith(b":")
