"""A small client of the API, of Python's own library alone.

    TIPRING_URL=https://box.local TIPRING_TOKEN=tipring_… TIPRING_CA=tipring.crt python client.py call 801 13901234567

`TIPRING_CA` is the box's own authority, from its page /trust. Commands: `live`, `calls NUMBER`,
`call EXTENSION NUMBER`.
"""

from __future__ import annotations

import json
import os
import ssl
import sys
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

TRIES = 4


class Refused(Exception):
    """What the box says; `problem` is RFC 9457."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail") or problem.get("title"))
        self.problem = problem


class Box:
    def __init__(self, url: str, token: str, authority: str = "") -> None:
        self._url, self._token = url.rstrip("/") + "/api/v1", token
        self._trust = ssl.create_default_context(cafile=authority or None)

    def get(self, path: str, **query: object) -> Any:
        asked = urllib.parse.urlencode(query)
        return self._ask("GET", f"{path}?{asked}" if asked else path)

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Once, however often the network drops it: each try carries the same key."""
        key = uuid.uuid4().hex
        for left in reversed(range(TRIES)):
            try:
                return self._ask("POST", path, body, key)
            except Refused as refused:
                if refused.problem.get("status") != 503 or not left:
                    raise
            except OSError:
                if not left:
                    raise
        raise AssertionError("not reached")

    def put(self, path: str, body: dict[str, Any], etag: str) -> Any:
        """On top of what was read: 412 if somebody else was quicker."""
        return self._ask("PUT", path, body, etag=etag)

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None, key: str = "", etag: str = ""
    ) -> Any:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Accept-Language": os.environ.get("LANG", "en")[:2],
        }
        if etag:
            headers["If-Match"] = etag
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(self._url + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(asked, timeout=10, context=self._trust) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                raise Refused(json.loads(error.read())) from None


def main(command: str, *words: str) -> None:
    box = Box(os.environ["TIPRING_URL"], os.environ["TIPRING_TOKEN"], os.environ.get("TIPRING_CA", ""))
    if command == "live":
        told = box.get("/live")
    elif command == "calls":
        told = box.get("/calls", number=words[0], most=10)
    elif command == "call":
        told = box.post("/orders/call", {"do": "call", "extension": words[0], "number": words[1]})
    else:
        raise SystemExit(__doc__)
    print(json.dumps(told, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refused:
        raise SystemExit(f"refused: {refused} {json.dumps(refused.problem, ensure_ascii=False)}") from None
