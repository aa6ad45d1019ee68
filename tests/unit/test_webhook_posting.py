"""What the other side may do: each ends as an outcome, in bounded time and memory; what is signed can be checked."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from firmware.config.schema import Jobs
from firmware.jobs.webhooks import posting
from firmware.jobs.webhooks.posting import Poster
from firmware.jobs.webhooks.signing import OVERLAP_US, Secret, make_secret, read_secret, signature
from tests.unit.webhook_example import example

WALL_US = 1_700_000_000_000_000
OK = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n"


class Clock:
    now = 0

    def now_us(self) -> int:
        return self.now


class Raw:
    """Answers each connection as it is told, byte by byte."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port, self.came, self._act = self._socket.getsockname()[1], 0, act
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                link, _ = self._socket.accept()
            except OSError:
                return
            self.came += 1
            with link:
                link.settimeout(5)
                try:
                    self._act(link)
                except OSError:
                    continue

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[socket.socket], None]], Raw]]:
    made: list[Raw] = []

    def begin(act: Callable[[socket.socket], None]) -> Raw:
        made.append(Raw(act))
        return made[-1]

    yield begin
    for one in made:
        one.close()


Serve = Callable[[Callable[[socket.socket], None]], Raw]


def poster(
    port: int, *, scheme: str = "http", clock: Clock | None = None, networks: str = "127.0.0.1/32"
) -> Poster:
    rules = Jobs(networks=(networks,), schemes=("http", "https"), ports=(port,))
    return Poster(f"{scheme}://127.0.0.1:{port}/hook", rules, (clock or Clock()).now_us)


def saying(*answers: bytes) -> Callable[[socket.socket], None]:
    def act(link: socket.socket) -> None:
        for answer in answers:
            asked = b""
            while not asked.endswith(b"{}"):
                if not (more := link.recv(65_536)):
                    return
                asked += more
            link.sendall(answer)

    return act


@pytest.mark.parametrize(
    ("answer", "reason", "status"),
    [
        (OK, "", 204),
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "redirect",
            302,
        ),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n", "status-500", 500),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999999\r\n\r\n" + b"x" * 9000, "", 200),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "no-http", 0),
        (b"", "no-http", 0),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n", "no-http", 0),
    ],
)
def test_each_answer_is_an_outcome(serve: Serve, answer: bytes, reason: str, status: int) -> None:
    made = poster(serve(saying(answer)).port)
    outcome = made.post(b"{}", {})
    made.close()
    assert (outcome.reason, outcome.status) == (reason, status)


def test_a_wish_to_come_later_is_heard(serve: Serve) -> None:
    made = poster(serve(saying(b"HTTP/1.1 503 No\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n")).port)
    assert made.post(b"{}", {}).retry_after_s == 120
    made.close()


def test_one_connection_serves_what_follows_and_one_that_dried_up_is_made_anew(serve: Serve) -> None:
    far = serve(saying(OK, OK))
    made = poster(far.port)
    assert [made.post(b"{}", {}).taken for _ in range(4)] == [True] * 4
    made.close()
    assert far.came == 2


def test_nobody_there_is_said(serve: Serve) -> None:
    with socket.create_server(("127.0.0.1", 0)) as there:
        port = there.getsockname()[1]
    assert poster(port).post(b"{}", {}).reason == "refused"


def test_what_is_not_public_and_not_named_is_not_reached(serve: Serve) -> None:
    far = serve(saying(OK))
    assert poster(far.port, networks="10.0.0.0/8").post(b"{}", {}).reason == "address-not-allowed"
    assert far.came == 0


def test_no_tls_and_a_certificate_nobody_knows_are_told_apart(serve: Serve, tmp_path: Path) -> None:
    far = serve(lambda link: link.sendall(b"HTTP/1.1 400 Plain\r\n\r\n") if link.recv(9) else None)
    assert poster(far.port, scheme="https").post(b"{}", {}).reason == "tls"
    import datetime

    from webui.security.certificates import Certificates

    chain, key = Certificates(tmp_path).ready(
        ["127.0.0.1"], datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    far = serve(lambda link: context.wrap_socket(link, server_side=True).close())
    assert poster(far.port, scheme="https").post(b"{}", {}).reason == "certificate"


def test_an_answer_that_trickles_for_ever_is_cut_from_outside(serve: Serve) -> None:
    clock, begun, over = Clock(), threading.Event(), threading.Event()

    def trickle(link: socket.socket) -> None:
        link.recv(65_536)
        link.sendall(b"HTTP/1.1 200 OK\r\n")
        begun.set()
        over.wait(10)

    made = poster(serve(trickle).port, clock=clock)
    told: list[str] = []
    thread = threading.Thread(target=lambda: told.append(made.post(b"{}", {}).reason))
    thread.start()
    assert begun.wait(10)
    assert not made.overdue
    clock.now = round((posting.PATIENCE_S + 2) * 1e6)
    assert made.overdue
    made.cut()
    thread.join(10)
    over.set()
    assert told == ["timed-out"]


def test_the_documented_example_knows_what_is_ours() -> None:
    check, secret = example().is_from_the_box, Secret("tipring_hook_a")
    made, now_s = signature(secret, b'{"v":1}', WALL_US), WALL_US / 1e6
    assert check("tipring_hook_a", made, b'{"v":1}', now_s)
    assert check("tipring_hook_a", made, b'{"v":1}', now_s + 299)
    assert not check("tipring_hook_a", made, b'{"v":1}', now_s + 301), "too old"
    assert not check("tipring_hook_a", made, b'{"v":2}', now_s), "another body"
    assert not check("tipring_hook_b", made, b'{"v":1}', now_s), "another secret"
    late = made.replace("t=1700000000", "t=1700000100")
    assert not check("tipring_hook_a", late, b'{"v":1}', now_s), "another time"
    for soup in ("", "t=", "v1=", "t=1700000000", "t=٣,v1=x", "t=1700000000,v1=\x80", ",,,=,"):
        assert not check("tipring_hook_a", soup, b"", now_s)


def test_a_new_secret_and_the_old_one_sign_for_a_day(tmp_path: Path) -> None:
    check = example().is_from_the_box
    old = make_secret(tmp_path, "crm", "boss", WALL_US)
    new = make_secret(tmp_path, "crm", "boss", WALL_US)
    kept = read_secret(tmp_path, "crm")
    assert kept is not None and kept.made_by == "boss" and old != new
    assert {path.stat().st_mode & 0o077 for path in (tmp_path / "webhooks").iterdir()} == {0}
    made = signature(kept, b"x", WALL_US)
    assert check(old, made, b"x", WALL_US / 1e6) and check(new, made, b"x", WALL_US / 1e6)
    later_us = WALL_US + OVERLAP_US
    made = signature(kept, b"x", later_us)
    assert not check(old, made, b"x", later_us / 1e6) and check(new, made, b"x", later_us / 1e6)


def test_a_secret_that_is_damaged_signs_nothing(tmp_path: Path) -> None:
    assert read_secret(tmp_path, "crm") is None
    make_secret(tmp_path, "crm", "boss", WALL_US)
    for path in (tmp_path / "webhooks").iterdir():
        path.write_bytes(b"{")
    assert read_secret(tmp_path, "crm") is None
