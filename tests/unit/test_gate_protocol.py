"""Packets, logins, rights, limits: the gate as a program that may or may not come in sees it."""

from __future__ import annotations

import hashlib

import pytest
from msgspec import structs

from firmware.gate.actions import ACTIONS
from firmware.gate.limits import SECOND_US, Bucket, WrongSecrets
from firmware.gate.packets import LONGEST_LINE, MOST_LINES, Packets, encode
from firmware.gate.session import (
    LEAVES_WITHIN_US,
    LOGIN_WITHIN_US,
    MOST_WRONG,
    STRANGER_BYTES,
    STRANGER_UNREAD_BYTES,
    WAITING_BYTES,
)
from tests.unit.gate_rig import GateRig, Program, gated, secret, token


@pytest.fixture
def rig() -> GateRig:
    return GateRig()


def test_packets_are_cut_wherever_the_socket_cuts() -> None:
    text = b"Action: Ping\r\nActionID: 7\r\n\r\nAction: Status\n\n"
    whole = Packets().receive(text)
    bytewise = Packets()
    assert [one for byte in text for one in bytewise.receive(bytes([byte]))] == whole
    assert [one.action for one in whole] == ["ping", "status"]
    assert whole[0].get("actionid") == "7"


@pytest.mark.parametrize("text", [b"x" * (LONGEST_LINE + 2), b"a: b\r\n" * (MOST_LINES + 1), b"a\0b\r\n\r\n"])
def test_what_cannot_be_a_packet_breaks_the_connection(text: bytes) -> None:
    packets = Packets()
    packets.receive(text)
    assert packets.broken
    assert packets.receive(b"Action: Ping\r\n\r\n") == []


def test_a_callers_name_cannot_begin_a_line() -> None:
    assert encode((("CallerIDName", "x\r\nEvent: Forged\r\n\r\n"),)).count(b"\r\n") == 2


def test_a_secret_or_its_md5_answer_lets_in(rig: GateRig) -> None:
    assert rig.program("all").session.token is not None
    md5 = rig.connect()
    (row,) = md5.does("Challenge", AuthType="MD5")
    key = hashlib.md5((row["Challenge"] + secret("wall")).encode()).hexdigest()
    answer, booted = md5.does("Login", AuthType="MD5", Username="wall", Key=key)
    assert (answer["Message"], booted["Event"]) == ("Authentication accepted", "FullyBooted")


def test_an_md5_answer_counts_once_and_only_after_a_challenge(rig: GateRig) -> None:
    program = rig.connect()
    key = hashlib.md5(("challenge1" + secret("wall")).encode()).hexdigest()
    assert program.does("Login", AuthType="MD5", Username="wall", Key=key)[0]["Response"] == "Error"


@pytest.mark.parametrize("name", [one.name for one in ACTIONS.values() if one.right])
def test_without_a_login_nothing_can_be_done(rig: GateRig, name: str) -> None:
    (row,) = rig.connect().does(name, Interface="Agent/801", Channel="Tipring/801", Exten="802")
    assert (row["Response"], row["Message"]) == ("Error", "Permission denied")
    assert rig.orders == []


@pytest.mark.parametrize(
    "name", [one.name for one in ACTIONS.values() if one.right in ("originate", "queue")]
)
def test_who_may_look_orders_nothing(rig: GateRig, name: str) -> None:
    (row,) = rig.program("wall").does(name, Interface="Agent/801", Channel="Tipring/801", Exten="802")
    assert row["Message"] == "Permission denied"
    assert rig.orders == []


def test_who_may_not_look_is_told_no_events(rig: GateRig) -> None:
    deaf = rig.program("deaf")
    rig.box.to_queue("L1")
    assert deaf.hears() == []


@pytest.mark.parametrize(
    "action", ["Command", "DBPut", "UpdateConfig", "AGI", "UserEvent", "ModuleLoad", "Setvar"]
)
def test_there_is_no_raw_command(rig: GateRig, action: str) -> None:
    (row,) = rig.program().does(action, Command="core show channels")
    assert row["Response"] == "Error"
    assert action.lower() not in ACTIONS


def test_wrong_secrets_are_slowed_and_their_connection_closed(rig: GateRig) -> None:
    program = rig.connect()
    for _ in range(MOST_WRONG):
        assert program.does("Login", Username="all", Secret="guess")[0]["Message"] == "Authentication failed"
    assert program.session.closing
    for _ in range(WrongSecrets.TRIES - MOST_WRONG):
        rig.connect().does("Login", Username="all", Secret="guess")
    (row,) = rig.connect().does("Login", Username="all", Secret=secret("all"))
    assert row["Message"] == "Too many wrong secrets, try later"
    assert rig.program("wall").session.token is not None, "another token's name is another matter"
    rig.box.now_us += WrongSecrets.EVERY_US
    assert rig.program("all").session.token is not None


def test_refused_logins_and_who_is_in_are_figures(rig: GateRig) -> None:
    rig.program()
    for _ in range(WrongSecrets.TRIES + 1):
        rig.connect().does("Login", Username="all", Secret="guess")
    told = rig.hub.figures(7, listening=True)
    assert (told.clients, told.connections, told.logins) == (1, WrongSecrets.TRIES + 2, 1)
    assert (told.refused_logins, told.last_refused_us) == (WrongSecrets.TRIES + 1, rig.box.now_us)


def test_guessing_names_fills_one_bucket_only(rig: GateRig) -> None:
    for number in range(100):
        rig.connect().does("Login", Username=f"n{number}", Secret="guess")
    assert len(rig.hub.wrong._buckets) == 1


def test_a_login_that_does_not_come_ends_the_connection(rig: GateRig) -> None:
    program = rig.connect()
    program.session.proceed(rig.box.now_us + LOGIN_WITHIN_US - 1)
    assert not program.session.closing
    program.session.proceed(rig.box.now_us + LOGIN_WITHIN_US)
    assert program.session.closing


def test_a_flood_of_actions_waits_and_then_ends_the_connection(rig: GateRig) -> None:
    program = rig.program()
    answers = program.sends(b"Action: Ping\r\n\r\n" * 150)
    assert 90 <= len(answers) <= 101
    program.session.proceed(rig.box.now_us + SECOND_US)
    assert 45 <= len(program.hears()) <= 51
    program.sends(b"Action: Ping\r\n\r\n" * 1000)
    assert program.session.closing


def test_a_token_that_is_taken_away_is_let_go(rig: GateRig) -> None:
    program, other = rig.program("all"), rig.program("wall")
    rig.hub.use(
        structs.replace(rig.config, gate=structs.replace(rig.config.gate, tokens=(token("wall", "read"),)))
    )
    assert (program.session.closing, other.session.closing) == (True, False)


def test_a_token_that_is_taken_away_is_told_nothing_more(rig: GateRig) -> None:
    program, other = rig.program("all"), rig.program("wall")
    program.session.out += b"not read yet"
    rig.hub.use(
        structs.replace(rig.config, gate=structs.replace(rig.config.gate, tokens=(token("wall", "read"),)))
    )
    rig.box.ring("L1")
    assert other.names()
    assert bytes(program.session.out) == b"not read yet"


def test_who_is_let_go_has_some_seconds_to_read(rig: GateRig) -> None:
    session = rig.program().session
    session.closing = True
    session.proceed(rig.box.now_us)
    assert session.wait_us(rig.box.now_us) == LEAVES_WITHIN_US
    session.proceed(rig.box.now_us + LEAVES_WITHIN_US - 1)
    assert not session.lost
    session.proceed(rig.box.now_us + LEAVES_WITHIN_US)
    assert session.lost


PACKET = b"Action: Ping\r\n" + (b"X: " + b"x" * 500 + b"\r\n") * 4 + b"\r\n"


def parked(rig: GateRig, program: Program) -> int:
    """How much it could send before it was turned away, all its turns being taken."""
    program.sends(b"Action: Ping\r\n\r\n" * 100)
    sent = 0
    while not program.session.closing and sent < 2 * WAITING_BYTES:
        program.sends(PACKET)
        sent += len(PACKET)
    return sent


def test_little_waits_of_a_stranger_and_more_of_a_program(rig: GateRig) -> None:
    assert parked(rig, rig.connect()) <= STRANGER_BYTES + 2 * len(PACKET)
    assert 50_000 < parked(rig, rig.program()) <= 1.1 * WAITING_BYTES


def test_a_strangers_packet_that_never_ends_is_not_kept(rig: GateRig) -> None:
    stranger = rig.connect()
    stranger.sends((b"X: " + b"x" * 1000 + b"\r\n") * 5)
    assert stranger.session.closing


def test_a_stranger_leaves_little_unread(rig: GateRig) -> None:
    stranger, program = rig.connect().session, rig.program().session
    for session in (stranger, program):
        session.out += b"x" * (STRANGER_UNREAD_BYTES + 1)
    assert (stranger.lost, program.lost) == (True, False)


def test_a_bucket_gives_its_size_at_once_and_then_by_time() -> None:
    bucket = Bucket(3, 10)
    assert [bucket.take(100) for _ in range(4)] == [True, True, True, False]
    assert [bucket.take(at) for at in (109, 110, 111, 120)] == [False, True, False, True]
    assert [bucket.take(1000) for _ in range(4)] == [True, True, True, False]


def test_commands_and_events_are_said_in_the_programs_words(rig: GateRig) -> None:
    program = rig.program()
    (listed,) = program.does("ListCommands", ActionID="9")
    assert {one.name for one in ACTIONS.values()} <= set(listed)
    assert listed["ActionID"] == "9"
    (row,) = program.does("Events", EventMask="off")
    assert row["Events"] == "Off"
    rig.box.to_queue("L1")
    assert program.hears() == []
    program.does("Events", EventMask="agent")
    rig.box.leave("L1")
    names = program.names()
    assert "QueueCallerAbandon" in names
    assert "Hangup" not in names


def test_no_originates_are_allowed_when_none_a_minute_are() -> None:
    rig = GateRig(gated(originate_per_minute=0))
    (row,) = rig.program().does("Originate", Channel="Tipring/804", Exten="802")
    assert row["Response"] == "Error"
