"""The world alone: the box's side of the wire is played by hand, and bridges one line to one telephone."""

from collections.abc import Callable

import numpy as np
import pytest

from drivers.ports import CYCLE_US, TICK_US
from firmware.config.schema import Card, Config, Extension, Line, Site
from hwsim.scenario import About, Caller, OutsideLine, OutsideParty, Person, Scenario
from hwsim.wire import RING_BLOCKS, Wire
from hwsim.world.world import World

LINE, PHONE = 0, 4


def scenario(**changes: object) -> Scenario:
    config = Config(
        site=Site(country="CN"),
        cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
        lines=(Line(name="line-1", card="hat", slot=1, number="62345678"),),
        extensions=(Extension(number="801", card="hat", slot=5),),
    )
    parts: dict[str, object] = {
        "about": About(name="by hand", seconds=60.0),
        "box": config,
        "outside_lines": (OutsideLine(line="*"),),
        "callers": (Caller(at_s=1.0, id="li", number="13800138000", talk_s=12.0, patience_s=30.0),),
        "persons": (Person(extension="801", reacts_s=1.0),),
        "outside_parties": (OutsideParty(number="110", answers_after_s=2.0),),
    }
    return Scenario(**(parts | changes))  # type: ignore[arg-type]


class HandBox:
    """Chips without chips: what a box would do to the wire, and a bridge of line and telephone."""

    def __init__(self, world: World) -> None:
        self.world, self.wire = world, world.wire
        self.wire.box["kind"][:4], self.wire.box["kind"][4:] = 1, 2
        self.wire.box["feed"][4:] = 1
        self.now_us = 0
        self.bridged = False
        self.rang_at_us: list[int] = []

    def ring_phone(self, on: bool) -> None:
        self.wire.box["feed"][PHONE] = 4 if on else 1
        self.wire.box["ring_v"][PHONE] = 90.0 if on else 0.0

    def run(self, until_s: float, each_cycle: Callable[["HandBox"], None] | None = None) -> None:
        while self.now_us < until_s * 1e6:
            if self.now_us % TICK_US == 0 and self.now_us:
                self._finish_tick()
            self.world.advance(self.now_us)
            if each_cycle is not None:
                each_cycle(self)
            self.now_us += CYCLE_US

    def _finish_tick(self) -> None:
        block = self.now_us // TICK_US - 1
        got, out = self.wire.to_box[block % RING_BLOCKS], self.wire.to_world[block % RING_BLOCKS]
        out[...] = 0
        if self.bridged:
            out[LINE], out[PHONE] = got[PHONE], got[LINE]
        self.wire.blocks[0] = block + 1


@pytest.fixture
def box() -> HandBox:
    return HandBox(World(scenario(), Wire(8)))


def answer_and_bridge(box: HandBox) -> None:
    ringing = bool(box.wire.world["ring_v"][LINE] > 0)
    if ringing and box.now_us > 1_500_000:
        box.wire.box["off_hook"][LINE] = 1
        box.ring_phone(True)
    if np.isfinite(box.wire.world["loop_ohm"][PHONE]) and not box.bridged:
        box.ring_phone(False)
        box.bridged = True


def test_a_line_rings_in_the_country_s_cadence(box: HandBox) -> None:
    bursts: list[int] = []

    def watch(at: HandBox) -> None:
        on = bool(at.wire.world["ring_v"][LINE] > 0)
        if on is not (len(bursts) % 2 == 1):
            bursts.append(at.now_us)

    box.run(8.0, watch)
    assert bursts[:4] == [1_000_000, 2_000_000, 6_000_000, 7_000_000]
    assert box.wire.world["ring_hz"][LINE] == 25.0
    assert box.wire.world["ring_phase0_us"][LINE] == 6_000_000 or bursts[3] == 7_000_000


def test_two_people_hear_each_other_and_nobody_else(box: HandBox) -> None:
    box.run(40.0, answer_and_bridge)
    diary = box.world.diary
    assert diary.heard("li") == {"ext-801"}
    assert diary.heard("ext-801") == {"li"}
    assert "HangUp" in [entry.what for entry in diary.of("li")]
    caller = box.world.cast.callers[0]
    assert caller.why == "talked"


def test_mouth_to_ear_through_a_bridge_without_delay_is_within_two_ticks(box: HandBox) -> None:
    box.run(30.0, answer_and_bridge)
    latencies = box.world.diary.latencies_us()
    assert len(latencies) >= 3
    assert all(0 <= one <= 45_000 for one in latencies)


def test_the_world_keeps_step_with_the_chips(box: HandBox) -> None:
    box.run(5.0)
    assert box.world.late_blocks == 0
    assert int(box.wire.blocks[1]) == 250


def test_a_caller_without_patience_leaves_and_the_line_shows_busy_tone(box: HandBox) -> None:
    def answer_only(at: HandBox) -> None:
        if at.wire.world["ring_v"][LINE] > 0:
            at.wire.box["off_hook"][LINE] = 1

    box.run(34.0, answer_only)
    assert box.world.cast.callers[0].why == "lost patience"
    block = box.wire.to_box[(int(box.wire.blocks[1]) - 1) % RING_BLOCKS]
    assert np.abs(block[LINE]).max() > 1000 or np.abs(box.wire.to_box[:, LINE]).max() > 1000
