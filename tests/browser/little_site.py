"""A few pages on a free port of the loopback, for the harness to try itself on."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

POLICY = "default-src 'self'"


@dataclass(frozen=True)
class Answer:
    body: bytes
    kind: str = "text/html; charset=utf-8"
    compressed: bool = False


def page(body: str, head: str = "") -> Answer:
    text = f'<!doctype html><html lang="en"><head><title>A page</title>{head}</head><body><main>{body}</main></body>'
    return Answer(text.encode())


def script(text: str) -> Answer:
    return Answer(text.encode(), "text/javascript")


class LittleSite:
    """`with` serves the answers; `at(path)` is where."""

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = answers.get(self.path)
                self.send_response(200 if found else 404)
                body = found.body if found else b""
                self.send_header("Content-Security-Policy", POLICY)
                self.send_header("Content-Type", found.kind if found else "text/plain")
                if found and found.compressed:
                    body = gzip.compress(body)
                    self.send_header("Content-Encoding", "gzip")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *of: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})

    def __enter__(self) -> LittleSite:
        self._thread.start()
        return self

    def __exit__(self, *of: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"
