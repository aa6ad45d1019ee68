"""The web process itself beside no other: what a browser meets at its sockets."""

from __future__ import annotations

import os
import socket
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from email.message import Message
from pathlib import Path
from typing import NamedTuple

import msgspec

from drivers.clock import MonotonicClock, boot_id
from firmware.cli.box_plan import BoxPlan
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.protocol.places import Places
from firmware.protocol.rings import Rings
from tests.free_port import free_port
from tests.webui.house import OFFICE

ROOT = Path(__file__).resolve().parents[2]
STARTS_S = 40.0


class Answer(NamedTuple):
    status: int
    headers: Message
    body: bytes


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object, **__: object) -> None:
        return None


class Served:
    """`with` starts and ends it. `is_sim`: plain HTTP on loopback, as `make run` has it."""

    def __init__(self, root: Path, *, is_sim: bool = True) -> None:
        self.places = Places(root / "box")
        self.port, self.plain_port = free_port(), free_port()
        self.is_sim = is_sim
        self._log = root / "web.log"

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def __enter__(self) -> Served:
        self.places.make()
        more = f'\n[web]\naddress = "127.0.0.1"\nport = {self.port}\nplain_port = {self.plain_port}\n'
        config, faults = loads(OFFICE + more, Config)
        assert config, faults
        with ConfigStore(self.places.config_db) as store:
            store.put(config, "test", 1)
        self._rings = Rings(self.places.run)
        plan = BoxPlan(0, boot_id(), "bench.toml" if self.is_sim else "", self.port)
        self.places.plan.write_bytes(msgspec.json.encode(plan))
        argv = [sys.executable, "-m", "firmware.cli.main", "role", "web", "--data", str(self.places.root)]
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(argv, cwd=ROOT, stdout=log, stderr=log, env=os.environ | {})
        self._until_there()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        self.process.wait(20)

    def log(self) -> str:
        return self._log.read_text("utf-8", "replace")

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.places.secrets / "web/authority.crt"))

    def get(self, url: str, **headers: str) -> Answer:
        handlers = [
            NoRedirect(),
            *([urllib.request.HTTPSHandler(context=self.trust)] if url.startswith("https") else []),
        ]
        asked = urllib.request.Request(url, headers=headers)
        try:
            with urllib.request.build_opener(*handlers).open(asked, timeout=20) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def _has_told(self) -> bool:
        told = self.places.status("web")
        return told.exists() and bool(told.read_bytes().strip(b"\0 \n"))

    def _until_there(self) -> None:
        clock = MonotonicClock()
        end_us = clock.now_us() + round(STARTS_S * 1e6)
        while clock.now_us() < end_us and self.process.poll() is None:
            with socket.socket() as one:
                if self._has_told() and one.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            clock.wait_until(clock.now_us() + 100_000)
        raise AssertionError(self.log())
