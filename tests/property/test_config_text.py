from __future__ import annotations

import tempfile
import tomllib
from pathlib import Path

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.config.check import check_config, known_names, load_config
from firmware.config.load import as_toml, loads
from firmware.config.schema import (
    Agent,
    Card,
    Config,
    DialPlan,
    Extension,
    Flow,
    Hours,
    Line,
    Mailbox,
    Node,
    Prompt,
    Queue,
    Site,
)

text = st.text(max_size=12)
name = st.text("abc-_.09王", min_size=1, max_size=6).filter(lambda one: one[0] not in "-.")
seconds = st.floats(0, 1000)
levels = st.dictionaries(text, st.integers(0, 100), max_size=3)


def some(strategy: st.SearchStrategy[object], count: int = 3) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=count).map(tuple)


nodes = st.builds(
    Node,
    id=text,
    kind=st.sampled_from(["play", "menu", "queue"]),
    keys=st.dictionaries(st.sampled_from("0123456789*#"), text, max_size=3),
    timeout_s=seconds,
    value=text,
    secret=st.booleans(),
)
configs = st.builds(
    Config,
    site=st.builds(Site, name=text, box=text),
    cards=some(st.builds(Card, name=name, slots=some(st.sampled_from(["fxo", "fxs", "empty"]), 8))),
    lines=some(st.builds(Line, name=name, card=text, slot=st.integers(1, 8), gain_in_db=st.floats(-18, 18))),
    extensions=some(
        st.builds(Extension, number=text, card=text, slot=st.integers(1, 8), pulse=st.booleans())
    ),
    agents=some(st.builds(Agent, id=name, name=text, queues=some(text), skills=levels)),
    queues=some(
        st.builds(Queue, id=name, skills=levels, priority=st.integers(-100, 100), max_wait_s=seconds)
    ),
    flows=some(st.builds(Flow, id=name, start=text, nodes=some(nodes), record=st.booleans())),
    hours=some(st.builds(Hours, id=name, open=st.dictionaries(st.sampled_from(["mon", "sun"]), some(text)))),
    prompts=some(st.builds(Prompt, id=name, zh=text, en=text)),
    mailboxes=some(st.builds(Mailbox, id=name, max_message_s=seconds)),
    dial_plan=st.builds(DialPlan, emergency=some(text), inter_digit_s=seconds),
)


@settings(deadline=None, max_examples=40)
@given(configs)
def test_an_exported_configuration_reads_back_to_itself(config: Config) -> None:
    exported = as_toml(config)
    value, faults = loads(exported, Config)
    if value is None:
        assert {one.slug for one in faults} <= {"no-such-name", "given-twice", "bad-digits", "bad-span"}
    else:
        assert value == config
    assert msgspec.convert(tomllib.loads(exported), Config) == config


@settings(deadline=None, max_examples=60)
@given(configs, st.data())
def test_a_damaged_file_is_told_of_and_never_raises(config: Config, data: st.DataObject) -> None:
    lines = as_toml(config).split("\n")
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(lines) - 1))
        damage = data.draw(
            st.sampled_from(["", '"', "[", "x = 1", "id = 3", "[[queue]]", "slot = []", "= 5", "}"])
        )
        lines[place] = data.draw(st.sampled_from([damage, lines[place] + damage, damage + lines[place]]))
    value, faults = loads("\n".join(lines), Config, (check_config,), known_names(), file="x.toml")
    for fault in faults:
        assert 0 <= fault.line <= len(lines)
        for language in ("en", "zh"):
            assert all(fault.said(language))
    assert (value is None) == any(not one.warning for one in faults)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
@settings(deadline=None, max_examples=100)
def test_any_bytes_in_a_file_are_answered(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.toml"
        path.write_bytes(content)
        value, faults = load_config(path)
        assert value is not None or faults
