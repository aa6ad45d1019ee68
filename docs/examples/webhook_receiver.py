"""Is told by the box what happens: checks who says so, takes each event once, answers at once.

    TIPRING_HOOK_SECRET=tipring_hook_… python webhook_receiver.py 8080

Only Python's own library. Put it behind a web server that speaks HTTPS.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TOLERANCE_S = 300
"""How old a signature may be: who listened in once cannot send it again tomorrow."""
MOST_BYTES = 65_536


def is_from_the_box(secret: str, signature: str, body: bytes, now_s: float) -> bool:
    """`signature` is the header `Tipring-Signature`: `t=SECONDS,v1=HEX`, perhaps with a second `v1`."""
    parts = [part.partition("=")[::2] for part in signature.split(",")]
    at = dict(parts).get("t", "")
    if not at.isdecimal() or abs(now_s - int(at)) > TOLERANCE_S:
        return False
    wanted = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    told = [value.encode() for name, value in parts if name == "v1"]
    return any(hmac.compare_digest(wanted.encode(), one) for one in told)


class Seen:
    """Which events were taken: one that comes again says nothing new."""

    def __init__(self, path: str) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("CREATE TABLE IF NOT EXISTS seen (id TEXT PRIMARY KEY, at INTEGER NOT NULL)")

    def is_new(self, event: str, now_s: float) -> bool:
        """Ids are kept for ten days; the box sends nothing again that is older than its journal, a week."""
        self._db.execute("DELETE FROM seen WHERE at < ?", (int(now_s) - 10 * 86_400,))
        return self._db.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (event, int(now_s))).rowcount == 1

    def close(self) -> None:
        self._db.close()


class Receiver(HTTPServer):
    """`happened` is given each event once, in order."""

    def __init__(
        self, port: int, secret: str, seen: Seen, happened: Callable[[dict[str, Any]], None]
    ) -> None:
        super().__init__(("127.0.0.1", port), Hook)
        self.secret, self.seen, self.happened = secret, seen, happened


class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        if length > MOST_BYTES:
            self.close_connection = True
            self._answer(413)
            return
        body = self.rfile.read(length)
        self._answer(self._take(body, time.time()))

    def _take(self, body: bytes, now_s: float) -> int:
        """The status: 2xx means "I have it", anything else "tell me again"."""
        box = self.server
        if not is_from_the_box(box.secret, self.headers.get("Tipring-Signature", ""), body, now_s):
            return 401
        event = json.loads(body)
        if box.seen.is_new(event["id"], now_s):
            box.happened(event)
        return 204

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


def tell(event: dict[str, Any]) -> None:
    """What your program does. Longer work belongs into a queue of your own: the box waits for the answer."""
    if event["event"] == "gap":
        print("events are missing: ask /api/v1/live how things stand")
        return
    print(
        event["event"],
        {name: value for name, value in event.items() if name not in ("v", "event")},
        flush=True,
    )


def main() -> None:
    receiver = Receiver(int(sys.argv[1]), os.environ["TIPRING_HOOK_SECRET"], Seen("seen.db"), tell)
    receiver.serve_forever()


if __name__ == "__main__":
    main()
