"""The example of docs, as a module, and as a receiver that runs beside a test."""

from __future__ import annotations

import importlib.util
import threading
from functools import cache
from pathlib import Path
from typing import Any

PATIENCE_S = 40.0
FILE = Path(__file__).resolve().parents[2] / "docs/examples/webhook_receiver.py"


@cache
def example() -> Any:
    spec = importlib.util.spec_from_file_location("webhook_receiver", FILE)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


class Heard:
    """The example's own receiver; `fails` says how often it fails first."""

    def __init__(self, secret: str, seen: str, fails: int) -> None:
        outer, hook = self, example().Hook
        self.told: list[dict[str, Any]] = []
        self.statuses: list[int] = []
        self.fails = fails
        self.came = threading.Condition()

        class Failing(hook):  # type: ignore[misc, valid-type]
            def _take(self, body: bytes, now_s: float) -> int:
                with outer.came:
                    outer.fails -= 1
                    status = 503 if outer.fails >= 0 else super()._take(body, now_s)
                    outer.statuses.append(status)
                    outer.came.notify_all()
                return int(status)

        self._seen = seen
        self._secret = secret
        self._failing = Failing
        self._made = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        assert self._made.wait(10)

    def trust(self, secret: str) -> None:
        """From now on."""
        self._server.secret = secret

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def until(self, told: int) -> bool:
        with self.came:
            return self.came.wait_for(lambda: len(self.told) >= told, PATIENCE_S)

    def hears(self, event: str) -> bool:
        with self.came:
            return self.came.wait_for(lambda: event in [one["event"] for one in self.told], PATIENCE_S)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _serve(self) -> None:
        """The database of what was seen is of this thread."""
        seen = example().Seen(self._seen)
        self._server = example().Receiver(0, self._secret, seen, self.told.append)
        self._server.RequestHandlerClass = self._failing
        self._made.set()
        self._server.serve_forever(0.01)
        self._server.server_close()
        seen.close()
