"""Whatever the questions allow makes a faultless configuration, changes nothing again, keeps what is there."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from firmware.config.check import check_config, countries, known_names
from firmware.config.export import as_toml
from firmware.config.load import loads, look_at
from firmware.config.schema import Config
from firmware.interview.answers import Answers
from firmware.interview.check import check_answers
from firmware.interview.configuring import proposed
from firmware.interview.customs import CUSTOMS
from tests.property.interviewed import BOXES, answers

CASES = settings(
    deadline=None,
    max_examples=12,
    phases=(Phase.explicit, Phase.generate),  # shrinking a whole house takes longer than reading it
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def findings(config: Config) -> Counter[str]:
    document = msgspec.json.decode(msgspec.json.encode(config))
    _, found = look_at(document, Config, (check_config,), known_names())
    return Counter(one.wording.slug for one in found)


def faultless(given_: Answers, config: Config) -> bool:
    """They fit the schema too, whose limits no constructor holds."""
    msgspec.convert(msgspec.to_builtins(given_), Answers)
    return all(one.wording.warning for one in check_answers(given_, config))


@pytest.mark.parametrize("box", BOXES)
@CASES
@given(st.data())
def test_valid_answers_make_a_faultless_configuration(box: str, data: st.DataObject) -> None:
    config = BOXES[box]
    given_ = data.draw(answers(config))
    assume(faultless(given_, config))
    made = proposed(given_, config)
    new = findings(made) - findings(config)
    if made.site.country != config.site.country:
        del new["emergency-beginning"]  # an agent of the house keeps his number in another country: a warning
    assert not new
    again, faults = loads(as_toml(made), Config, (check_config,), known_names())
    assert again == made, [one.message for one in faults]


@pytest.mark.parametrize("box", BOXES)
@CASES
@given(st.data())
def test_the_same_answers_again_change_nothing(box: str, data: st.DataObject) -> None:
    config = BOXES[box]
    given_ = data.draw(answers(config))
    assume(faultless(given_, config))
    made = proposed(given_, config)
    assume(faultless(given_, made))
    assert proposed(given_, made) == made


@pytest.mark.parametrize("box", BOXES)
@CASES
@given(st.data())
def test_what_is_there_stays(box: str, data: st.DataObject) -> None:
    config = BOXES[box]
    given_ = data.draw(answers(config))
    assume(faultless(given_, config))
    made = proposed(given_, config)
    assert (made.cards, made.sip, made.gate, made.features, made.dids) == (
        config.cards, config.sip, config.gate, config.features, config.dids,
    )  # fmt: skip
    for kind, key in (("queues", "id"), ("agents", "id"), ("flows", "id"), ("extensions", "number")):
        before = {getattr(one, key) for one in getattr(config, kind)}
        assert before <= {getattr(one, key) for one in getattr(made, kind)}
    wanted = countries()[made.site.country]["emergency"]
    assert set(wanted) <= set(made.dial_plan.emergency)
    if made.site.country == config.site.country and set(wanted) <= set(config.dial_plan.emergency):
        assert made.dial_plan == config.dial_plan
    known = {one.number for one in config.extensions}
    classes = {one.id: one.may_call for one in made.classes}
    for one in made.extensions:
        if one.number not in known:
            assert not {"international", "premium"} & set(classes[one.of_class])


def test_every_country_has_its_customs() -> None:
    assert CUSTOMS.keys() == countries().keys()
