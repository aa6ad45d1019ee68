"""SAFETY.md W9: whatever a look-up's address is and whatever its name leads to, nothing inside is reached."""

from __future__ import annotations

import http.server
import json
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from firmware.config.schema import Jobs, Lookup
from firmware.jobs import addresses, pinned
from firmware.jobs import http as look
from firmware.jobs.addresses import checked, may_reach, networks_of
from firmware.jobs.answers import Failed, taken
from firmware.jobs.urls import filled, joined, place_of

INSIDE = (
    *("127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
    *("100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1"),
    *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"),
    *("2002:7f00:1::", "2002:a00:1::1", "2001:0:7f00:1::1", "not an address", ""),
)


@pytest.mark.parametrize("address", INSIDE)
def test_nothing_inside_may_be_reached(address: str) -> None:
    assert not may_reach(address, ())


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111"])
def test_what_is_public_may(address: str) -> None:
    assert may_reach(address, ())


def test_a_network_the_admin_named_may() -> None:
    allowed = networks_of(["192.168.10.0/24", "fd00:1::/32"])
    assert may_reach("192.168.10.7", allowed)
    assert may_reach("fd00:1::7", allowed)
    assert not may_reach("192.168.11.7", allowed)
    assert not may_reach("127.0.0.1", allowed)


def test_one_address_inside_refuses_the_name() -> None:
    with pytest.raises(Failed, match="address-not-allowed"):
        checked("both.example", 443, (), lambda *_: ["8.8.8.8", "10.0.0.1"])
    with pytest.raises(Failed, match="no-such-host"):
        checked("nowhere.example", 443, (), lambda *_: [])


@pytest.mark.parametrize(
    "host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.0.0.1.", "localhost"]
)
def test_other_ways_to_write_loopback_lead_to_the_same_address(host: str) -> None:
    with pytest.raises(Failed):
        checked(host, 80, ())


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "scheme-not-allowed"),
        ("file:///etc/passwd", "scheme-not-allowed"),
        ("gopher://example.org/", "scheme-not-allowed"),
        ("//example.org/", "scheme-not-allowed"),
        ("https://user@example.org/", "address-with-password"),
        ("https://user:word@example.org/", "address-with-password"),
        ("https://example.org:22/", "port-not-allowed"),
        ("https://example.org:99999/", "bad-address"),
        ("https:///path", "bad-address"),
        ("https://exa mple.org/", "bad-address"),
        ("https://example.org/\r\nHost: evil", "bad-address"),
        ("https://example.org\\@evil.org/", "bad-address"),
        ("https://münchen.example/", "bad-address"),
        ("https://[::1/", "bad-address"),
        ("https://exämple.org/" + "x" * 3000, "bad-address"),
    ],
)
def test_addresses_that_are_refused(url: str, reason: str) -> None:
    with pytest.raises(Failed, match=reason):
        place_of(url, ("https",), (443, 80))


def test_a_value_is_one_piece_of_an_address_and_never_a_way() -> None:
    url, others = filled(
        "https://crm.example/c/{number}?q={text}", {"number": "+86/../x", "text": "a&b=#", "z": "1"}
    )
    assert url == "https://crm.example/c/%2B86%2F..%2Fx?q=a%26b%3D%23"
    assert others == {"z": "1"}
    for template, value in (
        ("https://{host}/", "evil"),
        ("https://a.example/{host}", ".."),
        ("https://a/{x}", ""),
    ):
        with pytest.raises(Failed, match="bad-parameter"):
            filled(template, {"host": value})


def test_redirects_are_joined_like_any_browser_would() -> None:
    assert joined("https://a.example/b/c", "/d") == "https://a.example/d"
    assert joined("https://a.example/b", "//evil.example/") == "https://evil.example/"


def test_values_of_an_answer_are_short_and_plain() -> None:
    answer = {"a": {"b": [True, 2.5, "x\n\x00" + "y" * 999]}, "n": None, "o": {}}
    take = {"t": "a.b.0", "f": "a.b.1", "s": "a.b.2", "n": "n", "o": "o", "gone": "a.x.y", "far": "a.b.9"}
    assert taken(answer, take) == {"t": "true", "f": "2.5", "s": "x" + "y" * 199}
    assert taken([1], {"all": "", "one": "0"}) == {"one": "1"}


# -- against a server of our own --------------------------------------------------------------------


class Served:
    """A web server on loopback that counts who comes."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        served = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                served.requests.append((self.command, self.path, dict(self.headers), body))
                status, headers, data = served.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815 - the library's name

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Nothing."""

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def served() -> Iterator[Served]:
    one = Served()
    yield one
    one.close()


def ask(
    served: Served,
    path: str = "/c/{number}",
    *,
    networks: tuple[str, ...] = ("127.0.0.1/32",),
    resolve: addresses.Resolve = lambda _host, _port: ["127.0.0.1"],
    **keys: Any,
) -> Any:
    keys = {"id": "crm", "kind": "http", "take": {"name": "name"}} | keys
    lookup = Lookup(url=f"http://crm.example:{served.port}{path}", **keys)
    rules = Jobs(networks=networks, schemes=("https", "http"), ports=(443, served.port), answer_kb=1)
    held: list[socket.socket] = []
    asked = look.Asked(lookup, {"number": "86138"}, rules, "word", lambda: 5.0, held.append, resolve)
    return look.look_up(asked)


def test_an_answer_is_read(served: Served) -> None:
    served.answers["/c/86138"] = (200, {}, json.dumps({"name": "李"}).encode())
    assert ask(served).values == {"name": "李"}
    method, _, headers, _ = served.requests[0]
    assert (method, headers["Host"], headers["Authorization"]) == (
        "GET",
        f"crm.example:{served.port}",
        "Bearer word",
    )


def test_parameters_the_address_does_not_name_are_the_body_of_a_post(served: Served) -> None:
    served.answers["/new"] = (200, {}, b'{"name": "x"}')
    assert ask(served, "/new", method="POST").values == {"name": "x"}
    assert json.loads(served.requests[0][3]) == {"number": "86138"}


def test_nobody_is_no_failure(served: Served) -> None:
    answer = ask(served)
    assert (answer.result, answer.values) == ("done", {})


@pytest.mark.parametrize(
    ("status", "data", "reason"),
    [
        (500, b"", "status-500"),
        (200, b"<html>", "no-json"),
        (200, b"[" * 900, "no-json"),
        (200, b'"' + b"x" * 2000 + b'"', "answer-too-long"),
    ],
)
def test_bad_answers_fail(served: Served, status: int, data: bytes, reason: str) -> None:
    served.answers["/c/86138"] = (status, {}, data)
    with pytest.raises(Failed, match=reason):
        ask(served)


def test_nothing_connects_to_loopback_that_the_admin_did_not_name(served: Served) -> None:
    with pytest.raises(Failed, match="address-not-allowed"):
        ask(served, networks=())
    assert served.requests == []


def test_a_name_that_leads_elsewhere_the_second_time_is_asked_once(served: Served) -> None:
    """DNS rebinding: first a public address, then loopback. The address that was checked is connected to."""
    answers = iter((["203.0.113.9"], ["127.0.0.1"]))
    asked: list[str] = []

    def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with pytest.raises((Failed, OSError)):
        ask(served, networks=(), resolve=resolve)
    assert asked == ["crm.example"]
    assert served.requests == []


@pytest.mark.parametrize(
    "to", ["http://127.0.0.1:{port}/canary", "http://169.254.169.254/", "http://[::1]:{port}/canary"]
)
def test_a_redirect_is_held_against_the_same_rules(
    served: Served, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first place is allowed under another name; where it leads is not."""
    location = to.format(port=served.port)
    served.answers["/c/86138"] = (302, {"Location": location}, b"")
    monkeypatch.setattr(
        look,
        "checked",
        lambda host, port, allowed, resolve: (
            "127.0.0.1" if host == "crm.example" else checked(host, port, ())
        ),
    )
    with pytest.raises(Failed, match="not-allowed"):
        ask(served)
    assert [path for _, path, _, _ in served.requests] == ["/c/86138"]


def test_planted_fault_redirects_that_nobody_checks_reach_the_canary(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.answers["/c/86138"] = (302, {"Location": f"http://127.0.0.1:{served.port}/canary"}, b"")
    monkeypatch.setattr(look, "checked", lambda *_: "127.0.0.1")
    ask(served)
    assert [path for _, path, _, _ in served.requests] == ["/c/86138", "/canary"]


def test_planted_fault_a_wrong_list_of_what_is_public(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(addresses, "_is_public", lambda _address: True)
    monkeypatch.setattr(pinned, "named", lambda *_: True)
    ask(served, networks=())
    assert len(served.requests) == 1


def test_redirects_end_and_take_no_token_elsewhere(served: Served) -> None:
    served.answers["/c/86138"] = (302, {"Location": "/c/86138"}, b"")
    with pytest.raises(Failed, match="too-many-redirects"):
        ask(served)
    assert len(served.requests) == look.MOST_REDIRECTS + 1
    served.requests.clear()
    served.answers["/c/86138"] = (302, {"Location": f"http://other.example:{served.port}/there"}, b"")
    served.answers["/there"] = (200, {}, b'{"name": "x"}')
    assert ask(served).values == {"name": "x"}
    assert ["Authorization" in headers for _, _, headers, _ in served.requests] == [True, False]


def test_a_post_is_never_sent_on(served: Served) -> None:
    served.answers["/new"] = (307, {"Location": "/there"}, b"")
    with pytest.raises(Failed, match="redirect-not-allowed"):
        ask(served, "/new", method="POST")
