"""The bench's socket: who may open it, what is done and heard over it, and that a slow page costs nobody anything."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.webui.bench_world import Browser, FakeDesk, wires, world
from webui.bench import news, outbox, page, wire
from webui.bench.outbox import MOST_ON_THE_WAY, MOST_SOUND, Outbox
from webui.bench.requests import Act, Say, read, to_world

World = tuple[Path, FakeDesk]
PIECE = bytes(640)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as made:
        yield made


def played(bench: World, play: Callable[[Browser], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Browser(wires(bench[0])) as browser:
            await play(browser)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("token", "origin", "status"),
    [
        ("good", "http://127.0.0.1:8080", "accept"),
        ("", "http://127.0.0.1:8080", "close"),
        ("stranger", "http://127.0.0.1:8080", "close"),
        ("tech", "http://127.0.0.1:8080", "close"),
        ("new", "http://127.0.0.1:8080", "close"),
        ("good", "http://evil.example", "close"),
        ("good", "https://127.0.0.1:8080", "close"),
        ("good", "", "close"),
    ],
)
def test_only_pages_of_this_box_and_people_who_may_work_come_in(
    bench: World, token: str, origin: str, status: str
) -> None:
    async def run() -> None:
        async with Browser(wires(bench[0]), token, origin) as browser:
            assert browser.status == status

    asyncio.run(run())
    assert bool(bench[1].asked) <= (status == "accept")


def test_acts_are_done_in_order_and_answered_by_their_ids(bench: World) -> None:
    async def play(browser: Browser) -> None:
        browser.say({"do": "lift", "who": "801", "id": 7})
        browser.say({"do": "dial", "who": "801", "digits": "9*1", "id": 8})
        browser.say({"do": "lift", "who": "999", "id": 9})
        assert (await browser.told(id=7))["ok"]
        assert (await browser.told(id=8))["ok"]
        assert not (await browser.told(id=9))["ok"]

    played(bench, play)
    assert [one["do"] for one in bench[1].asked if one["do"] in ("lift", "dial")] == ["lift", "dial", "lift"]


def test_the_held_handset_is_heard_until_another_is_held(bench: World) -> None:
    async def play(browser: Browser) -> None:
        browser.say({"do": "hold", "who": "801"})
        assert await browser.sound(3) == bench[1].pieces
        browser.say({"do": "hold", "who": "802"})
        assert await browser.sound(3) == bench[1].pieces
        assert [one["who"] for one in bench[1].of("listen")] == ["801", "802"]

    played(bench, play)


def test_speech_goes_to_the_held_handset(bench: World) -> None:
    async def play(browser: Browser) -> None:
        browser.say(PIECE)  # nothing is held: it is lost
        browser.say({"do": "hold", "who": "801"})
        browser.say(b"\x01\x02" * 320)
        browser.say({"do": "flash", "who": "801", "id": 1})
        browser.say(PIECE)
        await browser.told(id=1)
        browser.say({"do": "flash", "who": "801", "id": 2})
        await browser.told(id=2)

    played(bench, play)
    spoken = [(one["who"], base64.b64decode(one["audio"])) for one in bench[1].of("speak")]
    assert ("801", b"\x01\x02" * 320) in spoken
    assert len(spoken) <= 2


def test_how_things_stand_is_told_to_every_page_by_one_watching(bench: World) -> None:
    bench[1].states.append({"telephones": {"801": {"off_hook": True}}, "visitors": {}})

    async def run() -> None:
        made = wires(bench[0])
        async with Browser(made) as one:
            await one.told(event="state", telephones={"801": {"off_hook": True}})
            async with Browser(made) as other:
                await other.told(event="state", telephones={"801": {"off_hook": True}})
        async with Browser(made) as again:
            await again.told(event="state", telephones={"801": {"off_hook": True}})

    asyncio.run(run())
    assert len(bench[1].of("watch")) == 2


def test_callers_of_an_open_page_are_not_forgotten(bench: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(news, "STAY_S", 0.02)
    bench[1].states[0]["visitors"] = {"visitor-1": {}}

    async def play(browser: Browser) -> None:
        await browser.told(event="state")
        while not [one for one in bench[1].of("stay") if one["visitors"] == ["visitor-1"]]:
            browser.say({"do": "flash", "who": "801", "id": 1})
            await browser.told(id=1)

    played(bench, play)


def test_a_world_that_is_away_is_told_and_acts_fail(tmp_path: Path) -> None:
    async def play(browser: Browser) -> None:
        await browser.told(event="away")
        browser.say({"do": "lift", "who": "801", "id": 1})
        assert not (await browser.told(id=1))["ok"]

    played((tmp_path / "nowhere.sock", FakeDesk()), play)


@pytest.mark.parametrize(
    "said",
    [
        "rubbish",
        "[]",
        {"do": "explode"},
        {"do": "diary"},
        {"do": "lift"},
        {"do": "lift", "who": "801", "more": 1},
        {"do": "dial", "who": "801", "digits": "12x"},
        {"do": "say", "who": "801", "text": "x" * 301},
        {"do": "ring", "number": "6", "from": "<b>"},
        {"do": "got", "pieces": -1},
        b"x",
        b"",
        bytes(page.MOST_PIECE + 2),
    ],
)
def test_what_no_page_of_ours_sends_ends_the_socket(
    bench: World, said: dict[str, object] | bytes | str
) -> None:
    async def play(browser: Browser) -> None:
        browser.say(said)
        assert await browser.closed() == wire.POLICY_VIOLATION

    played(bench, play)


def test_who_signs_out_hears_no_more(bench: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "CHECK_S", 0.01)

    async def run() -> None:
        made = wires(bench[0])
        async with Browser(made) as browser:
            made._who = lambda _: None
            assert await browser.closed() == wire.POLICY_VIOLATION

    asyncio.run(run())


def test_nobody_opens_pages_without_end(bench: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MOST_PAGES", 1)

    async def run() -> None:
        made = wires(bench[0])
        async with Browser(made), Browser(made) as other:
            assert other.status == "close"
        async with Browser(made) as again:
            assert again.status == "accept"

    asyncio.run(run())


def test_acts_of_a_page_that_asks_faster_than_the_world_does_are_refused() -> None:
    async def run() -> None:
        asking = page.Page(Path("/nowhere"))
        for number in range(page.MOST_ACTS + 1):
            asking.take(f'{{"do": "lift", "who": "801", "id": {number}}}', None)
        assert f'"id": {page.MOST_ACTS}, "ok": false' in (await asking.outbox.next())["text"]

    asyncio.run(run())


def test_a_page_that_stops_reading_gets_the_newest_sound_when_it_reads_again(
    bench: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, pages = bench[1], []
    desk.pieces = [number.to_bytes(2, "little") * 320 for number in range(500)]

    class Kept(page.Page):
        def __init__(self, path: Path) -> None:
            super().__init__(path)
            pages.append(self)

    monkeypatch.setattr(wire, "Page", Kept)

    async def play(browser: Browser) -> None:
        browser.reads.clear()
        browser.say({"do": "hold", "who": "801"})
        while pages[0].outbox.lost < len(desk.pieces) - MOST_SOUND - 1:
            await asyncio.sleep(0.001)
        browser.reads.set()
        heard = await browser.sound(MOST_SOUND)
        assert set(desk.pieces[-MOST_SOUND + 1 :]) <= set(heard)

    played(bench, play)


def test_sound_waits_only_as_long_as_it_is_worth_hearing() -> None:
    async def run() -> None:
        box = Outbox()
        for number in range(100):
            box.sound(bytes([number]))
        waiting = [(await box.next())["bytes"][0] for _ in range(MOST_SOUND)]
        assert waiting == list(range(100 - MOST_SOUND, 100))
        assert box.lost == 100 - MOST_SOUND

    asyncio.run(run())


def test_a_page_that_does_not_say_what_it_got_is_sent_no_more_sound() -> None:
    async def run() -> None:
        box, sent = Outbox(), 0
        for number in range(3 * MOST_ON_THE_WAY):
            box.sound(bytes([number]))
            if box._sound:
                await box.next()
                sent += 1
        assert sent == MOST_ON_THE_WAY
        box.got(10**9)
        assert box._got == sent
        box.sound(b"x")
        assert (await box.next())["bytes"] == b"x"

    asyncio.run(run())


def test_only_the_latest_state_waits_and_answers_go_first() -> None:
    async def run() -> None:
        box = Outbox()
        box.sound(b"x")
        for number in range(5):
            box.state({"event": "state", "n": number})
        box.answer({"id": 1})
        assert [(await box.next())["text"] for _ in range(2)] == ['{"id": 1}', '{"event": "state", "n": 4}']
        for number in range(2 * outbox.MOST_ANSWERS):
            box.answer({"id": number})
        assert len(box._answers) == outbox.MOST_ANSWERS

    asyncio.run(run())


def test_acts_are_asked_of_the_world_in_its_own_words() -> None:
    def told(text: str) -> dict[str, object]:
        act = read(text)
        assert isinstance(act, Act)
        return to_world(act)

    ring = told('{"do": "ring", "number": "6", "from": "+86", "name": "李明", "id": 3}')
    assert ring == {"do": "ring", "number": "6", "from": "+86", "name": "李明"}
    assert to_world(Say(who="801", text="/etc/x.wav"))["as"] == "text"
