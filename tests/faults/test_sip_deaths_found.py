"""Defects planted into a box whose processes die with SIP calls up are found; an endpoint that hangs is replaced."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import test_sip_deaths as deaths
from tests.faults.kill_box import PLANTED
from tests.faults.sip_deaths_box import CALLERS, SPARE, TELEPHONES, DeathsBox

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

pytestmark = pytest.mark.slow

CALLER, OTHER = SPARE
HANG_BACK_S = 4.5
"""Two seconds without a heartbeat, the guardian's look, and the next life."""


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], DeathsBox]:
    def box(name: str) -> DeathsBox:
        monkeypatch.setenv("TIPRING_PLANTED", name)
        monkeypatch.setenv("PYTHONPATH", str(PLANTED))
        return DeathsBox(tmp_path / "box")

    return box


def test_a_switch_that_gives_up_what_rings_is_found(planted: Callable[[str], DeathsBox]) -> None:
    with planted("clears-what-rang") as box:
        box.fill()
        with pytest.raises(AssertionError):
            deaths.test_calls_outlive_the_switch(box, deaths.KILL)


def test_calls_that_nobody_closes_are_found(planted: Callable[[str], DeathsBox]) -> None:
    with planted("keeps-what-died") as box, pytest.raises(AssertionError):
        deaths.test_the_sip_process_dies_and_only_its_calls_with_it(box, deaths.KILL)


def test_an_endpoint_that_hangs_is_replaced(planted: Callable[[str], DeathsBox]) -> None:
    """Its process lives, and does nothing: calls end with a cause, telephones are served again."""
    with planted("sip-hangs") as box:
        box.fill()
        hung_us = box.hang("sip")
        back_s = box.back("sip", hung_us)
        deaths.say("sip hangs: back after s", back_s)
        assert box.until(lambda: not box.calls())
        assert set(box.ends(len(CALLERS))) == {(41, "box")}
        box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number=TELEPHONES[OTHER])
        assert box.until(lambda: box.pairs().get(CALLER) == OTHER), box.log()
        assert back_s < deaths.within_s(HANG_BACK_S, deaths.KILL)
