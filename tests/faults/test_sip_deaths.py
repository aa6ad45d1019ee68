"""Processes die with fifty SIP calls up. One box for all, in real time, each test from an idle house."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator

import pytest

from tests.faults.sip_deaths_box import (
    AGENTS,
    CALLERS,
    LAST,
    SPARE,
    TALKING,
    TELEPHONES,
    DeathsBox,
    longest,
    silence_ms,
)

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

pytestmark = pytest.mark.slow

GAP_MS = 600
"""Half of the time a stopped engine is away. A machine with other work has hiccups of its own: see the figures."""
ENGINE_BACK_S, SIP_BACK_S, STOPPED_S = 2.0, 2.0, 2.0
"""The last: what the guardian takes to be sure that a stopped process does not go on, and to kill it."""
EMERGENCY_S = 2.0
CALLER, OTHER = SPARE
WAITING = list(CALLERS)[len(TALKING) :]
KILL, STOP = signal.SIGKILL, signal.SIGSTOP


@pytest.fixture(scope="module")
def whole_box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeathsBox]:
    with DeathsBox(tmp_path_factory.mktemp("deaths")) as there:
        yield there


@pytest.fixture
def box(whole_box: DeathsBox) -> Iterator[DeathsBox]:
    """Fifty calls up before, an idle house after: no leg, no dialog and no call is left over."""
    whole_box.fill()
    yield whole_box
    whole_box.empty()


def within_s(limit_s: float, how: signal.Signals) -> float:
    """Of a machine that has nothing else to do; a busy one takes its share of the time longer."""
    share = max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
    return limit_s * share + (STOPPED_S if how is STOP else 0)


def say(what: str, figure: float) -> None:
    print(f"{what}: {figure:.2f}")


@pytest.mark.parametrize("how", [KILL, STOP])
def test_calls_outlive_the_engine(box: DeathsBox, how: signal.Signals) -> None:
    pairs, before_ms = box.settled(), box.hiccup_ms()
    box.mark()
    struck_us = box.kill("engine", how)
    back_s = box.back("engine", struck_us)
    box.wait(2.0)
    gap_ms = longest(box.gaps(), CALLERS)
    say("longest gap in ms while nobody dies", before_ms)
    say(f"engine {how.name}: back after s", back_s)
    say(f"engine {how.name}: longest gap in ms", gap_ms)
    assert gap_ms < max(GAP_MS, 3 * before_ms)
    assert box.until(lambda: box.pairs() == pairs), (pairs, box.pairs())
    assert len(pairs) == 2 * len(TALKING)
    assert len(box.calls()) == len(CALLERS) and box.said("ended") == []
    assert back_s < within_s(ENGINE_BACK_S, how)


@pytest.mark.parametrize("how", [KILL, STOP])
def test_who_hangs_up_while_no_engine_is_there_is_known_of_afterwards(
    box: DeathsBox, how: signal.Signals
) -> None:
    pairs = box.settled()
    caller, telephone, waiting = TALKING[3], 5, WAITING[0]
    struck_us = box.kill("engine", how)
    box.do("hang_up", legs=[caller, telephone, waiting])
    gone = {caller, pairs[caller], telephone, pairs[telephone], waiting}
    box.back("engine", struck_us)
    assert box.until(lambda: gone <= set(box.said("ended"))), (gone, box.said("ended"))
    assert box.until(lambda: len(box.calls()) == len(CALLERS) - 3)
    assert box.until(lambda: box.sip_calls() == 2 * len(TALKING) + len(WAITING) - 5)
    _reach(box, pairs[caller])


@pytest.mark.parametrize("how", [KILL, STOP])
def test_a_call_that_comes_while_no_engine_is_there_rings_when_one_is(
    box: DeathsBox, how: signal.Signals
) -> None:
    struck_us = box.kill("engine", how)
    box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number=TELEPHONES[OTHER])
    back_s = box.back("engine", struck_us)
    assert box.until(lambda: OTHER in box.said("offered")), box.log()
    rang_s = (box.when_us("offered", OTHER) - struck_us) / 1e6
    say(f"engine {how.name}: back after s", back_s)
    say(f"engine {how.name}: a call from the time without it rings after s", rang_s)
    assert rang_s < back_s + 1.0
    assert box.until(lambda: box.pairs().get(CALLER) == OTHER)


@pytest.mark.parametrize("how", [KILL, STOP])
def test_an_emergency_number_goes_out_without_an_engine(box: DeathsBox, how: signal.Signals) -> None:
    struck_us = box.kill("engine", how)
    keyed_us = box.clock.now_us()
    box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number="110")
    assert box.until(lambda: LAST in box.said("offered")), box.log()
    out_s = (box.when_us("offered", LAST) - keyed_us) / 1e6
    say(f"engine {how.name}: emergency call out after s", out_s)
    assert [one["number"] for one in box.told() if one.get("offered") == LAST] == ["110"]
    assert out_s < EMERGENCY_S
    assert box.until(lambda: box.pairs().get(CALLER) == LAST)
    box.back("engine", struck_us)
    box.wait(2.0)
    assert box.until(lambda: box.pairs().get(CALLER) == LAST)
    assert len(box.calls()) == len(CALLERS) + 1
    box.do("hang_up", legs=[LAST])
    assert box.until(lambda: len(box.calls()) == len(CALLERS)), box.calls()
    box.do("hang_up", legs=[CALLER])
    assert box.until(lambda: CALLER in box.said("ended"))


@pytest.mark.parametrize("how", [KILL, STOP])
def test_the_sip_process_dies_and_only_its_calls_with_it(whole_box: DeathsBox, how: signal.Signals) -> None:
    """A caller of the copper hears his music on; telephones are registered and serve again."""
    box = whole_box
    box.fill()
    heard = box.places.root / f"heard-{how.name}.wav"
    caller = box.listen("62345678", heard, 40)
    assert box.until(lambda: len(box.calls()) == len(CALLERS) + 1), box.log()
    box.wait(3.0)
    struck_us = box.kill("sip", how)
    box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number=TELEPHONES[OTHER])
    back_s = box.back("sip", struck_us)
    assert box.until(lambda: OTHER in box.said("offered")), box.log()
    rang_s = (box.when_us("offered", OTHER) - struck_us) / 1e6
    say(f"sip {how.name}: back after s", back_s)
    say(f"sip {how.name}: a call from the time without it rings after s", rang_s)
    assert len(json.loads(box.tipring("sip", "phones", "--json"))["phones"]) == len(TELEPHONES)
    assert len(box.calls()) == 2, "the copper's and the new one"
    assert box.until(lambda: box.pairs().get(CALLER) == OTHER)
    caller.wait(60)
    gap_ms = silence_ms(heard)
    say(f"sip {how.name}: longest gap of the copper's caller in ms", gap_ms)
    box.empty()
    ends = box.ends(len(CALLERS) + 2)
    assert sum(one == (41, "box") for one in ends) == len(CALLERS), ends
    assert gap_ms < GAP_MS
    assert back_s < within_s(SIP_BACK_S, how)


@pytest.mark.parametrize("how", [KILL, STOP])
def test_calls_outlive_the_switch(box: DeathsBox, how: signal.Signals) -> None:
    """Silence meanwhile; then everybody hears whom he heard, and a tape ended and another one began."""
    pairs = box.settled()
    tapes = box.rows("SELECT count(*) FROM recordings")[0][0]
    box.do("ring", numbers=[TELEPHONES[OTHER]])
    box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number=TELEPHONES[OTHER])
    assert box.until(lambda: OTHER in box.said("offered")), box.log()
    box.mark()
    struck_us = box.kill("switch", how)
    caller, telephone, waiting = TALKING[3], 5, WAITING[0]
    box.do("hang_up", legs=[caller, telephone, waiting])
    gone = {caller, pairs[caller], telephone, pairs[telephone], waiting}
    back_s = box.back("switch", struck_us)
    assert box.until(lambda: gone <= set(box.said("ended")), 10), (gone, box.said("ended"), box.log())
    assert box.until(lambda: len(box.calls()) == len(CALLERS) - 3 + 1), (len(box.calls()), box.log())
    left = {leg: other for leg, other in pairs.items() if leg not in gone}
    assert box.until(lambda: left.items() <= box.pairs().items()), (left, box.pairs())
    gaps = box.gaps()
    say(f"switch {how.name}: back after s", back_s)
    say(f"switch {how.name}: longest gap in ms", longest(gaps, [one for one in CALLERS if one not in gone]))
    assert set(box.said("ended")) == gone, "what rang rings on"
    box.do("answer", leg=OTHER)
    assert box.until(lambda: box.pairs().get(CALLER) == OTHER), (box.pairs(), box.log())
    assert box.until(lambda: box.rows("SELECT count(*) FROM recordings")[0][0] >= tapes + len(AGENTS), 30)
    box.do("ring", numbers=[])


def test_nobody_notices_the_death_of_who_looks_after_processes(box: DeathsBox) -> None:
    pairs, before_ms = box.settled(), box.hiccup_ms()
    box.mark()
    box.kill("supervisord")
    box.wait(1.0)
    box.kill("guardian")
    box.start_again()
    struck_us = box.kill("sip")  # whoever is there now starts it again
    gap_ms = longest(box.gaps(), CALLERS)
    say("supervisord, guardian: longest gap in ms", gap_ms)
    assert gap_ms < max(GAP_MS, 3 * before_ms) and box.said("ended") == [] and len(pairs) == 2 * len(TALKING)
    box.back("sip", struck_us)


def _reach(box: DeathsBox, telephone: int) -> None:
    """The telephone of this leg is free: it can be called, and is put down again."""
    before = len(box.calls())
    box.do("call", leg=CALLER, who=TELEPHONES[CALLER], number=TELEPHONES[telephone])
    assert box.until(lambda: box.pairs().get(CALLER) == telephone), box.log()
    box.do("hang_up", legs=[CALLER])
    assert box.until(lambda: len(box.calls()) == before)
