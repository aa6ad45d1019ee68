"""Contacts of extensions, and the files that keep them."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from firmware.sip.addresses import parse_uri
from firmware.sip.bindings import OUT_OF_ORDER_US, Bindings, Contact, OutOfOrder, reach_of
from firmware.sip.bindings_file import DISK_US, MEMORY_US, NAME, Keeper, decode, encode, load
from firmware.store.disk import Disk

SECOND = 1_000_000
HOUR = 3600 * SECOND


def contact(uri: str = "sip:201@192.168.1.50:5060", at_us: int = 0, **changes: object) -> Contact:
    one = Contact("201", uri, uri, "192.168.1.50", 5060, "udp", at_us + HOUR, at_us, "call-1", 1)
    return replace(one, **changes)


def uris(bindings: Bindings) -> list[str]:
    return [one.uri for one in bindings.of("201")]


def test_a_contact_is_renewed_in_its_place() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact()], 0)
    bindings.bind("201", [contact(at_us=SECOND, cseq=2)], SECOND)
    assert len(bindings) == 1
    assert bindings.of("201")[0].expires_us == SECOND + HOUR


def test_the_preferred_comes_first_and_of_equals_the_newest() -> None:
    bindings = Bindings(5)
    for place, q in enumerate((500, 1000, 1000)):
        bindings.bind("201", [contact(f"sip:201@10.0.0.{place}", at_us=place, q=q)], place)
    assert uris(bindings) == ["sip:201@10.0.0.2", "sip:201@10.0.0.1", "sip:201@10.0.0.0"]


def test_a_telephone_that_moved_leaves_nothing_behind() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(instance="<urn:uuid:1>")], 0)
    moved = contact(
        "sip:201@192.168.7.9:5062", SECOND, instance="<urn:uuid:1>", address="192.168.7.9", call_id="call-2"
    )
    bindings.bind("201", [moved], SECOND)
    assert uris(bindings) == ["sip:201@192.168.7.9:5062"]
    assert not bindings.speaks_from("192.168.1.50")
    assert bindings.speaks_from("192.168.7.9")


def test_the_same_private_address_behind_two_routers_is_two_telephones() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(address="192.0.2.1")], 0)
    bindings.bind("201", [contact(address="192.0.2.2", call_id="call-2")], 0)
    assert len(bindings) == 2
    bindings.bind("201", [contact(address="192.0.2.3", cseq=2)], 0)
    assert {one.address for one in bindings.of("201")} == {"192.0.2.2", "192.0.2.3"}, (
        "the router's address changed"
    )


def test_one_more_than_may_be_takes_the_oldest_place() -> None:
    bindings = Bindings(2)
    for place in range(4):
        bindings.bind("201", [contact(f"sip:201@10.0.0.{place}", at_us=place)], place)
    assert uris(bindings) == ["sip:201@10.0.0.3", "sip:201@10.0.0.2"]


def test_an_older_request_changes_nothing() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(cseq=5)], 0)
    with pytest.raises(OutOfOrder):
        bindings.bind("201", [contact("sip:201@10.0.0.9"), contact(cseq=5, expires_us=0)], 0)
    with pytest.raises(OutOfOrder):
        bindings.unbind("201", "call-1", 4, 0)
    assert uris(bindings) == ["sip:201@192.168.1.50:5060"]
    bindings.unbind("201", "call-2", 1, 0)
    assert uris(bindings) == []


def test_a_telephone_that_counts_anew_is_not_locked_out() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(cseq=500)], 0)
    bindings.bind("201", [contact(cseq=1, at_us=OUT_OF_ORDER_US)], OUT_OF_ORDER_US)
    assert bindings.of("201")[0].cseq == 1


def test_contacts_end_when_their_time_is_over() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(expires_us=60), contact("sip:201@10.0.0.1", expires_us=90)], 0)
    assert bindings.next_us == 60
    bindings.expire(59)
    assert len(bindings) == 2
    bindings.expire(60)
    assert uris(bindings) == ["sip:201@10.0.0.1"]
    bindings.expire(90)
    assert (len(bindings), bindings.numbers) == (0, ())
    assert bindings.next_us is None
    assert not bindings.speaks_from("192.168.1.50")


def test_where_telephones_speak_from_is_counted() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact(), contact("sip:201@192.168.1.50:5062", port=5062)], 0)
    bindings.bind("202", [contact(number="202", port=5062)], 0)
    assert bindings.is_at("201", "192.168.1.50", 5060)
    assert not bindings.is_at("202", "192.168.1.50", 5060)
    assert bindings.is_at("", "192.168.1.50", 5060)
    bindings.unbind("201", "call-2", 1, 0)
    assert not bindings.is_at("", "192.168.1.50", 5060)
    assert bindings.is_at("", "192.168.1.50", 5062)
    assert bindings.speaks_from("192.168.1.50")


def test_numbers_of_a_former_configuration_go() -> None:
    bindings = Bindings(5)
    bindings.bind("201", [contact()], 0)
    bindings.bind("202", [contact(number="202")], 0)
    bindings.keep_only({"202"})
    assert bindings.numbers == ("202",)
    assert bindings.speaks_from("192.168.1.50")


@pytest.mark.parametrize(
    ("uri", "source", "flow", "reach", "natted", "connection"),
    [
        ("sip:201@10.0.0.5:5062", ("10.0.0.5", 5062, "udp"), False, "sip:201@10.0.0.5:5062", False, False),
        ("sip:201@10.0.0.5:5062", ("192.0.2.7", 4000, "udp"), False, "sip:201@192.0.2.7:4000", True, False),
        (
            "sip:2%31@host;x=1;maddr=10.9.9.9",
            ("192.0.2.7", 4000, "udp"),
            False,
            "sip:2%31@192.0.2.7:4000;x=1",
            True,
            False,
        ),
        (
            "sip:201@10.0.0.5:5062;transport=tcp",
            ("10.0.0.5", 4000, "tcp"),
            False,
            "sip:201@10.0.0.5:5062;transport=tcp",
            False,
            False,
        ),
        (
            "sip:201@10.0.0.5;transport=tcp;ob",
            ("10.0.0.5", 4000, "tcp"),
            True,
            "sip:201@10.0.0.5:4000;ob;transport=tcp",
            False,
            True,
        ),
        (
            "sip:201@10.0.0.5",
            ("10.0.0.5", 4000, "tls"),
            False,
            "sip:201@10.0.0.5:4000;transport=tls",
            False,
            True,
        ),
        ("sip:201@[FD00::5]:5062", ("fd00::5", 5062, "udp"), False, "sip:201@[fd00::5]:5062", False, False),
        ("sip:201@10.0.0.5", ("fd00::5", 4000, "udp"), False, "sip:201@[fd00::5]:4000", True, False),
        (
            "sip:victim@198.51.100.1",
            ("10.0.0.5", 5060, "udp"),
            False,
            "sip:victim@10.0.0.5:5060",
            True,
            False,
        ),
    ],
)
def test_a_telephone_is_reached_where_it_is_and_nobody_else(
    uri: str, source: tuple[str, int, str], flow: bool, reach: str, natted: bool, connection: bool
) -> None:
    parsed = parse_uri(uri)
    assert parsed is not None
    assert reach_of(parsed, *source, flow=flow) == (reach, natted, connection)


def test_maddr_cannot_lead_elsewhere() -> None:
    """RFC 3261 19.1.1: it overrides the host."""
    parsed = parse_uri("sip:201@10.0.0.5:5062;maddr=198.51.100.1")
    assert parsed is not None
    reach, _, _ = reach_of(parsed, "10.0.0.5", 5062, "udp", flow=False)
    assert "maddr" not in reach


class Places:
    def __init__(self, root: Path) -> None:
        self.run, self.data = root / "run", root / "data"
        self.run.mkdir()
        self.data.mkdir()

    def load(self, now_us: int = 0) -> list[Contact]:
        return load(self.run, self.data, now_us)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path)


def test_registrations_survive_a_kill_of_the_process(places: Places) -> None:
    bindings, keeper = Bindings(5), Keeper(places.run, places.data)
    bindings.bind("201", [contact()], 0)
    assert keeper.due_us(bindings) == 0
    keeper.due(bindings, 0)
    assert places.load() == [contact()], "nothing was closed"
    keeper.close(bindings, 0)


def test_registrations_survive_a_restart_of_the_box(places: Places) -> None:
    bindings, keeper = Bindings(5), Keeper(places.run, places.data)
    bindings.bind("201", [contact()], 0)
    keeper.close(bindings, 0)
    (places.run / NAME).unlink()
    assert places.load() == [contact()]
    assert (places.data / NAME).stat().st_mode & 0o777 == 0o600


def test_memory_is_written_soon_and_the_disk_seldom(places: Places) -> None:
    bindings, disk = Bindings(5), CountingDisk()
    keeper = Keeper(places.run, places.data, disk)
    now_us = 0
    for turn in range(1200):
        now_us = turn * 100_000
        bindings.bind("201", [contact(at_us=now_us, cseq=turn + 1)], now_us)
        keeper.due(bindings, now_us)
    assert now_us - places.load(now_us)[0].registered_us <= MEMORY_US
    assert keeper.due_us(bindings) == 119_800_000 + MEMORY_US
    assert disk.written <= now_us // DISK_US + 1
    keeper.close(bindings, now_us)
    assert places.load(now_us)[0].cseq == 1200
    assert keeper.due_us(bindings) is None


class CountingDisk(Disk):
    written = 0

    def write_whole(self, path: Path, data: bytes) -> None:
        self.written += 1
        super().write_whole(path, data)


def test_what_cannot_be_reached_any_more_is_not_taken_up(places: Places) -> None:
    bindings, keeper = Bindings(5), Keeper(places.run, places.data)
    alive = contact("sip:201@10.0.0.1", at_us=10)
    bindings.bind(
        "201", [contact(expires_us=50), contact("sip:201@10.0.0.2", needs_connection=True), alive], 0
    )
    keeper.close(bindings, 0)
    assert places.load(60) == [alive]


@pytest.mark.parametrize("junk", [b"", b"\xff" * 50, b"\x93\x00", encode([contact()], 0)[:-1]])
def test_a_damaged_file_is_none_and_the_other_counts(junk: bytes, places: Places) -> None:
    assert decode(junk) is None
    (places.run / NAME).write_bytes(junk)
    assert places.load() == []
    (places.data / NAME).write_bytes(encode([contact()], 0))
    assert places.load() == [contact()]


class FullDisk(Disk):
    def write_whole(self, path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_told_and_stops_nothing(places: Places) -> None:
    bindings, keeper = Bindings(5), Keeper(places.run, places.data, FullDisk())
    bindings.bind("201", [contact()], 0)
    keeper.close(bindings, 0)
    assert places.load() == [contact()]
    assert any("No space left" in finding for finding in keeper.findings)


def test_memory_that_cannot_be_written_is_told(places: Places) -> None:
    (places.run / f"{NAME}.new").mkdir()
    bindings, keeper = Bindings(5), Keeper(places.run, places.data)
    bindings.bind("201", [contact()], 0)
    keeper.close(bindings, 0)
    assert any("memory" in finding for finding in keeper.findings)
    assert places.load() == [contact()]
