"""Every star code of the configuration has an argument kind and a handler, and is understood key by key."""

import pytest

from firmware.config.check import check_config
from firmware.config.schema import Features
from firmware.engine.dialling.dialplan import DialTree, MatchKind
from firmware.engine.dialling.feature_codes import ARGUMENTS, Argument
from firmware.engine.dialling.features import HANDLERS
from firmware.protocol import facts as f
from tests.unit.fake_box import FakeBox, office


def test_every_star_code_has_its_argument_and_its_handler() -> None:
    stars = [name for name in Features.__struct_fields__ if isinstance(getattr(Features(), name), str)]
    assert list(ARGUMENTS) == stars
    assert set(HANDLERS) == set(stars)


@pytest.mark.parametrize("feature", [one for one, kind in ARGUMENTS.items() if kind is Argument.NONE])
def test_a_plain_code_is_complete_with_its_last_key(feature: str) -> None:
    tree, code = DialTree(office()), getattr(Features(), feature)
    assert [tree.match(code[:n]).kind for n in range(1, len(code))] == [MatchKind.INCOMPLETE] * (
        len(code) - 1
    )
    assert (tree.match(code).kind, tree.match(code).feature) == (MatchKind.FEATURE, feature)


def test_a_queue_has_a_number_telephones_can_dial() -> None:
    box = FakeBox(office(number="850"))
    box.lift("804")
    box.key("804", "850")
    assert box.facts(f.Enqueued)[-1].queue == "sales"
    box.hang_up("804")
    assert box.facts(f.Dequeued)[-1].why == "abandoned"


def test_a_number_of_the_house_leads_to_one_place_only() -> None:
    twice = [one for one in check_config(office(number="801")) if one.wording.slug == "number-twice"]
    assert [one.data["other"] for one in twice] == ["extension 801"]
    assert any(one.wording.slug == "emergency-clash" for one in check_config(office(number="110")))
