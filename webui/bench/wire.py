"""`/bench/wire`: the WebSocket of one page at the bench. Who may work may play; only pages of this box may ask."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webui.bench.news import News
from webui.bench.page import Page
from webui.live.events import Receive, Send, Who, cookie_of
from webui.security.rights import Right, may

PATH = "/bench/wire"
MOST_PAGES = 12
MOST_BYTES = 16_384
"""Of a message from a page."""
PING_S = 10.0
"""A page that is gone without a word is noticed."""
CHECK_S = 30.0
"""So often it is looked whether the session is still good."""
POLICY_VIOLATION, GOING_AWAY = 1008, 1001


class Wires:
    """`who` tells whose session a cookie's value is; `cookie` is its name."""

    def __init__(self, world: Path, who: Who, cookie: str) -> None:
        self._world, self._who, self._cookie = world, who, cookie
        self._news = News(world)

    async def serve(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """One page from its beginning to its end."""
        await receive()  # websocket.connect
        token = cookie_of(scope, self._cookie)
        if not _is_own_page(scope) or not await self._may(token) or self._news.readers >= MOST_PAGES:
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        await send({"type": "websocket.accept"})
        page = Page(self._world)
        self._news.join(page.outbox.state)
        doing = [
            asyncio.ensure_future(one)
            for one in (page.run(), _receive(page, receive), _send(page, send), self._until_out(token))
        ]
        try:
            await asyncio.wait(doing, return_when=asyncio.FIRST_COMPLETED)
            code = next((one.result() for one in doing if one.done()), GOING_AWAY)
        finally:
            self._news.leave(page.outbox.state)
            for one in doing:
                one.cancel()
            await asyncio.gather(*doing, return_exceptions=True)
        if code:
            await send({"type": "websocket.close", "code": code})

    async def _may(self, token: str) -> bool:
        person = await asyncio.to_thread(self._who, token)
        return person is not None and may(person.role, Right.WORK) and not person.must_change

    async def _until_out(self, token: str) -> int:
        while await self._may(token):
            await asyncio.sleep(CHECK_S)
        return POLICY_VIOLATION


async def _receive(page: Page, receive: Receive) -> int:
    """Until the page is gone (0), or sent what none of ours sends."""
    while True:
        event = await receive()
        if event["type"] != "websocket.receive":
            return 0
        try:
            page.take(event.get("text"), event.get("bytes"))
        except ValueError:
            return POLICY_VIOLATION


async def _send(page: Page, send: Send) -> int:
    while True:
        await send(await page.outbox.next())


def _is_own_page(scope: Mapping[str, Any]) -> bool:
    """Browsers say which page opens a WebSocket; cookies alone would also come from another one's."""
    headers = dict(scope["headers"])
    scheme = "https" if scope["scheme"] == "wss" else "http"
    return bool(headers.get(b"origin") == f"{scheme}://".encode() + headers.get(b"host", b""))
