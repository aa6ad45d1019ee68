"""The endpoint: one thread, loopback alone, one answer after another."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

from firmware.protocol.places import Places

LOOPBACK = "127.0.0.1"
PORT = 9464
"""OpenTelemetry's usual port for a Prometheus exporter."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REQUEST_SECONDS = 2.0
"""A client that says nothing for so long is let go; the next one waits for it."""


class MetricsServer:
    """`start` and `stop` belong to one thread; in between `http://127.0.0.1:PORT/metrics` answers."""

    def __init__(self, places: Places, port: int = PORT) -> None:
        self._places, self.port = places, port
        self._server: HTTPServer | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Why it does not answer (the port is taken); empty when it does. Port 0 takes any free one."""

        class Handler(_Handler):
            places = self._places

        try:
            self._server = HTTPServer((LOOPBACK, self.port), Handler)
        except OSError as error:
            return f"no metrics on {LOOPBACK}:{self.port}: {error.strerror or error}"
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()
        return ""

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None and self._thread is not None:
            server.shutdown()
            self._thread.join()
            server.server_close()


class _Handler(BaseHTTPRequestHandler):
    timeout = REQUEST_SECONDS
    server_version, sys_version = "tipring", ""
    places: ClassVar[Places]

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(HTTPStatus.NOT_FOUND, "only /metrics is here")
            return
        from firmware.cli.metrics.exposition import gather

        body = gather(self.places).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Nobody reads who asked."""
