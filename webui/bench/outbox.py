"""What waits for one page: bounded, whatever the page does. The latest state, a few answers, half a second of sound."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from typing import Any

MOST_ANSWERS = 64
MOST_SOUND = 12
"""Pieces of 40 ms."""
MOST_ON_THE_WAY = 50
"""Pieces sent that the page has not yet said it got: what a slow one would hear is too old to be sent."""
Message = dict[str, Any]
Event = dict[str, Any]


class Outbox:
    """Filled by whoever has something, emptied by one sender."""

    def __init__(self) -> None:
        self._answers: deque[Message] = deque(maxlen=MOST_ANSWERS)
        self._state: Message | None = None
        self._sound: deque[bytes] = deque(maxlen=MOST_SOUND)
        self._came = asyncio.Event()
        self._sent = self._got = 0
        self.lost = 0
        """Pieces of sound that the page was too slow for."""

    def answer(self, message: Message) -> None:
        self._answers.append(message)
        self._came.set()

    def state(self, message: Message) -> None:
        """Takes the place of one that is not yet sent."""
        self._state = message
        self._came.set()

    def sound(self, piece: bytes) -> None:
        if self._sent - self._got >= MOST_ON_THE_WAY:
            self.lost += 1
            return
        self.lost += len(self._sound) == MOST_SOUND
        self._sound.append(piece)
        self._came.set()

    def silence(self) -> None:
        """Sound of another handset is not sent any more."""
        self._sound.clear()

    def got(self, pieces: int) -> None:
        self._got = max(self._got, min(pieces, self._sent))

    async def next(self) -> Event:
        """The next event for the page."""
        while True:
            if self._answers:
                return _text(self._answers.popleft())
            if self._state is not None:
                state, self._state = self._state, None
                return _text(state)
            if self._sound:
                self._sent += 1
                return {"type": "websocket.send", "bytes": self._sound.popleft()}
            self._came.clear()
            await self._came.wait()


def _text(message: Message) -> Event:
    return {"type": "websocket.send", "text": json.dumps(message, ensure_ascii=False)}
