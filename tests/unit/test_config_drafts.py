"""Drafts: editing by name, references that follow, faults at their places, two people at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from firmware.config.changes import changes
from firmware.config.drafts.draft import Draft, begun, changed_from, look, plain
from firmware.config.drafts.editing import add, edit, move, remove, rename
from firmware.config.drafts.fields import form_of, forms
from firmware.config.drafts.places import NoSuchPlace
from firmware.config.drafts.store import DraftStore, FaultyDraft, NoSuchDraft, OtherVersion
from firmware.config.field_words import field_name, words
from firmware.config.parts import described
from firmware.config.schema import (
    Agent,
    Card,
    Config,
    Extension,
    Flow,
    Group,
    Line,
    Mailbox,
    Node,
    Queue,
    Route,
    Service,
)
from firmware.config.versions import ConfigStore

HOUSE = Config(
    cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
    lines=(Line(name="shop", card="hat", slot=1, target="service:office"),),
    extensions=(
        Extension(number="801", card="hat", slot=5, agent="1", voicemail="post", forward_busy="802"),
        Extension(number="802", card="hat", slot=6),
    ),
    agents=(Agent(id="1", queues=("sales",), order={"sales": 1}),),
    queues=(
        Queue(id="sales", overflow="voicemail:post"),
        Queue(id="help", overflow="queue:sales", no_agents="overflow"),
    ),
    flows=(
        Flow(
            id="main",
            start="menu",
            nodes=(
                Node(id="menu", kind="menu", prompt="main-menu", keys={"1": "to-sales"}, otherwise="to-sales"),
                Node(id="to-sales", kind="queue", queue="sales"),
            ),
        ),
    ),
    mailboxes=(Mailbox(id="post", operator="extension:801"),),
    groups=(Group(id="all", members=("801", "802")),),
    services=(Service(id="office", day="flow:main", night="queue:sales", telephones=("801",)),),
    routes=(Route(id="out", lines=("shop",)),),
)  # fmt: skip


def draft() -> Draft:
    return begun(HOUSE, 1, "wang", 0)


def config_of(one: Draft) -> Config:
    looked = look(one.document)
    assert looked.config is not None, [fault.message for fault in looked.faults]
    return looked.config


def test_a_draft_of_a_configuration_is_that_configuration() -> None:
    assert config_of(draft()) == HOUSE
    assert changed_from(draft(), HOUSE) == []


def test_a_key_is_edited_by_name_and_told_in_words() -> None:
    changed, faults = edit(draft(), ("queue", "sales", "wrap_up_s"), 45.0, 5)
    assert faults == []
    assert changed.at_us == 5
    (one,) = changed_from(changed, HOUSE)
    assert one.said() == "queue sales: wrap up 10 → 45 s"
    assert one.said("zh") == "队列 sales：话后整理时间 10 → 45 秒"
    back, _ = edit(changed, ("queue", "sales", "wrap_up_s"), None, 6)
    assert config_of(back) == HOUSE
    assert draft().document == plain(HOUSE), "the former draft is as it was"


def test_a_fault_is_told_at_its_place_and_the_draft_keeps_it() -> None:
    broken, faults = edit(draft(), ("queue", 0, "wrap_up_s"), -1, 0)
    assert [(one.key, one.slug) for one in faults] == [("queue[0].wrap_up_s", "out-of-range")]
    assert look(broken.document).config is None
    assert broken.document["queue"][0]["wrap_up_s"] == -1


def test_parts_are_added_moved_and_removed() -> None:
    more, faults = add(draft(), "queue", {"id": "orders", "no_agents": "overflow", "max_wait_s": 0}, 0)
    assert faults == []
    assert [one.id for one in config_of(more).queues] == ["sales", "help", "orders"]
    more, faults = add(more, ("flow", "main", "node"), {"id": "end", "kind": "hang-up"}, 0)
    assert [one.slug for one in faults] == ["unreachable"]
    moved, _ = move(more, ("queue",), (2, 0, 1), 0)
    assert [one.id for one in config_of(moved).queues] == ["orders", "sales", "help"]
    _, faults = remove(draft(), ("mailbox", "post"), 0)
    assert {one.key for one in faults} >= {"extension[0].voicemail", "queue[0].overflow"}


@pytest.mark.parametrize(
    "path", [("queue", "none", "name"), ("queue", "sales", "colour"), ("colour",), ("queue", 7, "name")]
)
def test_what_is_not_there_is_refused(path: tuple[str | int, ...]) -> None:
    with pytest.raises(NoSuchPlace):
        edit(draft(), path, "x", 0)


@pytest.mark.parametrize(
    ("path", "name", "named"),
    [
        (("queue", "sales"), "verkauf", 6),
        (("extension", "801"), "861", 4),
        (("mailbox", "post"), "letters", 3),
        (("flow", "main"), "first", 2),
        (("service", "office"), "house", 2),
        (("line", "shop"), "street", 2),
        (("agent", "1"), "7", 2),
        (("flow", "main", "node", "to-sales"), "selling", 3),
        (("flow", "main", "node", "menu"), "ask", 2),
        (("card", "hat"), "first-hat", 4),
    ],
)
def test_who_is_renamed_is_renamed_everywhere(path: tuple[str, ...], name: str, named: int) -> None:
    """`named` counts the places; the house has no fault before or after."""
    renamed, faults = rename(draft(), path, name, 0)
    assert faults == []
    assert look(renamed.document).faults == look(draft().document).faults
    text = msgspec.json.encode(renamed.document).decode()
    assert text.count(f'"{name}"') + text.count(f':{name}"') == named
    back, _ = rename(renamed, (*path[:-1], name), path[-1], 0)
    assert back.document == draft().document


def test_equal_numbers_of_other_things_are_not_renamed() -> None:
    """Agent 1 is no key 1 of a menu, and no weight."""
    renamed, _ = rename(draft(), ("agent", "1"), "9001", 0)
    assert config_of(renamed).flows[0].nodes[0].keys == {"1": "to-sales"}


# -- the store --------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ConfigStore]:
    with ConfigStore(tmp_path / "config.db") as opened:
        opened.put(HOUSE, "wang", 1)
        yield opened


def test_a_draft_is_kept_found_and_put_in_force(store: ConfigStore) -> None:
    drafts = DraftStore(store)
    first = drafts.begin("wang", 10, "longer notes")
    changed, _ = edit(first, ("queue", "sales", "wrap_up_s"), 45.0, 20)
    drafts.keep(changed)
    assert drafts.all() == [drafts.get(first.id)] == [changed]
    version = drafts.apply(first.id, "li", 30)
    assert (version.version, version.author, version.note) == (2, "li", "longer notes")
    assert version.config.queues[0].wrap_up_s == 45
    with pytest.raises(NoSuchDraft):
        drafts.get(first.id)
    with pytest.raises(NoSuchDraft):
        drafts.keep(changed)


def test_a_faulty_draft_is_refused_and_stays(store: ConfigStore) -> None:
    drafts = DraftStore(store)
    broken, _ = edit(drafts.begin("wang", 10), ("queue", "sales", "overflow"), "queue:nowhere", 20)
    drafts.keep(broken)
    with pytest.raises(FaultyDraft) as refused:
        drafts.apply(broken.id, "wang", 30)
    assert [one.key for one in refused.value.faults if not one.warning] == ["queue[0].overflow"]
    assert [one.version for one in store.history()] == [1]
    assert drafts.get(broken.id) == broken


def test_who_comes_second_takes_over_what_the_first_did(store: ConfigStore) -> None:
    drafts = DraftStore(store)
    mine, theirs = drafts.begin("wang", 10), drafts.begin("li", 11)
    mine, _ = edit(mine, ("queue", "sales", "wrap_up_s"), 45.0, 20)
    mine, _ = edit(mine, ("queue", "sales", "ring_s"), 20.0, 20)
    mine, _ = add(mine, "queue", {"id": "orders", "no_agents": "overflow"}, 20)
    theirs, _ = edit(theirs, ("queue", "sales", "wrap_up_s"), 5.0, 20)
    theirs, _ = edit(theirs, ("site", "name"), "Shop", 20)
    theirs, _ = remove(theirs, ("queue", "help"), 20)
    drafts.keep(mine)
    drafts.keep(theirs)
    drafts.apply(theirs.id, "li", 30)
    with pytest.raises(OtherVersion):
        drafts.apply(mine.id, "wang", 40)
    whole, conflicts = drafts.rebase(mine.id, 50)
    assert [(one.path, one.base, one.mine, one.theirs) for one in conflicts] == [
        (("queue", "sales", "wrap_up_s"), 10.0, 45.0, 5.0)
    ]
    made = drafts.apply(whole.id, "wang", 60).config
    assert (made.site.name, [one.id for one in made.queues]) == ("Shop", ["sales", "orders"])
    assert (made.queues[0].wrap_up_s, made.queues[0].ring_s) == (45, 20)


def test_changed_here_and_removed_there_is_a_conflict(store: ConfigStore) -> None:
    drafts = DraftStore(store)
    mine, _ = edit(drafts.begin("wang", 10), ("queue", "help", "ring_s"), 20.0, 20)
    theirs, _ = remove(drafts.begin("li", 11), ("queue", "help"), 20)
    drafts.keep(mine)
    drafts.keep(theirs)
    drafts.apply(theirs.id, "li", 30)
    whole, conflicts = drafts.rebase(mine.id, 40)
    assert [(one.path, one.theirs) for one in conflicts] == [(("queue", "help"), None)]
    assert [one.id for one in config_of(whole).queues] == ["sales", "help"]


# -- words and forms --------------------------------------------------------------------------------


def test_a_change_of_nothing_is_told_as_none_and_secrets_not_at_all() -> None:
    assert changes(HOUSE, HOUSE) == []
    secret = msgspec.structs.replace(HOUSE, agents=(Agent(id="1", queues=("sales",), pin="4711"),))
    told = [one.said() for one in changes(HOUSE, secret)]
    assert told == ["agent 1: pin nothing → …", "agent 1: order sales: 1 → nothing"]
    assert "4711" not in str([one.as_dict() for one in changes(HOUSE, secret)])


def test_every_part_and_key_has_a_name_in_chinese() -> None:
    absent = [
        f"{form.key}.{field.key}"
        for top in forms()
        for form in (top, *top.parts)
        for field in form.fields
        if field.key not in words()["key"] and field.key not in words().get(form.key, {})
    ]
    assert absent == []
    assert [
        form.key for top in forms() for form in (top, *top.parts) if form.key not in words()["part"]
    ] == []
    assert field_name(("queue",), "max_wait_s", "zh") == ("最长等待", "秒")


def test_forms_know_what_may_stand_there() -> None:
    queue = {one.key: one for one in form_of("queue").fields}
    assert (queue["wrap_up_s"].kind, queue["wrap_up_s"].unit_en, queue["wrap_up_s"].default) == (
        "number",
        "s",
        10.0,
    )
    assert (queue["wrap_up_s"].least, queue["wrap_up_s"].most) == (0, 86_400)
    assert "ring-all" in queue["strategy"].choices
    assert queue["hours"].refers == "hours"
    assert (queue["id"].names, queue["id"].required) == (True, True)
    assert queue["record"].kind == "switch"
    assert queue["overflow_step"].kind == "parts"
    assert "notes after a call" in queue["wrap_up_s"].help_en
    tops = {field.encode_name for field in described(Config).fields}
    assert {one.key for one in forms()} == tops
