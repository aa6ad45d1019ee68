"""Steps of a drawn flow added, joined, renamed, taken out: what names them follows, nothing else is touched."""

from __future__ import annotations

from typing import Any

import pytest

from firmware.config.drafts import flow_edits as edits
from firmware.config.drafts.draft import Draft, begun, changed_from, look
from firmware.config.drafts.flow_edits import NameTaken
from firmware.config.drafts.places import NoSuchPlace
from tests.unit.fake_box import office

MAIN = 0


def draft() -> Draft:
    return begun(office(), 1, "boss", 1)


def place(one: Draft, name: str) -> int:
    return edits.names(one, MAIN).index(name)


def step(one: Draft, name: str) -> dict[str, Any]:
    found: dict[str, Any] = edits.steps(one, MAIN)[place(one, name)]
    return found


@pytest.mark.parametrize(
    ("outcome", "key", "value"),
    [
        ("next", "next", "bye"),
        ("otherwise", "otherwise", "bye"),
        ("keys:8", "keys", {"1": "sales", "2": "ask", "8": "bye"}),
        ("cases:waiting('sales') > 5", "cases", {"waiting('sales') > 5": "bye"}),
        ("modes:night", "modes", {"night": "bye"}),
    ],
)
def test_a_way_leads_where_it_is_told(outcome: str, key: str, value: Any) -> None:
    made = edits.connect(draft(), MAIN, place(draft(), "menu"), outcome, "bye", at_us=2)
    found = step(made, "menu")[key]
    if isinstance(value, dict):
        found = {one: to for one, to in found.items() if one in value}
    assert found == value
    gone = edits.connect(made, MAIN, place(made, "menu"), outcome, "", at_us=3)
    assert outcome not in dict(edits.ways(step(gone, "menu")))


def test_taking_out_a_way_that_is_not_there_touches_nothing() -> None:
    before = draft()
    assert edits.connect(before, MAIN, 0, "keys:9", "", at_us=2) is before


@pytest.mark.parametrize("outcome", ["", "id", "next:1", "keys", "keys:", "node", "prompt:x", "start:1"])
def test_what_is_no_way_is_refused(outcome: str) -> None:
    with pytest.raises(NoSuchPlace):
        edits.connect(draft(), MAIN, 0, outcome, "bye", at_us=2)


@pytest.mark.parametrize(("flow", "node"), [(7, 0), (MAIN, 99), (MAIN, -1)])
def test_what_is_not_there_is_refused(flow: int, node: int) -> None:
    with pytest.raises(NoSuchPlace):
        edits.connect(draft(), flow, node, "next", "bye", at_us=2)
    with pytest.raises(NoSuchPlace):
        edits.remove_step(draft(), flow, node, "", 2)


def test_the_first_step_is_where_a_flow_begins() -> None:
    empty = begun(office(), 1, "boss", 1)
    empty.document["flow"].append({"id": "new", "start": "", "node": []})
    one = edits.add_step(empty, 1, {"id": "a", "kind": "play"}, 2)
    two = edits.add_step(one, 1, {"id": "b", "kind": "play"}, 3)
    assert (two.document["flow"][1]["start"], edits.names(two, 1)) == ("a", ["a", "b"])


def test_a_name_is_given_once() -> None:
    for name in ("menu", ""):
        with pytest.raises(NameTaken):
            edits.add_step(draft(), MAIN, {"id": name, "kind": "play"}, 2)
        with pytest.raises(NameTaken):
            edits.rename_step(draft(), MAIN, 0, name, 2)


def test_every_way_follows_a_new_name() -> None:
    made = edits.rename_step(draft(), MAIN, place(draft(), "bye"), "good-bye", 2)
    assert look(made.document).config is not None
    leads = [to for one in edits.steps(made, MAIN) for _, to in edits.ways(one)]
    assert "bye" not in leads and leads.count("good-bye") == 4


def test_of_two_with_one_name_only_the_one_that_is_meant_is_renamed() -> None:
    two = draft()
    two.document["flow"][MAIN]["node"].append({"id": "bye", "kind": "hang-up"})
    made = edits.rename_step(two, MAIN, len(edits.steps(two, MAIN)) - 1, "other", 2)
    assert step(made, "by-id")["otherwise"] == "bye" and "other" in edits.names(made, MAIN)


def test_what_led_to_a_step_leads_elsewhere_when_it_is_gone() -> None:
    made = edits.remove_step(draft(), MAIN, place(draft(), "menu"), "sales", 2)
    assert step(made, "hello")["next"] == "sales" and "menu" not in edits.names(made, MAIN)
    bare = edits.remove_step(draft(), MAIN, place(draft(), "sales"), "", 2)
    assert "1" not in step(bare, "menu")["keys"] and not step(bare, "menu").get("otherwise")
    assert not any(one.slug == "no-such-node" for one in look(bare.document).faults)


def test_the_start_goes_with_its_step() -> None:
    made = edits.remove_step(draft(), MAIN, place(draft(), "open"), "hello", 2)
    assert made.document["flow"][MAIN]["start"] == "hello"
    bare = edits.remove_step(draft(), MAIN, place(draft(), "open"), "", 2)
    assert bare.document["flow"][MAIN]["start"] == ""


def test_ways_of_what_is_no_step() -> None:
    assert edits.ways("soup") == [] and edits.ways({"keys": "soup", "next": ""}) == []


def test_a_change_within_a_step_is_told_as_that() -> None:
    made = edits.rename_step(draft(), MAIN, place(draft(), "bye"), "end", 2)
    made = edits.connect(made, MAIN, place(made, "menu"), "otherwise", "end", at_us=2)
    told = [one.said() for one in changed_from(made, office())]
    assert "flow main, node menu: otherwise sales → end" in told
    assert "flow main, node bye is gone" in told and "flow main, node end is new" in told
