"""Flask in threads of its own.

Strategy: pages may wait (for speech, for a call that is tried, for the engine); streams, sounds and programs are asked
who they are in the loop's own threads. However many pages wait, nobody who listens is held up by them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from hypercorn.middleware import AsyncioWSGIMiddleware
from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope, WSGIFramework

THREADS = 16


class Pages(AsyncioWSGIMiddleware):
    """Of one event loop; the application runs in up to `threads` threads."""

    def __init__(self, app: WSGIFramework, most_bytes: int, threads: int = THREADS) -> None:
        super().__init__(app, most_bytes)
        self._threads = ThreadPoolExecutor(threads, "page")

    async def __call__(self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        loop = asyncio.get_running_loop()

        def in_loop(called: Callable[..., Awaitable[Any]], *given: Any) -> Any:
            return asyncio.run_coroutine_threadsafe(_awaited(called, *given), loop).result()

        await self.wsgi_app(scope, receive, send, partial(loop.run_in_executor, self._threads), in_loop)

    async def close(self) -> None:
        """Behind the last request; what is under way may end, and needs the loop for it."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)


async def _awaited(called: Callable[..., Awaitable[Any]], *given: Any) -> Any:
    return await called(*given)
