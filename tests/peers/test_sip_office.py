"""Acceptance line 1: SIP telephones call copper, a queue, one another and outside; they hold and transfer; menus.

One box for all, in real time, each test from an idle house.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.peers.sip_office import TONES, Office
from tests.peers.spoken import Spoken

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

ANN, BEN, CID, CARRIER = TONES["201"], TONES["202"], TONES["203"], TONES["carrier"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Office(tmp_path_factory.mktemp("office")) as there:
        there.carrier()
        assert there.ready(), there.log()
        for number in ("201", "202", "203"):
            there.phone(number)
        assert there.trunk_up(), there.log()
        yield there


@pytest.fixture
def people(office: Office) -> Iterator[tuple[Spoken, Spoken, Spoken, Spoken]]:
    """Ann, Ben, Cid and the carrier, with nothing under way before and after."""
    yield tuple(office.people[one] for one in ("201", "202", "203", "carrier"))  # type: ignore[misc]
    for one in office.people.values():
        one.do("hang_up_all")
    assert office.until(lambda: office.status("sip")["calls"] == 0), office.log()
    for one in office.people.values():
        one.forget()


def call(office: Office, one: Spoken, number: str) -> int:
    one.forget()
    one.do("call", number=number)
    assert office.until(lambda: one.last("placed") is not None)
    placed: int = one.last("placed")
    return placed


def rings(office: Office, one: Spoken) -> int:
    assert office.until(lambda: one.last("offered") is not None), one.told
    offered: int = one.last("offered")
    return offered


def talk(office: Office, one: Spoken, number: str, other: Spoken) -> None:
    call(office, one, number)
    other.do("answer", call=rings(office, other))
    assert office.until(lambda: one.last("answered") and other.last("answered")), office.log()


def hear_only(office: Office, one: Spoken, *tones: float) -> bool:
    return office.until(lambda: office.hears(one) == sorted(tones), 8)


def test_they_call_one_another(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, ben, *_ = people
    talk(office, ann, "202", ben)
    assert hear_only(office, ann, BEN) and hear_only(office, ben, ANN)
    ann.do("hang_up")
    assert office.until(lambda: ben.last("ended"))


def test_a_telephone_of_copper_is_called(office: Office, people: tuple[Spoken, ...]) -> None:
    _, ben, *_ = people
    lifted = threading.Timer(3.0, lambda: office.sim("lift", "801"))
    call(office, ben, "801")
    assert office.until(lambda: ben.last("alerting"))
    lifted.start()
    assert office.until(lambda: ben.last("answered")), office.log()
    lifted.join()
    office.sim("replace", "801")


def test_a_number_nobody_has(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, *_ = people
    call(office, ann, "299")
    assert office.until(lambda: ann.last("ended"))
    assert next(one for one in ann.told if "ended" in one)["status"] >= 400


def test_busy(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, ben, cid, _ = people
    talk(office, ann, "202", ben)
    call(office, cid, "202")
    assert office.until(lambda: cid.last("ended"))
    assert next(one for one in cid.told if "ended" in one)["cause"] == 17


def test_out_over_the_carrier_and_over_copper(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, _, _, carrier = people
    call(office, ann, "913800138000")
    offered = rings(office, carrier)
    told = next(one for one in carrier.told if "offered" in one)
    assert "8613800138000" in told["uri"] and "62349000" in told["p-asserted-identity"] + told["from"]
    carrier.do("answer", call=offered)
    assert office.until(lambda: ann.last("answered"))
    assert hear_only(office, ann, CARRIER) and hear_only(office, carrier, ANN)
    carrier.do("hang_up", call=offered)
    assert office.until(lambda: ann.last("ended"))


def test_a_caller_of_the_trunk_comes_through_the_menu_to_an_agent(
    office: Office, people: tuple[Spoken, ...]
) -> None:
    ann, _, _, carrier = people
    call(office, carrier, "62349000")
    assert office.until(lambda: carrier.last("answered"))
    carrier.do("key", key="1")
    ann.do("answer", call=rings(office, ann))
    assert office.until(lambda: ann.last("answered"))
    assert hear_only(office, ann, CARRIER) and hear_only(office, carrier, ANN)


@pytest.mark.parametrize("method", ["rtp", "info"])
def test_keys_drive_the_menu_by_each_method(office: Office, people: tuple[Spoken, ...], method: str) -> None:
    ann, ben, _, _ = people
    call(office, ben, "700")
    assert office.until(lambda: ben.last("answered"))
    ben.do("key", key="1", method=method)
    ann.do("answer", call=rings(office, ann))
    assert office.until(lambda: ann.last("answered"))


def test_hold_and_resume(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, ben, *_ = people
    talk(office, ann, "202", ben)
    ann.do("hold")
    assert office.until(lambda: ANN not in office.hears(ben))
    office.until(lambda: False, 1.0)  # its re-INVITE is acknowledged
    ann.do("resume")
    assert hear_only(office, ben, ANN) and hear_only(office, ann, BEN)


def test_a_blind_transfer(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, ben, cid, _ = people
    talk(office, ann, "202", ben)
    ben.do("transfer", target=f"sip:203@{office.box}")
    cid.do("answer", call=rings(office, cid))
    assert office.until(lambda: ben.last("ended")), office.log()
    assert hear_only(office, ann, CID) and hear_only(office, cid, ANN)


def test_an_attended_transfer(office: Office, people: tuple[Spoken, ...]) -> None:
    ann, ben, cid, _ = people
    talk(office, ann, "202", ben)
    first = ben.last("answered")
    ben.do("hold", call=first)
    office.until(lambda: ANN not in office.hears(ben), 3)
    second = call(office, ben, "203")
    cid.do("answer", call=rings(office, cid))
    assert office.until(lambda: ben.last("answered") == second)
    assert hear_only(office, cid, BEN)
    ben.do("transfer_to", call=first, other=second)
    assert hear_only(office, ann, CID) and hear_only(office, cid, ANN)
