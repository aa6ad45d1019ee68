"""A flow asks who its caller is among the contacts: the engine's half, the job's half, and both together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from firmware.business.contact import Draft
from firmware.business.contacts import Contacts
from firmware.business.numbers import Number, NumberRules
from firmware.business.store import open_business
from firmware.config.check import check_config
from firmware.config.schema import CONTACT_VARIABLES, Config, Jobs, Node
from firmware.jobs import contacts as job
from firmware.jobs.answers import Answer, Failed
from firmware.jobs.kinds import KINDS
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox
from tests.unit.flow_box import BYE, LOST, answer, called, with_flow
from tests.unit.test_jobs_process import Rig

ASK = Node(id="ask", kind="contact", next="vip", otherwise="lost")
VIP = Node(id="vip", kind="branch", cases={"contact_vip = 'true'": "bye"}, otherwise="lost")
RULES = NumberRules()
FOUND = {"contact_id": "0af1", "contact_name": "李", "contact_vip": "true"}


def test_the_caller_is_asked_for_in_both_forms() -> None:
    box = called(ASK, VIP, BYE, LOST)
    asked = box.facts(f.JobAsked)[0]
    assert (asked.kind, asked.name, asked.node) == ("contact", "contact", "ask")
    assert dict(asked.what) == {"e164": "+8613912345678", "number": "13912345678"}
    assert (asked.until_us - box.now_us) / 1e6 == pytest.approx(0.15)


def test_who_is_known_goes_on_with_variables() -> None:
    box = called(ASK, VIP, BYE, LOST)
    answer(box, **FOUND, injected="x")
    assert box.words("L1") == ["goodbye"]
    assert box.call("L1").variables == dict.fromkeys(CONTACT_VARIABLES, "") | FOUND


def test_who_is_not_known_goes_another_way() -> None:
    box = called(ASK, VIP, BYE, LOST)
    answer(box)
    assert box.words("L1") == ["not-available"]


def test_late_is_without() -> None:
    box = called(ASK, VIP, BYE, LOST)
    box.wait(0.151)
    assert box.words("L1") == ["not-available"]
    answer(box, **FOUND)
    assert box.words("L1") == ["not-available"]
    assert "contact_id" not in box.call("L1").variables


def test_who_shows_no_number_is_not_asked_about() -> None:
    box = FakeBox(with_flow(ASK, VIP, BYE, LOST))
    box.ring("L1", number="")
    assert box.words("L1") == ["not-available"]
    assert box.facts(f.JobAsked) == []


def test_another_number_may_be_asked_about() -> None:
    box = called(structs.replace(ASK, expression="join('0', '1062345678')"), VIP, BYE, LOST)
    assert dict(box.facts(f.JobAsked)[0].what) == {"number": "01062345678"}


def test_a_node_that_became_another_kind_takes_no_such_answer() -> None:
    box = called(ASK, VIP, BYE, LOST)
    other = structs.replace(ASK, kind="http", lookup="crm", give={"number": "caller.e164"})
    config = msgspec.json.encode(with_flow(other, VIP, BYE, LOST)).decode()
    box.give(i.ConfigApplied(2, "test", config))
    answer(box, **FOUND)
    assert "contact_id" not in box.call("L1").variables


# -- what a configuration may say -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "slugs"),
    [
        (VIP, set()),
        (structs.replace(VIP, cases={"contact_purse > 3": "bye"}), {"unset-variable"}),
        (
            structs.replace(VIP, kind="contact", cases={}, next="ask", otherwise="lost"),
            {"endless", "unreachable"},
        ),
    ],
)
def test_what_the_check_says_of_it(node: Node, slugs: set[str]) -> None:
    findings = check_config(with_flow(ASK, node, BYE, LOST))
    assert {one.wording.slug for one in findings if one.path[0] == "flow"} == slugs


def test_its_variables_are_not_known_where_nobody_was_found() -> None:
    lost = Node(id="lost", kind="say", value="{contact_name}", next="bye")
    findings = check_config(with_flow(ASK, VIP, BYE, lost))
    assert "unset-variable" not in {one.wording.slug for one in findings}
    findings = check_config(with_flow(structs.replace(ASK, next="bye"), BYE, lost))
    assert "unset-variable" in {one.wording.slug for one in findings}


# -- the job ----------------------------------------------------------------------------------------


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    db = open_business(tmp_path / "business.db", durable=False)
    contacts = Contacts(db, RULES)
    for name, vip in (("李", True), ("also 李", False)):
        contacts.add(
            Draft(
                name=name,
                vip=vip,
                value=7,
                language="zh",
                tags=("老客户", "a"),
                numbers=(Number("139 1234 5678"),),
            ),
            author="t",
            at=1,
        )
    db.close()
    yield tmp_path


def known(data: Path, left_s: float = 1.0, **what: str) -> Answer:
    return job.known_as(what, RULES, data, lambda: left_s)


def test_the_likeliest_of_several_is_told(data: Path) -> None:
    values = known(data, e164="+8613912345678", number="13912345678").values
    assert len(values.pop("contact_id")) == 32
    assert values == {
        "contact_name": "李",
        "contact_company": "",
        "contact_language": "zh",
        "contact_vip": "true",
        "contact_value": "7",
        "contact_tags": "老客户;a",
        "contact_count": "2",
    }


def test_nobody_and_no_contacts_at_all_are_no_failure(data: Path, tmp_path: Path) -> None:
    assert known(data, number="13900000000") == Answer("done", "not-found")
    assert known(tmp_path / "none", number="13912345678") == Answer("done", "not-found")
    assert not (tmp_path / "none").exists()


def test_what_callers_send_is_never_a_statement(data: Path) -> None:
    before = (data / "business.db").read_bytes()
    for hostile in ("' OR 1=1 --", "\x00", "\ud800", "9" * 5000, "%s", '"*'):
        assert known(data, number=hostile) == Answer("done", "not-found")
    assert (data / "business.db").read_bytes() == before


def test_a_file_that_is_no_database_fails(tmp_path: Path) -> None:
    (tmp_path / "business.db").write_bytes(b"x" * 5000)
    with pytest.raises(Failed, match="database"):
        known(tmp_path, number="13912345678")


def test_a_writer_at_work_is_not_waited_for(data: Path) -> None:
    writer = sqlite3.connect(data / "business.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("UPDATE contacts SET name = 'x'")
    assert known(data, number="13912345678").values["contact_name"] == "李"
    writer.execute("ROLLBACK")
    writer.close()


def test_the_kind_is_one_of_the_table() -> None:
    assert KINDS["contact"].pool == "look-ups"


# -- both together ----------------------------------------------------------------------------------


def test_a_caller_is_known_from_business_db(data: Path) -> None:
    config: Config = structs.replace(with_flow(structs.replace(ASK, within_s=5), VIP, BYE, LOST), jobs=Jobs())
    rig = Rig(data, config)
    try:
        rig.box.ring("L1")
        assert rig.turns(lambda: rig.box.words("L1") == ["goodbye"])
        assert rig.box.call("L1").variables["contact_name"] == "李"
    finally:
        rig.close()
