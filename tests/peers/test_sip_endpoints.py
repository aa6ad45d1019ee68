"""Two SIP endpoints in two processes on the loopback: what one leg is given the other hears."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 90
BEFORE, AFTER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")


def party(part: str, *words: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-m", "tests.peers.sip_party", part, *words]
    return subprocess.Popen(
        argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def figures_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, err
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    assert told["troubles"] == []
    return told


class Answering:
    """An endpoint that takes calls until its figures are asked for."""

    def __init__(self, *words: str) -> None:
        self.process = party("answer", *words)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise AssertionError(self.process.communicate()[1])

    def figures(self) -> dict[str, Any]:
        return figures_of(self.process)


@contextmanager
def answering(*words: str) -> Iterator[Answering]:
    there = Answering(*words)
    try:
        yield there
    finally:
        there.process.kill()
        there.process.communicate()


def talk(*words: str, there: tuple[str, ...] = ()) -> tuple[dict[str, Any], dict[str, Any]]:
    """(who called, who answered)"""
    with answering("--rtp", "30000", *there) as other:
        calling = figures_of(party("call", "--target", other.address, *words))
        return calling, other.figures()


def delay_ms(said: dict[str, Any], heard: dict[str, Any]) -> float:
    """From a leg's block given in one process to its sound in a block of the other."""
    return float(heard["onset_us"][0] - said["began_us"]) / 1000


def test_a_tone_arrives_as_loud_as_it_was_and_soon() -> None:
    calling, answered = talk("--seconds", "3")
    assert calling["codec"] == answered["codec"] == "PCMA/8000"
    assert calling["levels_db"] == pytest.approx([0], abs=0.5)
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)
    delay = delay_ms(calling, answered)
    print(f"one way {delay:.1f} ms between blocks; level {answered['levels_db'][0]:+.2f} dB")
    assert 0 < delay < 2000, "stated, not judged: a busy machine adds its own"
    assert answered["causes"] == [16]
    for ended in (calling, answered):  # whoever hung up
        ((packets, lost, jitter_us),) = ended["heard"]
        assert packets > 100 and lost == 0 and 0 <= jitter_us < 1_000_000


@pytest.mark.parametrize("codec", ["PCMU/8000", "G722/16000", "opus/48000"])
def test_every_codec_carries_the_tone(codec: str) -> None:
    calling, answered = talk("--seconds", "2", "--codec", codec, there=("--codec", codec))
    assert answered["codec"] == codec
    assert answered["levels_db"] == pytest.approx([0], abs=1.0)
    assert calling["levels_db"] == pytest.approx([0], abs=1.0)


def test_digits_hold_transfer_and_the_cause_go_across() -> None:
    calling, answered = talk("--seconds", "1", "--exercise", "--cause", "17")
    assert answered["digits"] == [["5", "rtp"], ["7", "info"]]
    assert answered["transfers"] == ["sip:elsewhere@127.0.0.1"]
    assert calling["progress"][-1] == 200
    assert answered["causes"] == [17]


@pytest.mark.parametrize(("status", "cause"), [(486, 17), (404, 1), (302, 127)])
def test_a_refused_call_ends_with_its_status_and_is_not_sent_elsewhere(status: int, cause: int) -> None:
    calling, answered = talk("--seconds", "1", there=("--refuse", str(status)))
    assert (calling["up"], calling["statuses"], calling["causes"]) == (0, [status], [cause])
    assert answered["offered"] == 1


def test_an_attended_transfer_names_the_call_it_replaces() -> None:
    _, answered = talk("--seconds", "1", "--legs", "2", "--attended", there=("--legs", "2"))
    assert "Replaces" in answered["transfers"][0]
    assert answered["replaced"] == [2]
    assert answered["offered"] == 3


def test_who_knows_no_call_can_replace_none() -> None:
    with answering() as there:
        stranger = Stranger(there.address)
        with stranger.socket:
            one = stranger.ask(request("INVITE", "Replaces: 1@x;to-tag=a;from-tag=b"))
            two = stranger.ask(
                request(
                    "INVITE", "Replaces: 1;to-tag=a;from-tag=b", "Replaces: 2;to-tag=a;from-tag=b", number=2
                )
            )
        assert there.figures()["offered"] == 0
    assert one[0].startswith("SIP/2.0 481")
    assert two[0].startswith("SIP/2.0 400")


def test_calls_go_over_tcp_and_tls(tmp_path: Path) -> None:
    calling, answered = talk("--seconds", "3", "--transport", "tcp", there=("--transport", "tcp"))
    assert calling["up"] == 1
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)
    chain, key = certificate(tmp_path)
    words = ("--transport", "tls", "--certificate", str(chain), "--key", str(key))
    calling, answered = talk("--seconds", "3", *words, there=words)
    assert calling["up"] == 1
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)


def test_speech_is_encrypted_over_tls_alone(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    tls = ("--transport", "tls", "--certificate", str(chain), "--key", str(key))
    required = ("--srtp", "required")
    calling, answered = talk("--seconds", "2", *tls, *required, there=(*tls, *required))
    assert calling["levels_db"] == pytest.approx([0], abs=0.5)
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)
    calling, _ = talk("--seconds", "1", *tls, there=(*tls, *required))
    assert calling["up"] == 0, "one that speaks in clear"
    calling, _ = talk("--seconds", "1", there=required)
    assert calling["up"] == 0, "keys would be sent in clear"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Of its own making; nobody checks it here, TLS carries all the same."""
    own = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(name, name, own.public_key(), x509.random_serial_number())
    made = made.not_valid_before(BEFORE).not_valid_after(AFTER)
    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.sign(own, hashes.SHA256()).public_bytes(Encoding.PEM))
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    return chain, key


def request(method: str, *headers: str, number: int = 1, tag: str = "") -> bytes:
    lines = [
        f"{method} sip:100@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP 127.0.0.1:{{port}};branch=z9hG4bK-{method}-{number};rport",
        "Max-Forwards: 70",
        "From: <sip:100@127.0.0.1>;tag=a",
        f"To: <sip:100@127.0.0.1>{tag}",
        f"Call-ID: {method}-{number}",
        f"CSeq: {number} {method}",
        *headers,
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Stranger:
    """Whoever sends datagrams."""

    def __init__(self, address: str) -> None:
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(5)
        self.socket.connect((host, int(port)))
        self.port = str(self.socket.getsockname()[1]).encode()

    def ask(self, text: bytes) -> list[str]:
        """The response; requests that come meanwhile are not answered."""
        self.socket.send(text.replace(b"{port}", self.port))
        while not (got := self.socket.recv(65_536)).startswith(b"SIP/2.0 "):
            pass
        return got.decode().split("\r\n")


SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"


def test_nobody_moves_a_call_without_both_its_tags() -> None:
    with answering() as there:
        caller, stranger = Stranger(there.address), Stranger(there.address)
        with caller.socket, stranger.socket:
            text = request("INVITE", "Contact: <sip:127.0.0.1:{port}>", "Content-Type: application/sdp")
            text = text.replace(b"Content-Length: 0", b"Content-Length: %d" % len(SDP)) + SDP.encode()
            answer = caller.ask(text)
            while not answer[0].startswith("SIP/2.0 200"):
                answer = caller.ask(b"")
            refer = request("REFER", "Refer-To: <sip:0088123@127.0.0.1>").replace(b"REFER-1", b"INVITE-1")
            untagged = stranger.ask(refer)
            guessed = stranger.ask(refer.replace(b"127.0.0.1>\r\nCall", b"127.0.0.1>;tag=guess\r\nCall"))
        figures = there.figures()
    assert untagged[0].startswith("SIP/2.0 403")
    assert guessed[0].startswith("SIP/2.0 481")
    assert figures["transfers"] == []


def test_requests_outside_calls_are_answered_by_python() -> None:
    with answering() as there:
        stranger = Stranger(there.address)
        with stranger.socket:
            challenge = stranger.ask(request("REGISTER", "Contact: <sip:100@127.0.0.1:9>"))
            again = stranger.ask(request("REGISTER", "Contact: <sip:100@127.0.0.1:9>"))
            options = stranger.ask(request("OPTIONS"))
            subscribe = stranger.ask(request("SUBSCRIBE", "Event: dialog"))
            refresh = stranger.ask(request("SUBSCRIBE", "Event: dialog", number=2, tag=";tag=tip-1"))
            unknown = stranger.ask(request("SUBSCRIBE", "Event: dialog", number=3, tag=";tag=other"))
            message = stranger.ask(request("MESSAGE"))
        figures = there.figures()
    assert challenge[0] == "SIP/2.0 401 Unauthorized"
    assert any(line.startswith("WWW-Authenticate: Digest") for line in challenge)
    assert again == challenge
    assert options[0].startswith("SIP/2.0 200")
    assert subscribe[0].startswith("SIP/2.0 202")
    assert any("tag=tip-1" in line for line in subscribe)
    assert refresh[0].startswith("SIP/2.0 202")
    assert unknown[0].startswith("SIP/2.0 481")
    assert message[0].startswith("SIP/2.0 403")
    assert figures["requests"] == ["REGISTER", "REGISTER", "OPTIONS", "SUBSCRIBE", "SUBSCRIBE", "MESSAGE"], (
        "a refusal is remembered by nobody: who repeats himself is refused again"
    )


def test_a_request_of_ours_is_answered_from_outside() -> None:
    with answering() as there:
        stranger = Stranger(there.address)
        with stranger.socket:
            assert stranger.ask(request("SUBSCRIBE", "Event: dialog"))[0].startswith("SIP/2.0 202")
            notify = stranger.socket.recv(65_536).decode().split("\r\n")
            same = [
                line for line in notify if line.partition(":")[0] in {"Via", "From", "To", "Call-ID", "CSeq"}
            ]
            stranger.socket.send("\r\n".join(["SIP/2.0 200 OK", *same, "Content-Length: 0", "", ""]).encode())
            stranger.ask(request("OPTIONS"))
        figures = there.figures()
    assert notify[0].startswith("NOTIFY sip:100@127.0.0.1")
    assert {"From: <sip:100@127.0.0.1>;tag=tip-1", "To: <sip:100@127.0.0.1>;tag=a", "CSeq: 7 NOTIFY"} <= set(
        notify
    )
    assert notify[-1] == "<dialog-info/>"
    assert figures["answers"] == [200]


def test_more_requests_than_there_is_room_for_are_refused_for_now() -> None:
    with answering("--requests", "2", "--mute") as there:
        stranger = Stranger(there.address)
        with stranger.socket:
            for number in (1, 2, 2, 2):
                stranger.socket.send(request("OPTIONS", number=number).replace(b"{port}", stranger.port))
            refused = stranger.ask(request("OPTIONS", number=3))
        assert there.figures()["requests"] == ["OPTIONS", "OPTIONS"]
    assert refused[0].startswith("SIP/2.0 503")
    assert "Retry-After: 5" in refused


def test_calls_outlive_a_box_that_stands_still() -> None:
    calling, answered = talk("--seconds", "1", "--stall", "25")
    assert calling["up"] == 1
    assert calling["alone"] >= 20
    assert calling["skipped"] == 0
    assert answered["levels_db"] == pytest.approx([0], abs=0.5)


def test_another_thread_ends_the_wait() -> None:
    assert figures_of(party("woken"))["offered"] == 0


def test_garbage_is_counted_by_source_and_the_endpoint_serves_on() -> None:
    with answering() as there:
        stranger = Stranger(there.address)
        with stranger.socket:
            for _ in range(3):
                stranger.socket.send(b"this is no SIP, however long it may be made\r\n\r\n")
            stranger.socket.send(b"\r\n" * 20)
            stranger.socket.send(b"INVITE sip:x@127.0.0.1 SIP/2.0\r\nVia: broken\r\n\r\n")
            torn = b"OPTIONS sip:x@127.0.0.1 SIP/2.0\r\nMax-Forwards: 70\r\n\r\n"
            assert stranger.ask(torn)[0].startswith("SIP/2.0 400")
            assert stranger.ask(request("OPTIONS"))[0].startswith("SIP/2.0 200")
        drops = there.figures()["drops"]
    assert {source for source, _, _ in drops} == {"127.0.0.1"}
    assert sum(count for _, _, count in drops) == 6
    assert len({reason for _, reason, _ in drops}) == 3


@pytest.mark.slow
def test_sixty_calls_at_once() -> None:
    words = ("--legs", "60")
    calling, answered = talk("--seconds", "10", *words, there=words)
    assert calling["up"] == 60
    assert calling["threads"] < 10, "no thread a call"
    assert len(answered["levels_db"]) == 60
    assert answered["levels_db"] == pytest.approx([0] * 60, abs=0.5)
    print(
        f"60 calls: {calling['cpu_share']:.1%} of a core with Python's tick, {calling['cpu_share'] / 60:.3%} a leg; "
        f"turn {calling['turn_us']:.0f} us, at most {calling['turn_us_most']} us; "
        f"{calling['skipped']} blocks skipped; {calling['memory_kb'] // 1024} MB"
    )


def test_a_process_that_ends_without_stopping_ends_in_order() -> None:
    program = (
        "from drivers.sip.endpoint import Endpoint\n"
        "from drivers.sip.settings import Settings, Transport, TransportKind\n"
        "box = Endpoint(Settings(transports=(Transport(TransportKind.UDP, '127.0.0.1', 0),), legs=2))\n"
        "box.start()\n"
        "for _ in range(4): box.step(10)\n"
        "raise SystemExit(7)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, timeout=60, check=False)
    assert done.returncode == 7
