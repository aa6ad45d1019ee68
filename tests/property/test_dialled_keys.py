from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firmware.config.schema import Agent, Config, DialPlan, Extension
from firmware.engine.dialling.dialplan import DialTree, MatchKind

digits = st.text("0123456789", min_size=1, max_size=4)
configs = st.builds(
    Config,
    extensions=st.lists(digits, max_size=5, unique=True).map(
        lambda numbers: tuple(Extension(number=one, card="hat", slot=5) for one in numbers)
    ),
    agents=st.just((Agent(id="1", pin="2"),)),
    dial_plan=st.builds(
        DialPlan,
        outside_prefix=st.sampled_from(["", "0", "9", "91"]),
        emergency=st.lists(st.text("019", min_size=2, max_size=3), max_size=3).map(tuple),
    ),
)
OPEN = (MatchKind.INCOMPLETE, MatchKind.AMBIGUOUS)


@given(configs, st.text("0123456789*#", max_size=50) | st.text())
def test_any_keys_have_a_meaning_and_a_pause_always_settles_them(config: Config, keys: str) -> None:
    tree = DialTree(config)
    assert tree.match(keys).kind in MatchKind
    assert tree.settle(keys).kind not in OPEN


@given(configs)
def test_an_emergency_number_is_known_at_its_last_key_and_nothing_refuses_it_before(config: Config) -> None:
    tree = DialTree(config)
    for number in config.dial_plan.emergency:
        begun = [tree.match(number[:count]).kind for count in range(1, len(number))]
        assert MatchKind.INVALID not in begun
        if MatchKind.EMERGENCY not in begun:
            assert (tree.match(number).kind, tree.match(number).number) == (MatchKind.EMERGENCY, number)


@given(configs)
def test_every_extension_that_hides_behind_nothing_can_be_dialled(config: Config) -> None:
    tree = DialTree(config)
    for extension in config.extensions:
        urgent = (
            *config.dial_plan.emergency,
            *(config.dial_plan.outside_prefix + one for one in config.dial_plan.emergency),
        )
        if any(extension.number.startswith(one) for one in urgent):
            continue
        found = tree.settle(extension.number)
        assert (found.kind, found.number) == (MatchKind.EXTENSION, extension.number)
