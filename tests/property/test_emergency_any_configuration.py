"""Help from every feature's every state: random houses, random walks through them, and then somebody keys 110.

Who talks presses R first; who has dialled half a number, or is in a talk that R does not leave, hangs up and lifts
again. Where keys are commands the number is keyed by itself, in one go. Within two seconds of its last key it is
dialled as urgent. Digits that follow others at once may make another emergency number with them: that is called then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from random import Random

import pytest

from firmware.config.inside import inside_numbers
from firmware.engine.dialling import features
from firmware.engine.dialling.feature_codes import codes
from firmware.engine.outside import emergency
from firmware.engine.state import Phase
from firmware.protocol import commands as c
from firmware.protocol import events as e
from firmware.protocol import facts as f
from firmware.protocol import inputs as i
from firmware.protocol.names import HangUpSign
from tests.property import test_engine_soup as soup
from tests.property.random_house import House
from tests.unit.fake_box import LINES, PHONES, FakeBox

WITHIN_S = 2.0
MONDAY_US = 1_767_576_600_000_000
FAST, SLOW = 200, 10_000
NOT_AT_ONCE = frozenset({Phase.TALKING, Phase.CALLING})
"""Keys are for the other party here (in `calling`: once a line proceeds), so R or the hook comes first."""
COMMANDS = frozenset({Phase.LISTENING, Phase.CHOOSING, Phase.FLOW, Phase.CALLBACK})
"""Keys are commands: what was keyed a moment ago is no part of the number."""
OFTEN = (
    Phase.DIALLING,
    Phase.KEYING,
    Phase.PIN,
    Phase.LISTENING,
    Phase.MAILBOX,
    Phase.FLOW,
    Phase.QUEUED,
    Phase.CALLING,
    Phase.TALKING,
    Phase.HELD,
    Phase.AWAY,
    Phase.ROOM,
    Phase.ALERTING,
    Phase.PARTING,
)
"""Where walks end often; tests/unit/test_emergency_everywhere.py goes into every phase by hand."""
IN_ONE_GO_S, TOGETHER_S = 2.1, 4.1
AFTER_CODES = ("", "0", "1", "2", "07", "801", "801#", "804", "500", "900#", "2468#", "1357#", "62345678#")


def walk(box: FakeBox, draw: Random, things: int) -> None:
    """People lift, dial anything this house knows, flash and hang up; callers ring; lines answer and fail."""
    for _ in range(things):
        chance = draw.random()
        if chance < 0.3:
            somebody_dials(box, draw)
        elif chance < 0.65:
            soup.sensible(box, draw)
        elif chance < 0.72:
            something_ends(box, draw)
        elif chance < 0.8:
            box.wait(draw.choice([0.1, 0.5, 1.0, 3.0, 12.0, 40.0]))
        elif chance < 0.9:
            box.ring(draw.choice(list(LINES)), number=draw.choice(["13912345678", ""]))
        elif chance < 0.95:
            box.leave(draw.choice(list(LINES)), draw.choice(list(HangUpSign)))
        else:
            hook(box, draw.choice(list(PHONES)), draw)


def something_ends(box: FakeBox, draw: Random) -> None:
    """What somebody hears comes to its end."""
    if box.playing:
        port = draw.choice(sorted(box.playing))
        box.event(e.PlayEnded(port=port, at_us=box.now_us, play=box.playing.pop(port).play))


def somebody_dials(box: FakeBox, draw: Random) -> None:
    """Anything this house knows: its numbers, its codes with something after them, numbers outside."""
    telephone = draw.choice(list(PHONES))
    config = box.engine._board.plan.config
    if PHONES[telephone] not in box.off_hook:
        box.lift(telephone)
    elif phase_of(box, telephone) == Phase.TALKING:
        box.flash(telephone)
    elif phase_of(box, telephone) in ("", Phase.PARTING):
        box.hang_up(telephone)
        box.lift(telephone)
    inside = [number for number, _, _ in inside_numbers(config)]
    outside = [config.dial_plan.outside_prefix + one for one in ("62345678", "13912345678")]
    coded = [code + draw.choice(AFTER_CODES) for code in codes(config).values()]
    box.key(telephone, draw.choice(draw.choice([inside or outside, list(PHONES), outside, coded, coded])))
    if draw.random() < 0.5:
        soup.sensible(box, draw)


def hook(box: FakeBox, telephone: str, draw: Random) -> None:
    if PHONES[telephone] in box.off_hook:
        box.hang_up(telephone)
    elif draw.random() < 0.7:
        box.lift(telephone)


# -- calling for help -------------------------------------------------------------------------------


def phase_of(box: FakeBox, telephone: str) -> str:
    leg = box.leg(telephone)
    return str(leg.phase) if leg is not None else ""


def called(box: FakeBox, numbers: Collection[str], since: int) -> bool:
    return any(
        isinstance(one, c.Dial) and one.urgent and one.digits in numbers for one in box.commands[since:]
    )


def keys_at_once(box: FakeBox, telephone: str) -> bool:
    """Whether the state is one in which the number may simply be keyed."""
    leg = box.leg(telephone)
    half = leg is not None and leg.phase == Phase.DIALLING and bool(leg.digits)
    return not half and phase_of(box, telephone) not in NOT_AT_ONCE


def commanded_just_now(box: FakeBox, telephone: str) -> bool:
    began = box.engine._secrets._urgent.began(PHONES[telephone], box.now_us)
    return bool({began, phase_of(box, telephone)} & COMMANDS)


def keyed(box: FakeBox, telephone: str, number: str, others: Collection[str] = ()) -> bool:
    since = len(box.commands)
    box.key(telephone, number)
    box.wait(WITHIN_S)
    return called(box, (number, *others), since)


def calls_for_help(box: FakeBox, telephone: str, number: str, others: Collection[str] = ()) -> bool:
    """As somebody does it who knows nothing of the state: keys; R and keys; hook and keys."""
    if PHONES[telephone] not in box.off_hook:
        box.lift(telephone)
    if commanded_just_now(box, telephone):
        box.wait(IN_ONE_GO_S)
    if keys_at_once(box, telephone):
        return keyed(box, telephone, number, others)
    if phase_of(box, telephone) == Phase.TALKING:
        box.flash(telephone)
        if keys_at_once(box, telephone) and keyed(box, telephone, number):
            return True
    for _ in range(2):
        if PHONES[telephone] in box.off_hook:
            box.hang_up(telephone)
        box.wait(0.6)
        box.lift(telephone)
        if phase_of(box, telephone) == Phase.TALKING:
            box.flash(telephone)
        if keyed(box, telephone, number):
            return True
    return False


def house(seed: int) -> tuple[FakeBox, Random]:
    draw = Random(seed)
    box = FakeBox(House(draw).config)
    if draw.random() < 0.8:
        box.give(i.ClockSet(MONDAY_US + draw.randrange(7 * 86_400) * 1_000_000, "ntp"))
    return box, draw


def somebody(box: FakeBox, draw: Random) -> str:
    """Mostly one whose telephone is in the middle of something."""
    busy = [one for one in PHONES if phase_of(box, one) not in ("", Phase.PARTING)]
    return draw.choice(busy if busy and draw.random() < 0.9 else list(PHONES))


def help_comes(seed: int, phases: Counter[str]) -> None:
    box, draw = house(seed)
    plan = box.engine._board.plan.config.dial_plan
    walk(box, draw, draw.randrange(3, 25))
    if draw.random() < 0.7:
        somebody_dials(box, draw)
    if draw.random() < 0.2:
        box.event(e.LineAlarmed(port=draw.randrange(4), at_us=box.now_us, alarm="no-battery"))
    telephone, number = somebody(box, draw), draw.choice(plan.emergency)
    rested = draw.random() < 0.3
    if rested:
        box.wait(TOGETHER_S)
    phases[phase_of(box, telephone)] += 1
    before = phase_of(box, telephone), box.leg(telephone) and box.leg(telephone).digits  # type: ignore[union-attr]
    others = () if rested else plan.emergency
    assert calls_for_help(box, telephone, number, others), (
        f"house {seed}: {number} from {telephone} in {before}"
    )
    assert not box.facts(f.InputPassedOver), f"house {seed}: {box.facts(f.InputPassedOver)[0]}"


def try_houses(seeds: range) -> Counter[str]:
    phases: Counter[str] = Counter()
    for seed in seeds:
        help_comes(seed, phases)
    return phases


@pytest.mark.parametrize("part", range(4))
def test_help_comes_in_two_seconds_from_wherever_a_walk_ends(part: int) -> None:
    each = FAST // 4
    try_houses(range(part * each, (part + 1) * each))


@pytest.mark.slow
def test_help_comes_in_ten_thousand_houses() -> None:
    phases = try_houses(range(SLOW))
    assert set(phases) >= {str(one) for one in OFTEN}, phases


def test_the_houses_hold_every_feature() -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        config = House(Random(seed)).config
        for field in config.__struct_fields__:
            value = getattr(config, field)
            seen[field] += len(value) if isinstance(value, tuple) else 1
    assert {"classes", "rooms", "services", "groups", "flows", "queues", "routes", "mailboxes"} <= set(+seen)


# -- planted faults ---------------------------------------------------------------------------------


def test_a_house_that_asks_for_a_pin_first_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency, "place", lambda turn, leg, number: features.ask(turn, leg.id))
    with pytest.raises(AssertionError, match="house"):
        try_houses(range(20))


def test_a_call_for_help_that_waits_for_a_line_too_long_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emergency, "free_a_line", lambda turn, tried: (None, False))
    with pytest.raises(AssertionError, match="house"):
        try_houses(range(400))
