"""The stream of events: the journal's facts under names that stay, resumable, bounded, each told what it may know."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware.protocol import facts as f
from firmware.protocol.inputs import Started
from firmware.protocol.journal import Record, encode
from firmware.protocol.names import Direction, LegRole
from firmware.protocol.ring import Ring
from firmware.protocol.rings import JOURNAL_BYTES
from firmware.stream.happenings import Teller, position_of
from firmware.stream.vocabulary import KINDS
from tests.webui.house import House
from tests.webui.programs import Program
from webui.api.scopes import GIVEN
from webui.api.stream import serving
from webui.api.stream.feed import Feed
from webui.api.stream.sight import may_know


def record(number: int, *facts: f.AnyFact, epoch: int = 1) -> Record:
    return Record(epoch, number, number * 1000, Started(1), facts, ())


class Reader:
    """A program at the stream; `told` is what it was sent."""

    def __init__(self, feed: Feed, house: House, program: Program, last: str = "", query: str = "") -> None:
        self.served = serving.Events(feed, house.site)
        self.status, self.body = 0, b""
        self.is_slow = False
        headers = [(b"authorization", f"Bearer {program.secret}".encode())]
        headers += [(b"last-event-id", last.encode())] if last else []
        self._scope = {"method": "GET", "headers": headers, "query_string": query.encode()}

    async def _send(self, message: Mapping[str, Any]) -> None:
        if self.is_slow:
            await asyncio.Event().wait()
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")

    async def _receive(self) -> Mapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    async def begin(self) -> None:
        self.task = asyncio.ensure_future(self.served.serve(self._scope, self._receive, self._send))
        for _ in range(400):
            await asyncio.sleep(0.005)
            if self.body:
                break

    async def until(self, wanted: int) -> None:
        for _ in range(400):
            if len(self.told) >= wanted or self.task.done():
                break
            await asyncio.sleep(0.005)

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    @property
    def told(self) -> list[dict[str, Any]]:
        lines = self.body.decode().splitlines()
        return [json.loads(one[6:]) for one in lines if one.startswith("data: ")]


def test_what_happens_is_told_with_ids_that_grow(house: House) -> None:
    async def live() -> Reader:
        feed = Feed(house.places.run / "journal.ring", lambda: 1_000_000)
        reader = Reader(feed, house, Program(house))
        await reader.begin()
        feed.take(
            record(
                5, f.CallBegan(7, Direction.INBOUND, 0, "line-1"), f.RingCounted(7, 1), f.Enqueued(7, "sales")
            )
        )
        await reader.until(2)
        await reader.end()
        return reader

    told = asyncio.run(live()).told
    assert told == [
        {"v": 1, "id": "1-5-0", "event": "call.began", "at": 1005, "call": 7, "direction": "inbound", "line": "line-1",
         "called": ""},
        {"v": 1, "id": "1-5-2", "event": "queue.entered", "at": 1005, "call": 7, "queue": "sales", "priority": 0},
    ]  # fmt: skip


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40), st.data())
def test_whoever_comes_again_misses_nothing_and_hears_nothing_twice(
    sizes: list[int], data: st.DataObject
) -> None:
    feed = Feed(Path(), lambda: 0)
    for number, size in enumerate(sizes, 1):
        feed.take(record(number, *(f.AllLinesBusy(busy=bool(place)) for place in range(size))))
    ids = []
    for number in range(feed.end):
        one = feed.at(number)
        assert one is not None
        ids.append(one.id)
    cut = data.draw(st.integers(0, len(ids)))
    position = position_of(ids[cut - 1]) if cut else position_of("1-0")
    assert position is not None
    again = feed.after(position)
    assert again is not None
    assert [one.id for one in map(feed.at, range(again, feed.end)) if one] == ids[cut:]


@pytest.mark.parametrize(
    ("last", "why"), [("1-1", "older than what is kept"), ("1-99", "newer than all"), ("x", "none"),
                    ("9-1", "of another box")]
)  # fmt: skip
def test_who_cannot_go_on_is_told_of_the_gap(house: House, last: str, why: str) -> None:
    async def live() -> Reader:
        feed = Feed(house.places.run / "journal.ring", lambda: 0, most=3)
        for number in range(1, 10):
            feed.take(record(number, f.AllLinesBusy(busy=True)))
        reader = Reader(feed, house, Program(house), last)
        await reader.begin()
        await reader.end()
        return reader

    assert [one["event"] for one in asyncio.run(live()).told] == ["gap"], why


def test_who_reads_too_slowly_is_told_and_takes_no_memory(house: House) -> None:
    async def live() -> Reader:
        feed = Feed(house.places.run / "journal.ring", lambda: 0, most=10)
        reader = Reader(feed, house, Program(house))
        await reader.begin()
        for number in range(1, 1000):
            feed.take(record(number, f.AllLinesBusy(busy=True)))
        await reader.until(1)
        feed.take(record(1000, f.AllLinesBusy(busy=False)))
        await reader.until(2)
        await reader.end()
        return reader

    told = asyncio.run(live()).told
    assert [one["event"] for one in told] == ["overtaken", "lines.busy"] and told[1]["id"] == "1-1000-0"


def test_who_takes_nothing_is_cut(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "STALLS_S", 0.02)

    async def live() -> Reader:
        feed = Feed(house.places.run / "journal.ring", lambda: 0)
        reader = Reader(feed, house, Program(house))
        await reader.begin()
        reader.is_slow = True
        feed.take(record(1, f.AllLinesBusy(busy=True)))
        await asyncio.wait_for(reader.task, 5)
        return reader

    assert asyncio.run(live()).served.readers == 0


def test_only_so_many_streams_of_a_token(house: House) -> None:
    async def live() -> list[int]:
        feed, program = Feed(house.places.run / "journal.ring", lambda: 0), Program(house)
        readers = [Reader(feed, house, program) for _ in range(serving.MOST_OF_A_TOKEN + 1)]
        for one in readers:
            one.served = readers[0].served
            await one.begin()
        for one in readers:
            await one.end()
        return [one.status for one in readers]

    assert asyncio.run(live()) == [200] * serving.MOST_OF_A_TOKEN + [503]


def test_kinds_can_be_chosen_and_scopes_hold(house: House) -> None:
    async def live(program: Program, query: str = "") -> list[str]:
        feed = Feed(house.places.run / "journal.ring", lambda: 0)
        reader = Reader(feed, house, program, query=query)
        await reader.begin()
        feed.take(
            record(
                1,
                f.CallDisposed(7, "800", "sold"),
                f.RecordingEnded("a", "released"),
                f.AllLinesBusy(busy=True),
            )
        )
        await reader.until(3 if not query and len(program.token.scopes) > 3 else 1)
        await reader.end()
        return [one["event"] for one in reader.told] or [str(reader.status)]

    assert asyncio.run(live(Program(house))) == ["call.disposed", "recording.ended", "lines.busy"]
    assert asyncio.run(live(Program(house), "kinds=lines.busy,x")) == ["lines.busy"]
    assert asyncio.run(live(Program(house, "read:live"))) == ["lines.busy"]
    assert asyncio.run(live(Program(house, "read:calls"))) == ["403"]


def test_a_token_of_one_agent_is_told_of_its_own_calls(house: House) -> None:
    """Planted: what another agent's call does is not for it."""
    own = Program(house, *(str(one) for one in GIVEN), agent="800").token
    teller = Teller()
    records = [
        record(1, f.CallBegan(7, Direction.INBOUND, 0, "line-1")),
        record(
            2,
            f.LegAdded(3, 7, 5, LegRole.AGENT, "801", "800"),
            f.AgentOffered(7, "sales", "800", 3, "longest-idle"),
        ),
        record(3, f.LegAnswered(3)),
        record(4, f.LegAdded(4, 8, 6, LegRole.AGENT, "802", "810")),
        record(5, f.LegAnswered(4), f.QueueClosed("sales", closed=True)),
    ]
    told = [one.id for each in records for one in teller.tell(each, 0) if may_know(own, one)]
    assert told == ["1-2-0", "1-2-1", "1-3-0", "1-5-1"]


def test_the_engines_ring_is_followed(house: House) -> None:
    ring = Ring.in_file(house.places.run / "journal.ring", JOURNAL_BYTES)
    feed = Feed(house.places.run / "journal.ring", lambda: 0)
    feed.step()
    for number in range(1, 4):
        ring.put(encode(record(number, f.AllLinesBusy(busy=True))))
    feed.step()
    assert feed.end == 3
    for number in range(4, 90_000):
        if not ring.put(encode(record(number, f.AllLinesBusy(busy=True)))):
            ring.drain()
    feed.step()
    assert feed.after((1, 3, 0)) is None, "what was overtaken is a gap, never silence"
    ring.put(encode(record(90_000, f.AllLinesBusy(busy=True))))
    feed.step()
    assert feed.after((1, 89_999, 9999)) is not None


def test_every_name_is_of_a_fact_and_its_fields() -> None:
    names = [one.name for one in KINDS.values()]
    assert len(set(names)) == len(names)
    for fact, kind in KINDS.items():
        assert set(kind.fields) <= set(fact.__struct_fields__), fact
