"""The box's SIP process as a target: 200 telephones with passwords nobody can guess, a switch that takes every call.

Who calls is registered, so the box knows the address: strangers share a budget of which telephones need none.

`TIPRING_SIP_TARGET=tests.peers.sip_box_target:box` aims the suites at it, `:guarded_box` the hostile ones.
"""

from __future__ import annotations

import os
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

from drivers.cards.card_wire import decode_event, encode_command, socket_path
from drivers.clock import MonotonicClock
from drivers.signalling import AnswerCall, CallOffered
from firmware.config.schema import Sip
from firmware.protocol.places import Places
from firmware.sip.credentials import FOLDER, keep, make_secret
from firmware.sip.digest import realm_of
from tests.free_port import free_port
from tests.peers.sip_caller import Caller, NoAnswer
from tests.peers.sip_target import ROOT

NUMBERS = tuple(str(number) for number in range(200, 400))
CALLER, CALLED = NUMBERS[0], NUMBERS[1]
PASSWORD = "nobody-guesses-this-one"  # of a box on the loopback
PATIENCE_US = 20_000_000
RTP = 40_000 + os.getpid() % 200 * 100
"""Others on this machine have boxes too."""
CONFIG = """
[site]
box = "box1"
[[card]]
name = "ip"
kind = "sip"
[sip]
address = "127.0.0.1"
udp_port = {port}
tcp_port = {port}
rtp_from = {rtp}
rtp_ports = 100
requests_a_second = {a_second}
"""
EXTENSION = """
[[extension]]
number = "{number}"
card = "ip"
"""


class BoxTarget:
    name = "box"

    def __init__(self, a_second: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="tipring-target-"))
        self.places = Places(self._folder / "data")
        self.places.make()
        self.port = free_port()
        self._prepare(a_second)
        argv = [
            sys.executable,
            "-m",
            "tests.peers.sip_box",
            str(self.places.root),
            str(self._folder / "box.toml"),
        ]
        self.process = subprocess.Popen(argv, cwd=ROOT, stderr=subprocess.DEVNULL)
        self.pid = self.process.pid
        self._over = threading.Event()
        self._switch = threading.Thread(target=self._take_calls, args=(self._connected(),), name="switch")
        self._switch.start()
        self._telephone = Caller(self.address("udp"))
        self._telephone.register(f"sip:127.0.0.1:{self.port}", (CALLER, PASSWORD))

    def address(self, kind: str) -> tuple[str, int]:
        return "127.0.0.1", self.port

    def is_running(self) -> bool:
        return self.process.poll() is None

    def call(self, source: str = "127.0.0.1") -> int:
        with Caller(self.address("udp"), source=source) as caller:
            return caller.call(f"sip:{CALLED}@127.0.0.1:{self.port}", log_in=(CALLER, PASSWORD))

    def figures(self) -> dict[str, Any]:
        return {}

    def stop(self) -> None:
        self._over.set()
        self._switch.join()
        self._telephone.socket.close()
        self.process.kill()
        self.process.wait()
        shutil.rmtree(self.places.run, ignore_errors=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _prepare(self, a_second: int) -> None:
        realm = realm_of("box1")
        for number in NUMBERS:
            keep(self.places.secrets / FOLDER, make_secret(number, realm, PASSWORD))
        text = CONFIG.format(port=self.port, a_second=a_second, rtp=RTP) + "".join(
            EXTENSION.format(number=one) for one in NUMBERS
        )
        (self._folder / "box.toml").write_text(text)

    def _connected(self) -> socket.socket:
        clock = MonotonicClock()
        until_us = clock.now_us() + PATIENCE_US
        link = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        while clock.now_us() < until_us and self.is_running():
            with suppress(OSError):
                link.connect(str(socket_path(self.places.run)))
                link.recv(1 << 17)  # CallsStand: it knows its switch
                return link
            clock.wait_until(clock.now_us() + 50_000)
        link.close()
        self.process.kill()
        raise NoAnswer("the SIP process did not come up")

    def _take_calls(self, link: socket.socket) -> None:
        with link:
            while not self._over.is_set():
                if not select.select([link], [], [], 0.1)[0]:
                    continue
                packet = link.recv(1 << 17)
                event = decode_event(packet) if packet else None
                if isinstance(event, CallOffered):
                    link.send(encode_command(event.port, AnswerCall(event.call)))


def box() -> BoxTarget:
    """For suites that ask faster than anybody would."""
    return BoxTarget(a_second=5000)


def guarded_box() -> BoxTarget:
    """As it is shipped."""
    return BoxTarget(a_second=Sip().requests_a_second)
