"""Both clients of the world's desk, held against the desk's own socket."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from firmware.protocol.world_client import NotPossible, NoWorld, WorldLink, WorldNotThere, ask
from hwsim.world.control import Control


class FakeDesk:
    """Answers `count` with so many replies, refuses what is `wrong`."""

    def open(self, request: Mapping[str, Any]) -> Iterator[dict[str, Any] | None]:
        if request["do"] == "wrong":
            yield {"ok": False, "error": "that is wrong"}
        for number in range(int(request.get("count", 0))):
            yield None
            yield {"ok": True, "n": number}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    control = Control(tmp_path / "world.sock", FakeDesk())  # type: ignore[arg-type]
    ends = threading.Event()

    def play() -> None:
        while not ends.wait(0.001):
            control.poll()
        control.close()

    thread = threading.Thread(target=play)
    thread.start()
    yield tmp_path / "world.sock"
    ends.set()
    thread.join()


def by_link(path: Path, *requests: dict[str, Any]) -> list[object]:
    async def run() -> list[object]:
        link = WorldLink(path)
        found: list[object] = []
        for one in requests:
            try:
                found.append([reply["n"] async for reply in link.ask(one)])
            except (NotPossible, NoWorld) as error:
                found.append(error)
        link.close()
        return found

    return asyncio.run(run())


def test_replies_come_in_order_until_it_is_done(path: Path) -> None:
    assert [one["n"] for one in ask(path, {"do": "count", "count": 3})] == [0, 1, 2]
    assert by_link(path, {"do": "count", "count": 3}, {"do": "count"}, {"do": "count", "count": 1}) == [
        [0, 1, 2], [], [0]
    ]  # fmt: skip


def test_a_refusal_is_told_and_the_link_goes_on(path: Path) -> None:
    with pytest.raises(NotPossible, match="that is wrong"):
        list(ask(path, {"do": "wrong"}))
    refused, then = by_link(path, {"do": "wrong"}, {"do": "count", "count": 1})
    assert isinstance(refused, NotPossible)
    assert then == [0]


def test_a_world_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WorldNotThere):
        list(ask(tmp_path / "no.sock", {"do": "count"}))
    assert isinstance(by_link(tmp_path / "no.sock", {"do": "count"})[0], WorldNotThere)


@pytest.mark.parametrize("says", [b"", b'{"ok": true, "n": 1}\n', b"rubbish\n"])
def test_a_world_that_ends_or_raves_is_none(tmp_path: Path, says: bytes) -> None:
    async def run(client: Callable[[Path], object]) -> object:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            writer.write(says)
            writer.close()

        async with await asyncio.start_unix_server(answer, str(tmp_path / "raving.sock")):
            return await asyncio.to_thread(client, tmp_path / "raving.sock")

    for client in (_ask_all, lambda path: by_link(path, {"do": "count"})[0]):
        assert isinstance(asyncio.run(run(client)), NoWorld)


def _ask_all(path: Path) -> object:
    try:
        return list(ask(path, {"do": "count"}))
    except NoWorld as error:
        return error
