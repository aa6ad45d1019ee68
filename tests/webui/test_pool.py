"""Pages that wait: streams and sounds are asked who they are all the same."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypercorn.middleware import AsyncioWSGIMiddleware

from webui.flows import trying
from webui.flows.trying import CannotTry, Trial
from webui.pool import Pages
from webui.prompting import sounds

SCOPE: dict[str, Any] = {
    "type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "http_version": "1.1",
}  # fmt: skip
LOOPS_OWN = 2
"""Threads."""
MOST_S = 20.0


class Slow:
    """A WSGI application all of whose pages wait."""

    def __init__(self) -> None:
        self.entered, self.let_on = threading.Semaphore(0), threading.Event()

    def __call__(self, _: dict[str, Any], begin: Any) -> Iterator[bytes]:
        self.entered.release()
        self.let_on.wait(MOST_S)
        begin("200 OK", [])
        yield b"done"


async def receive() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def who_is_told(pages: Any, slow: Slow) -> tuple[bool, int]:
    """While as many pages wait as the loop has threads: whether anybody else is asked; how many were answered then."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(LOOPS_OWN))
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    waiting = [asyncio.ensure_future(pages(SCOPE, receive, send)) for _ in range(LOOPS_OWN)]
    for _ in waiting:
        while not slow.entered.acquire(blocking=False):
            await asyncio.sleep(0)
    asked = asyncio.ensure_future(asyncio.to_thread(lambda: True))
    done, _ = await asyncio.wait([asked], timeout=MOST_S if isinstance(pages, Pages) else 0.1)
    slow.let_on.set()
    await asyncio.gather(*waiting, asked)
    if isinstance(pages, Pages):
        await pages.close()
    return bool(done), sum(message.get("body") == b"done" for message in sent)


def test_pages_that_wait_hold_up_nobody_who_listens() -> None:
    slow = Slow()
    assert asyncio.run(who_is_told(Pages(slow, 1000), slow)) == (True, LOOPS_OWN)


def test_planted_fault_pages_in_the_threads_of_all() -> None:
    slow = Slow()
    assert asyncio.run(who_is_told(AsyncioWSGIMiddleware(slow, 1000), slow)) == (False, LOOPS_OWN)


class Taken:
    """All turns are; how long it was waited for one."""

    def __init__(self) -> None:
        self.waited_s: list[float] = []

    def acquire(self, timeout: float) -> bool:
        self.waited_s.append(timeout)
        return False


def test_who_finds_others_at_it_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Taken()
    monkeypatch.setattr(trying, "_turns", taken)
    monkeypatch.setattr(sounds, "_places_at_work", taken)
    with pytest.raises(CannotTry, match=r"flows\.busy"):
        trying.tried(tmp_path, 1, "day", Trial(at="2026-10-01T10:00"))
    with pytest.raises(sounds.Crowded), sounds._turn():
        raise AssertionError
    assert len(taken.waited_s) == 2 and max(taken.waited_s) <= 0.5
