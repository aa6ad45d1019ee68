"""The role `web` as a process: HTTPS from the first boot, plain HTTP that only sends on, hostile bytes, its end."""

from __future__ import annotations

import socket
import ssl
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.clock import MonotonicClock
from firmware.protocol.heartbeat import last_beat_us
from tests.webui.served import Served

pytestmark = pytest.mark.realtime


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("secure"), is_sim=False) as there:
        yield there


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("plain")) as there:
        yield there


def test_https_from_the_first_boot(secure: Served) -> None:
    answer = secure.get(f"https://localhost:{secure.port}/first-run")
    assert answer.status == 200, answer
    assert answer.headers["Strict-Transport-Security"]
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(f"https://localhost:{secure.port}/", timeout=10)


def test_plain_http_only_sends_on(secure: Served) -> None:
    answer = secure.get(f"http://localhost:{secure.plain_port}/wallboard?a=1&b=%2F")
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://localhost:{secure.port}/wallboard?a=1&b=%2F"
    assert answer.body == b""
    assert secure.get(f"http://127.0.0.1:{secure.plain_port}/", Host="a b").status == 400


@pytest.mark.parametrize("host", ["x\\@evil.example", "evil.example/..", "[::1]evil", "a" * 300])
def test_plain_http_sends_nobody_to_what_is_no_name(secure: Served, host: str) -> None:
    answer = secure.get(f"http://127.0.0.1:{secure.plain_port}/", Host=host)
    assert answer.status == 400 and not answer.headers["Location"]


def test_old_tls_is_refused(secure: Served) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore"):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with socket.create_connection(("127.0.0.1", secure.port)) as one, pytest.raises(ssl.SSLError):
        context.wrap_socket(one, server_hostname="localhost")


RAW = (
    b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /\xff\xfe HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /?a=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nCookie: tipring=\xff\xfe; =; ;;\r\n\r\n",
    b'GET /events/live HTTP/1.1\r\nHost: localhost\r\nCookie: tipring="\\\r\n\r\n',
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
)


@pytest.mark.parametrize("raw", RAW, ids=range(len(RAW)))
def test_hostile_bytes_get_an_answer_or_an_end_and_the_pages_go_on(plain: Served, raw: bytes) -> None:
    with socket.create_connection(("127.0.0.1", plain.port), 10) as one:
        one.sendall(raw)
        one.settimeout(10)
        try:
            said = one.recv(65_536)
        except ConnectionResetError:
            said = b""
    assert not said.startswith(b"HTTP/1.1 5"), said[:200]
    assert plain.get(f"http://127.0.0.1:{plain.port}/sign-in").status == 302


def test_a_stream_wants_a_session(plain: Served) -> None:
    assert plain.get(f"http://127.0.0.1:{plain.port}/events/live").status == 401
    assert plain.get(f"http://127.0.0.1:{plain.port}/events/live", Cookie="tipring=guess").status == 401


def test_idle_connections_take_nobody_s_place(plain: Served) -> None:
    idle = [socket.create_connection(("127.0.0.1", plain.port), 10) for _ in range(200)]
    try:
        for one in idle[:100]:
            one.sendall(b"GET / HTTP/1.1\r\nHost: loc")  # and never the rest
        clock = MonotonicClock()
        began_us = clock.now_us()
        assert plain.get(f"http://127.0.0.1:{plain.port}/sign-in").status == 302
        assert clock.now_us() - began_us < 5_000_000
    finally:
        for one in idle:
            one.close()


def test_it_beats_and_ends_in_order(tmp_path: Path) -> None:
    with Served(tmp_path) as there:
        assert last_beat_us(there.places.beat("web"))
    assert there.process.returncode == 0
    assert "Traceback" not in there.log()
