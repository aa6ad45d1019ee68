from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from firmware.config.schema import DialPlan, Site
from firmware.engine.dialling.numbering import PLANS
from firmware.engine.dialling.numbers import NumberClass, classify, may_call, normalise

plans = st.builds(
    DialPlan,
    country_code=st.sampled_from([*PLANS, "999", ""]),
    trunk_prefix=st.sampled_from(["0", "1", "8", ""]),
    international_prefix=st.sampled_from(["00", "011", "810", ""]),
)
texts = st.text() | st.text("0123456789+*# -()", max_size=40)


@given(texts, plans, st.sampled_from(["", "10", "755", "x"]))
def test_no_text_raises_and_what_comes_out_is_e164_or_nothing(
    received: str, plan: DialPlan, area: str
) -> None:
    assert re.fullmatch(r"(?:\+[1-9][0-9]{6,14})?", normalise(received, plan, area))
    assert classify(received, plan, Site(area=area)) in NumberClass


@given(st.from_regex(r"[1-9][0-9]{7,13}", fullmatch=True))
def test_normalising_is_done_once(digits: str) -> None:
    plan = DialPlan()
    assert normalise(f"+{digits}", plan, "10") == f"+{digits}"
    assert normalise(f"00{digits}", plan, "10") == f"+{digits}"


@given(st.from_regex(r"(?:179[0-9]{2}|12593)?00[1-79][0-9]{6,11}", fullmatch=True))
def test_no_prefix_hides_a_call_abroad_from_a_national_telephone(digits: str) -> None:
    if digits.removeprefix("12593").removeprefix("17909").startswith("0086"):
        return
    assert not may_call("national", classify(digits, DialPlan(), Site(area="10")))
