"""Bans, budgets, connections."""

from __future__ import annotations

import pytest

from firmware.config.schema import Sip
from firmware.sip.guard import KEPT, STRANGERS, WITHIN_US, Bans, Budgets, Guard, address_of, source_key

SECOND = 1_000_000
ATTACKER = "192.168.1.66"
OFFICE = "192.168.1.50"
"""Telephones are registered from here."""


def guard_of(settings: Sip = Sip(), *, port: int = 5060) -> Guard:  # noqa: B008 - never changed
    return Guard(
        settings,
        lambda source: source == OFFICE,
        lambda number, source, at: number in ("", "201") and (source, at) == (OFFICE, port),
    )


def test_so_many_wrong_log_ins_ban_an_address_for_a_time() -> None:
    guard = guard_of()
    for _ in range(9):
        guard.failed(ATTACKER, 5060, "201", 0)
    assert guard.admits(ATTACKER, 0)
    guard.failed(ATTACKER, 5070, "999", 0)
    assert not guard.admits(ATTACKER, 0)
    assert guard.banned(0) == {ATTACKER: 3600 * SECOND}
    assert not guard.admits(ATTACKER, 3600 * SECOND - 1)
    assert guard.admits(ATTACKER, 3600 * SECOND)
    assert guard.counts.bans == 1


def test_slips_of_a_hand_over_a_day_ban_nobody() -> None:
    guard = guard_of()
    for turn in range(100):
        guard.failed(ATTACKER, 5060, "201", turn * WITHIN_US // 9)
    assert guard.admits(ATTACKER, 12 * WITHIN_US)


def test_a_person_can_forgive() -> None:
    guard = guard_of()
    for _ in range(10):
        guard.failed(ATTACKER, 5060, "201", 0)
    guard.lift(ATTACKER)
    assert guard.admits(ATTACKER, 0)


def test_an_address_with_telephones_is_never_banned_but_a_name_there_is_no_longer_checked() -> None:
    guard = guard_of()
    for _ in range(1000):
        guard.failed(OFFICE, 9999, "202", 0)
    assert guard.admits(OFFICE, 0)
    assert not guard.checks(OFFICE, 9999, "202", 0)
    assert guard.checks(OFFICE, 9999, "203", 0)
    assert guard.checks(ATTACKER, 9999, "202", 0)
    assert guard.checks(OFFICE, 9999, "202", 3600 * SECOND)


def test_a_telephone_is_listened_to_whoever_guesses_in_its_name_beside_it() -> None:
    guard = guard_of()
    for _ in range(20):
        guard.failed(OFFICE, 9999, "201", 0)
    assert not guard.checks(OFFICE, 9999, "201", 0)
    assert guard.checks(OFFICE, 5060, "201", 0)


def test_a_telephone_that_registers_after_a_ban_of_its_address_is_heard() -> None:
    friends: set[str] = set()
    guard = Guard(Sip(), friends.__contains__)
    for _ in range(10):
        guard.failed(ATTACKER, 5060, "201", 0)
    assert not guard.admits(ATTACKER, 0)
    friends.add(ATTACKER)
    assert guard.admits(ATTACKER, 0)


def banned_by_forged_datagrams(guard: Guard) -> bool:
    """Whoever can forge an address has it fail as often as he likes."""
    for turn in range(200):
        guard.failed(OFFICE, turn, f"{turn % 30}", turn)
    return not guard.admits(OFFICE, 10 * SECOND)


class BansAnybody(Guard):
    def failed(self, source: str, port: int, name: str, now_us: int) -> None:
        self._bans.failed(source_key(source), now_us)

    def admits(self, source: str, now_us: int, port: int = 0) -> bool:
        return not self._bans.stands(source_key(source), now_us)


def test_forged_datagrams_ban_no_telephone() -> None:
    assert not banned_by_forged_datagrams(guard_of())
    assert banned_by_forged_datagrams(BansAnybody(Sip(), lambda source: source == OFFICE)), (
        "the planted fault shows"
    )


def test_a_budget_is_a_seconds_worth_at_once_and_then_as_it_fills() -> None:
    guard = guard_of(Sip(requests_a_second=50))
    assert [guard.admits(ATTACKER, 0) for _ in range(60)].count(True) == 50
    assert [guard.admits(ATTACKER, SECOND // 10) for _ in range(60)].count(True) == 5
    assert guard.counts.over_budget == 65
    sent = [guard.admits(ATTACKER, SECOND + turn * SECOND // 1000) for turn in range(10_000)]
    assert 500 <= sent.count(True) <= 550


def test_what_one_sends_too_much_takes_nothing_from_another() -> None:
    guard = guard_of(Sip(requests_a_second=50))
    for _ in range(1000):
        guard.admits(ATTACKER, 0)
    assert guard.admits(OFFICE, 0)
    assert guard.admits("192.168.1.67", 0)


def test_a_flood_from_a_telephones_own_address_takes_nothing_from_it() -> None:
    guard = guard_of(Sip(requests_a_second=50))
    assert [guard.admits(OFFICE, 0, 9999) for _ in range(1000)].count(True) == 200
    assert [guard.admits(OFFICE, 0, 5060) for _ in range(1000)].count(True) == 50


def test_a_flood_from_everywhere_takes_nothing_from_telephones() -> None:
    guard = guard_of(Sip(requests_a_second=50))
    admitted = {True: 0, False: 0}
    for number in range(20_000):
        for local, source in (
            (True, f"10.0.{number // 250}.{number % 250}"),
            (False, f"7.0.{number // 250}.{number % 250}"),
        ):
            admitted[local] += guard.admits(source, 0)
    assert admitted == {True: STRANGERS * 50, False: 0}
    assert guard.counts.outside == 20_000
    assert guard.admits(OFFICE, 0)


def test_the_whole_of_an_ipv6_subscriber_is_one_source() -> None:
    assert source_key("2001:db8:1:2::3") == source_key("2001:db8:1:2:ffff::4") == "2001:db8:1:2::/64"
    assert source_key("2001:db8:1:3::3") != source_key("2001:db8:1:2::3")
    assert source_key("::ffff:192.168.1.66") == source_key("192.168.1.66") == "192.168.1.66"
    assert source_key("[fe80::1%eth0]") == "fe80::/64"
    guard = guard_of()
    for number in range(10):
        guard.failed(f"fd00:1:1:2::{number}", 5060, "201", 0)
    assert not guard.admits("fd00:1:1:2:abcd::1", 0)
    assert guard.admits("fd00:1:1:3::1", 0)


@pytest.mark.parametrize(
    ("source", "local"),
    [
        ("192.168.7.7", True), ("127.0.0.1", True), ("10.255.255.255", True), ("172.31.0.1", True), ("fd12::1", True),
        ("::ffff:10.0.0.1", True), ("172.32.0.1", False), ("198.51.100.1", False), ("2001:db8::1", False),
        ("", False), ("junk", False), ("1.2.3", False), ("192.168.1.1.evil", False),
    ],
)  # fmt: skip
def test_who_is_local(source: str, local: bool) -> None:
    assert guard_of().is_local(source) is local


def test_the_configuration_says_who_is_local() -> None:
    guard = guard_of(Sip(local=("192.0.2.0/24",)))
    assert guard.is_local("192.0.2.9")
    assert not guard.is_local("127.0.0.1")


def test_a_source_may_hold_so_many_connections() -> None:
    guard = guard_of(Sip(connections=3))
    assert [guard.connected(ATTACKER) for _ in range(5)] == [True, True, True, False, False]
    assert guard.connected(OFFICE)
    guard.disconnected(ATTACKER)
    assert guard.connected(ATTACKER)
    assert not guard.connected(ATTACKER)
    assert guard.counts.connections_refused == 3
    for _ in range(3):
        guard.disconnected(ATTACKER)
    guard.disconnected(ATTACKER)
    guard.disconnected(OFFICE)
    assert len(guard) == 0


def test_a_million_sources_take_no_more_room_than_some() -> None:
    bans, budgets = Bans(3, SECOND), Budgets(50)
    for number in range(1_000_000):
        key = f"{number:x}"
        budgets.take(key, number)
        if number % 4 == 0:
            bans.failed(key, number)
    assert (len(bans), len(budgets)) == (KEPT, KEPT)


def test_sources_that_fail_and_are_banned_take_no_more_room_than_some() -> None:
    guard = guard_of(Sip(requests_a_second=10_000, ban_after=3))
    for number in range(3 * KEPT):
        source = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        guard.admits(source, number)
        for _ in range(number % 4):
            guard.failed(source, 5060, f"{number}", number)
    assert KEPT < len(guard) <= 4 * KEPT
    assert len(guard.banned(3 * KEPT)) < KEPT


def test_names_are_never_kept_whole() -> None:
    guard = guard_of()
    for number in range(50):
        guard.failed(OFFICE, 1, f"{number}" + "x" * 100_000, 0)
    kept = "".join(guard._bans._failures)
    assert len(kept) < 50 * 200


def test_those_heard_of_longest_ago_are_forgotten_first() -> None:
    bans, budgets = Bans(2, SECOND), Budgets(10)
    for number in range(KEPT + 1):
        bans.failed(f"{number}", 0)
        budgets.take(f"{number}", 0)
    assert (len(bans), len(budgets)) == (KEPT, KEPT)
    assert bans.failed(f"{KEPT}", 0)
    assert not bans.failed("0", 0)


def test_an_address_is_read_or_none() -> None:
    assert address_of("no") is None
    assert str(address_of("[::1]")) == "::1"
