"""Spoiled messages do not end the SIP process, make it stand still or grow; nor does what has felled others."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

from tests.peers import mutation
from tests.peers.sip_caller import SDP, Caller, header_of, status_of
from tests.peers.sip_mutants import Broken, Mutants
from tests.peers.sip_target import BareTarget, Target, a_target, prove_alive

SAMPLE = 40_000
TRIGGERS = 60
OVERFLOWS = (0, -1, 1, 65_535, 65_536, 2_147_483_647, 2_147_483_648, 4_294_967_295, 4_294_967_296, 10**20)


@pytest.fixture
def target() -> Iterator[Target]:
    with a_target("--quick-timers") as one:
        yield one


def test_a_sample_of_spoiled_messages_leaves_it_sound(target: Target) -> None:
    mutants = Mutants(target, seed=2026)
    try:
        report = mutants.run(SAMPLE)
    finally:
        mutants.close()
    assert report.calls > 20, "calls with odd descriptions were answered too"
    assert target.figures().get("troubles", []) == []


@pytest.mark.parametrize("fault", ["crash", "hang", "leak", "handles"])
def test_a_planted_fault_is_found(fault: str) -> None:
    target = BareTarget("--quick-timers", "--fault", fault)
    mutants = Mutants(target, seed=1)
    try:
        with pytest.raises(Broken):
            mutants.run(SAMPLE)
    finally:
        mutants.close()
        target.stop()


def test_the_same_seed_spoils_alike() -> None:
    one, other = (
        [mutation.spoiled(Random(7), b"A: 1\r\nB: 2\r\n\r\nv=0\r\n") for _ in range(3)] for _ in range(2)
    )
    assert one == other


def test_every_mutator_takes_anything() -> None:
    rng = Random(3)
    for text in (b"", b"x", b"\r\n\r\n", b"A: 1\r\nl: 3\r\n\r\nv=0", *mutation.TORTURE):
        for mutator in mutation.MUTATORS:
            assert isinstance(mutator(rng, text), bytes)


@pytest.mark.parametrize("event", ["presence", "refer", "dialog", "message-summary", "nothing"])
def test_a_subscription_that_expires_at_once_fells_nobody(target: Target, event: str) -> None:
    """CVE-2026-28799: use after free on SUBSCRIBE with Expires 0."""
    host, port = target.address("udp")
    uri = f"sip:alive@{host}:{port}"
    with Caller((host, port)) as caller:
        for number in range(TRIGGERS):
            call_id = f"expires-{event}-{number // 3}"
            for to in ("", f"<{uri}>;tag=tip-1"):
                text = caller.request(
                    "SUBSCRIBE", uri, f"Event: {event}", "Expires: 0", call_id=call_id, to=to, cseq=number + 1
                )
                caller.send(text)
                assert status_of(caller.final(call_id, number + 1)) >= 200
    prove_alive(target)


def test_a_subscription_within_a_call_that_expires_at_once_fells_nobody(target: Target) -> None:
    host, port = target.address("udp")
    uri = f"sip:alive@{host}:{port}"
    with Caller((host, port)) as caller:
        invite = caller.request("INVITE", uri, "Content-Type: application/sdp", body=SDP.format(port=9))
        call_id = header_of(invite, "Call-ID")
        caller.send(invite)
        to = header_of(caller.final(call_id, 1), "To")
        caller.send(caller.request("ACK", uri, to=to, call_id=call_id))
        for cseq, method in enumerate(("REFER", "SUBSCRIBE", "SUBSCRIBE", "NOTIFY", "BYE"), start=2):
            headers = (
                "Event: refer",
                "Expires: 0",
                "Refer-To: <sip:x@127.0.0.1>",
                "Subscription-State: terminated",
            )
            caller.send(caller.request(method, uri, *headers, to=to, call_id=call_id, cseq=cseq))
            assert status_of(caller.final(call_id, cseq)) >= 200
    prove_alive(target)


@pytest.mark.parametrize(
    "line", ["a=ptime:{}", "a=maxptime:{}", "a=rtpmap:8 PCMA/{}", "a=rtpmap:8 PCMA/8000/{}"]
)
def test_a_description_with_any_packet_time_or_rate_fells_nobody(target: Target, line: str) -> None:
    """CVE-2026-41416: overflow by ptime in SDP; and its neighbours."""
    host, port = target.address("udp")
    uri = f"sip:alive@{host}:{port}"
    with Caller((host, port)) as caller:
        for value in OVERFLOWS:
            body = SDP.format(port=9) + line.format(value) + "\r\n"
            invite = caller.request("INVITE", uri, "Content-Type: application/sdp", body=body)
            call_id = header_of(invite, "Call-ID")
            caller.send(invite)
            answer = caller.final(call_id, 1)
            to = header_of(answer, "To")
            caller.send(caller.request("ACK", uri, to=to, call_id=call_id))
            if status_of(answer) == 200:
                caller.send(caller.request("BYE", uri, to=to, call_id=call_id, cseq=2))
                assert status_of(caller.final(call_id, 2)) == 200
    prove_alive(target)
