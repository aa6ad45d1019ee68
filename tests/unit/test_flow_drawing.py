"""What stands in the boxes and at the lines of a drawn flow, and what is marked between two versions of it."""

from __future__ import annotations

import re

import pytest

from firmware.config.drafts.draft import plain
from firmware.config.drafts.fields import form_of
from firmware.config.schema.flows import _STEPS
from firmware.engine.ivr.nodes import KEYED
from firmware.engine.ivr.nodes import KINDS as ENGINE
from tests.unit.fake_box import office
from webui.flows import picture
from webui.flows.comparing import between
from webui.flows.graph import Item, Seen, Way, model_of, seen, walked
from webui.flows.kinds import FURTHER, KINDS
from webui.flows.picture import Looks, drawn, fitting, label_of, width_of
from webui.flows.saying import texts
from webui.words import catalogue, say

MENU = {
    "id": "main",
    "start": "ask",
    "node": [
        {"id": "sales", "kind": "queue", "queue": "sales"},
        {
            "id": "ask",
            "kind": "menu",
            "prompt": "main-menu",
            "otherwise": "sales",
            "keys": {"1": "sales", "2": "hear"},
        },
        {"id": "hear", "kind": "play", "prompt": "welcome"},
        {"id": "lost", "kind": "play", "prompt": "welcome", "next": "gone"},
    ],
}


def english(key: str, /, **values: object) -> str:
    return say("en", key, **values)


def flow(**changed: object) -> Seen:
    return seen(MENU | changed)


def ways(one: Seen) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(way.source, way.target, way.outcomes) for way in model_of(one).ways]


def test_kinds_are_the_engines() -> None:
    assert set(KINDS) == set(ENGINE) == set(_STEPS)
    assert all(kind in KINDS for kind in KEYED)
    for kind in KINDS:
        assert f"flows.kind-{kind}" in catalogue()


def test_every_key_of_a_step_is_on_a_form_of_the_kinds_it_counts_for() -> None:
    """The schema's help names the kinds first: "`menu`, `collect`: …"."""
    form = form_of("flow").parts[0]
    asked = {key for kind in KINDS.values() for key in (*kind.fields, *kind.outs)}
    assert asked | {"id", "kind"} == {one.key for one in form.fields} and asked >= FURTHER
    for field in form.fields:
        named = re.match(r"((?:`[a-z-]+`(?:, )?)+):", field.help_en)
        for kind in re.findall(r"`([a-z-]+)`", named[1]) if named else ():
            if kind in KINDS:
                assert field.key in (*KINDS[kind].fields, *KINDS[kind].outs), (kind, field.key)


def test_a_flow_is_read_from_its_start() -> None:
    assert [one.id for one in walked(flow())] == ["ask", "sales", "hear", "lost"]
    assert [one.id for one in walked(flow(start="nowhere"))] == ["sales", "ask", "hear", "lost"]


def test_lines_lead_where_the_flow_does() -> None:
    assert ways(flow()) == [
        ("begin", "n1", ("start",)),
        ("n1", "n0", ("keys:1", "otherwise")),
        ("n1", "n2", ("keys:2",)),
        ("n3", "missing:gone", ("next",)),
        ("n2", "off:2", ("next",)),
    ]


@pytest.mark.parametrize(
    "soup", [None, "x", {}, {"node": "x"}, {"id": 3, "node": [None, 7, {"id": ["a"], "keys": 4}]}]
)
def test_anything_is_drawn(soup: object) -> None:
    assert drawn(model_of(seen(soup)), Looks(), english).boxes


def test_labels_are_words() -> None:
    model = model_of(flow())
    labels = [label_of(model, way, english) for way in model.ways]
    assert labels == ["", "1, no or wrong key", "2", "", ""]


def test_boxes_say_what_they_are_and_where_they_lead() -> None:
    looks = Looks(
        texts={"n1": "For sales, press one."}, wrong=frozenset({3}), here=1, past=frozenset({1}), chosen=0
    )
    boxes = {one.key: one for one in drawn(model_of(flow()), looks, english).boxes}
    ask = boxes["n1"]
    assert (ask.kind, ask.name, ask.is_here, ask.is_wrong) == ("Menu", "ask", True, False)
    assert ask.spoken == "ask, Menu. For sales, press one. 1, no or wrong key → sales; 2 → hear"
    assert boxes["n3"].is_wrong and boxes["n0"].is_chosen
    assert [one.what for one in boxes.values() if one.place < 0] == ["begin", "missing", "off"]


def test_words_are_cut_to_their_box() -> None:
    for text in ("ask", "x" * 400, "欢迎致电" * 30, "W" * 90):
        cut = fitting(text, 166, 14)
        assert width_of(cut, 14) <= 166 and (cut == text or cut.endswith("…"))


def test_a_text_of_any_length_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A draft may hold a megabyte of it."""
    measured = 0

    def counted(text: str, size: float) -> float:
        nonlocal measured
        measured += len(text)
        return width_of(text, size)

    monkeypatch.setattr(picture, "width_of", counted)
    text = "press one " * 100
    assert fitting(text, 166, 14).endswith("…") and measured <= len(text)


def marks(old: Seen, new: Seen) -> tuple[dict[str, str], list[Way]]:
    model = between(old, new)
    steps: list[Item] = [one for one in model.items if one.step is not None]
    return {one.step.id: one.mark for one in steps if one.step}, [one for one in model.ways if one.mark]


def test_nothing_is_marked_between_a_flow_and_itself() -> None:
    whole = seen(plain(office())["flow"][0])
    found, lines = marks(whole, whole)
    assert set(found.values()) == {""} and not lines


def test_what_is_new_gone_and_otherwise_is_marked() -> None:
    nodes = [dict(one) for one in MENU["node"]]  # type: ignore[call-overload]
    nodes[0]["queue"] = "night"
    nodes[1] = nodes[1] | {"keys": {"1": "sales", "2": "bye"}}
    nodes[2] = {"id": "bye", "kind": "hang-up"}
    found, lines = marks(flow(), flow(node=nodes))
    assert found == {"sales": "changed", "ask": "", "bye": "added", "hear": "removed", "lost": ""}
    assert {(one.target, one.mark) for one in lines} == {("id:bye", "added"), ("id:hear", "removed")}


def test_a_flow_that_is_new_is_all_new() -> None:
    found, lines = marks(Seen("main", "", ()), flow())
    assert set(found.values()) == {"added"} and {one.mark for one in lines} == {"added"}


def test_sound_files_have_no_text_to_change() -> None:
    document = {"prompt": [{"id": "own", "zh": "您好", "en_wav": "a.wav"}]}
    assert texts(document, {"kind": "play", "prompt": "own"}) == {"zh": "您好"}
    assert texts(document, {"kind": "queue"}) == {}
    assert texts(document, {"kind": "play", "prompt": "welcome"})["en"] == "Welcome. Thank you for calling."
