"""The card of legs with the world behind it: messages both ways, and speech told by correlation."""

from collections.abc import Iterator

import numpy as np
import pytest
from msgspec import structs
from numpy.typing import NDArray

from drivers import signalling as legs
from drivers.ports import TICK_SAMPLES, TICK_US, GoOffHook, PortFailed, PortKind, PortRecovered
from firmware.config.schema import Card, Config, Extension, Site, Trunk
from hwsim.clock import VirtualClock
from hwsim.legs.leg_card import LegCard
from hwsim.legs.message_wire import LegEvent, MessageWire
from hwsim.scenario import About, Caller, Fault, OutsideParty, OutsideTrunk, Person, Scenario
from hwsim.wire import Wire
from hwsim.world.tap import Tap
from hwsim.world.world import World

PHONE, OTHER_PHONE, CHANNEL = 0, 1, 2
SLOTS = ("sip", "sip", "sip-trunk")


def scenario(**changes: object) -> Scenario:
    config = Config(
        site=Site(country="CN"),
        cards=(Card(name="ip", kind="sip"),),
        trunks=(Trunk(name="carrier", card="ip", hosts=("sip.example.com",), channels=1, number="62340000"),),
        extensions=(Extension(number="811", card="ip"), Extension(number="812", card="ip")),
    )
    parts: dict[str, object] = {"about": About(name="by hand", seconds=60.0), "box": config}
    return Scenario(**(parts | changes))  # type: ignore[arg-type]


class Bench:
    """A box of nothing but the card: it places, answers and sends by hand."""

    def __init__(self, given: Scenario, codec: str = "pcma", hats: int = 0) -> None:
        self.clock = VirtualClock()
        self.wire, self.messages = Wire(hats + len(SLOTS)), MessageWire()
        self.world = World(given, self.wire, messages=self.messages)
        self.clock.follow(self.world.advance)
        ringback = np.full(8 * TICK_SAMPLES, 1000, np.int16)
        self.card = LegCard(
            "ip", SLOTS, self.wire, self.messages, codec=codec, ringback=ringback, is_alone=True
        )
        self.events: list[LegEvent] = []
        self.tx = np.zeros((len(SLOTS), TICK_SAMPLES), np.int16)
        self.rx: list[NDArray[np.int16]] = []
        self.card.start()

    def tick(self) -> None:
        self.rx.append(self.card.exchange(self.tx).copy())
        self.clock.wait_until(self.clock.now_us() + TICK_US)
        self.events += self.card.take_events()

    def run(self, for_s: float) -> list[LegEvent]:
        """What was told meanwhile."""
        told = len(self.events)
        for _ in range(round(for_s * 1e6 / TICK_US)):
            self.tick()
        return self.events[told:]

    def offered(self) -> legs.CallOffered:
        (offered,) = [one for one in self.events if isinstance(one, legs.CallOffered)]
        return offered

    def talk(self) -> int:
        """811 is called and lifts; the call's number."""
        self.card.signal(PHONE, legs.PlaceCall(-1, calling="801"))
        self.run(0.1)
        self.world.lift("ext-811", self.world.now_us)
        self.run(0.1)
        return -1


@pytest.fixture
def bench() -> Iterator[Bench]:
    yield Bench(scenario())


def speech(seconds: float, seed: int) -> NDArray[np.int16]:
    noise = np.random.default_rng(seed).standard_normal(round(seconds * 8000)) * 3000
    return np.clip(noise, -20000, 20000).astype(np.int16)


def likeness(heard: NDArray[np.int16], said: NDArray[np.int16]) -> tuple[float, int]:
    """Best normalised correlation of what was said within what was heard, and at which sample."""
    kernel = said.astype(float)
    found = np.correlate(heard.astype(float), kernel, "valid")
    best = int(np.argmax(found))
    part = heard[best : best + len(said)].astype(float)
    return float(found[best] / (np.linalg.norm(part) * np.linalg.norm(kernel) + 1e-9)), best


def test_ports_are_telephones_and_channels_and_no_clock(bench: Bench) -> None:
    assert list(bench.card.kinds) == [PortKind.SIP, PortKind.SIP, PortKind.SIP_TRUNK]
    assert not bench.card.has_clock
    bench.card.command(0, GoOffHook())
    assert bench.card.misfits == 1


def test_a_telephone_is_called_rings_and_is_lifted(bench: Bench) -> None:
    call = bench.talk()
    alerting, connected = bench.events
    assert alerting == legs.CallAlerting(PHONE, alerting.at_us, call, False)
    assert connected == legs.CallConnected(PHONE, connected.at_us, call)
    assert connected.at_us > alerting.at_us
    assert [one.what for one in bench.world.diary.of("ext-811")][:3] == ["Rang", "HeardBell", "Displayed"]


@pytest.mark.parametrize("codec", ["pcma", "pcmu", "g722"])
def test_the_box_is_heard_at_the_telephone_a_block_later(codec: str) -> None:
    bench = Bench(scenario(), codec)
    bench.talk()
    tap = Tap(lambda: PHONE, None)
    bench.world.taps.append(tap)
    said = speech(0.4, 1)
    for at in range(0, len(said), TICK_SAMPLES):
        bench.tx[PHONE] = said[at : at + TICK_SAMPLES]
        bench.tick()
    bench.tx[:] = 0
    bench.run(0.2)
    alike, at = likeness(tap.pull(), said)
    assert alike > 0.999
    assert at <= 2 * TICK_SAMPLES


def test_the_telephone_is_heard_at_the_box_and_at_no_other_port(bench: Bench) -> None:
    bench.talk()
    said = speech(0.4, 2)
    first = len(bench.rx)
    mouth = bench.world.mouth_of("ext-811")
    assert mouth is not None
    mouth.once(said)
    bench.run(0.8)
    rows = np.stack(bench.rx[first:])
    alike, at = likeness(rows[:, PHONE].ravel(), said)
    assert alike > 0.999
    assert at <= 4 * TICK_SAMPLES
    assert not rows[:, OTHER_PHONE].any()
    assert not rows[:, CHANNEL].any()


def test_a_held_call_is_silent_both_ways(bench: Bench) -> None:
    bench.talk()
    bench.world.flash("ext-811", bench.world.now_us)
    assert bench.run(0.1) == [legs.CallHeld(PHONE, bench.events[-1].at_us, -1)]
    mouth = bench.world.mouth_of("ext-811")
    assert mouth is not None
    mouth.once(speech(0.4, 3))
    first = len(bench.rx)
    bench.run(0.4)
    assert not np.stack(bench.rx[first:])[:, PHONE].any()
    assert bench.world.person_at(PHONE) is None
    bench.world.flash("ext-811", bench.world.now_us)
    bench.run(0.1)
    assert bench.events[-1] == legs.CallRetrieved(PHONE, bench.events[-1].at_us, -1)
    assert bench.world.person_at(PHONE) == "ext-811"


def test_a_number_goes_out_whole_and_keys_after_it_one_by_one(bench: Bench) -> None:
    world = bench.world
    world.lift("ext-811", world.now_us)
    bench.run(0.1)
    assert bench.events == []
    world.press("ext-811", "966661234#", world.now_us)
    bench.run(3.0)
    offered = bench.offered()
    assert (offered.port, offered.called) == (PHONE, "966661234")
    bench.card.signal(PHONE, legs.AnswerCall(offered.call))
    bench.run(0.1)
    world.press("ext-811", "1*#", world.now_us)
    keys = [one.key for one in bench.run(1.0) if isinstance(one, legs.KeyReceived)]
    assert keys == ["1", "*", "#"]


def test_a_caller_comes_over_a_channel_with_the_number_he_called() -> None:
    caller = Caller(at_s=0.5, id="li", calls="carrier", number="13800138000", name="Li", press=("12@1",))
    bench = Bench(scenario(callers=(caller,)))
    bench.run(1.0)
    offered = bench.offered()
    told = (offered.port, offered.called, offered.calling, offered.name, offered.is_private)
    assert told == (CHANNEL, "62340000", "13800138000", "Li", False)
    bench.card.signal(CHANNEL, legs.AnswerCall(offered.call))
    keys = [one for one in bench.run(2.0) if isinstance(one, legs.KeyReceived)]
    assert [one.key for one in keys] == ["1", "2"]
    assert bench.world.person_at(CHANNEL) == "li"


def test_a_caller_who_withholds_his_number_is_private() -> None:
    caller = Caller(at_s=0.5, id="li", calls="carrier", number="13800138000", presentation="private")
    bench = Bench(scenario(callers=(caller,)))
    bench.run(1.0)
    assert (bench.offered().calling, bench.offered().is_private) == ("", True)


def test_somebody_outside_is_rung_answers_and_hangs_up() -> None:
    party = OutsideParty(number="66661234", answers_after_s=2.0, talk_s=3.0)
    bench = Bench(scenario(outside_parties=(party,)))
    bench.card.signal(CHANNEL, legs.PlaceCall(-1, "+861066661234"))
    bench.run(8.0)
    kinds = [type(one) for one in bench.events]
    assert kinds == [legs.CallAlerting, legs.CallConnected, legs.CallCleared]
    alerting, connected, cleared = bench.events
    assert connected.at_us - alerting.at_us == pytest.approx(2_000_000, abs=40_000)
    assert cleared.at_us - connected.at_us == pytest.approx(3_000_000, abs=40_000)


def test_ringback_is_the_cards_until_the_far_end_answers() -> None:
    party = OutsideParty(number="66661234", answers_after_s=2.0)
    bench = Bench(scenario(outside_parties=(party,)))
    bench.card.signal(CHANNEL, legs.PlaceCall(-1, "66661234"))
    bench.run(2.5)
    assert (bench.rx[-1][CHANNEL] == 1000).all()
    bench.run(2.0)
    assert not (bench.rx[-1][CHANNEL] == 1000).any()


def test_early_media_is_heard_instead_and_says_why_before_the_end() -> None:
    party = OutsideParty(number="66661234", behaves="busy")
    early = OutsideTrunk(trunk="carrier", early_media=True)
    bench = Bench(scenario(outside_parties=(party,), outside_trunks=(early,)))
    bench.card.signal(CHANNEL, legs.PlaceCall(-1, "66661234"))
    bench.run(2.0)
    assert [type(one) for one in bench.events] == [legs.CallProgressed]
    assert np.abs(np.stack(bench.rx[-10:])[:, CHANNEL]).max() > 1000
    bench.run(5.0)
    assert bench.events[-1] == legs.CallCleared(CHANNEL, bench.events[-1].at_us, -1, 17)


@pytest.mark.parametrize(("behaves", "cause"), [("busy", 17), ("vacant", 1), ("congestion", 34)], ids=str)
def test_a_call_that_finds_nobody_ends_with_its_cause(behaves: str, cause: int) -> None:
    bench = Bench(scenario(outside_parties=(OutsideParty(number="66661234", behaves=behaves),)))
    bench.card.signal(CHANNEL, legs.PlaceCall(-1, "66661234"))
    bench.run(3.0)
    assert bench.events == [legs.CallCleared(CHANNEL, bench.events[0].at_us, -1, cause)]


def test_a_call_given_up_during_its_set_up_rings_nobody() -> None:
    bench = Bench(scenario(outside_parties=(OutsideParty(number="66661234"),)))
    bench.card.signal(CHANNEL, legs.PlaceCall(-1, "66661234"))
    bench.run(0.5)
    bench.card.signal(CHANNEL, legs.ClearCall(-1))
    bench.run(3.0)
    assert [type(one) for one in bench.events] == [legs.CallCleared]
    assert bench.world.outside.on == {}
    assert bench.world.diary.of("party-66661234") == []


def test_an_unplugged_telephone_loses_its_call_and_its_registration() -> None:
    fault = Fault(at_s=1.0, kind="phone-unplug", target="811", for_s=2.0)
    bench = Bench(scenario(faults=(fault,)))
    bench.talk()
    bench.run(1.5)
    cleared, failed = bench.events[-2:]
    assert isinstance(cleared, legs.CallCleared) and cleared.cause == 41
    assert isinstance(failed, PortFailed)
    bench.card.signal(PHONE, legs.PlaceCall(-2))
    refused = bench.run(0.1)[-1]
    assert isinstance(refused, legs.CallCleared) and refused.cause == 27
    assert isinstance(bench.run(2.0)[-1], PortRecovered)


def test_a_box_that_begins_anew_is_told_what_stands(bench: Bench) -> None:
    bench.talk()
    bench.world.legs.telephones["812"].plug(False, bench.world.now_us)
    bench.card.start()
    stands, failed = bench.run(0.1)
    assert stands == legs.CallStands(PHONE, stands.at_us, -1, connected=True, placed=True, held=False)
    assert isinstance(failed, PortFailed) and failed.port == OTHER_PHONE


def test_rows_of_a_card_behind_others_are_its_own() -> None:
    messages, wire = MessageWire(), Wire(8 + len(SLOTS))
    card = LegCard("ip", SLOTS, wire, messages, first=8)
    messages.to_box.append(legs.CallConnected(9, 5, -1))
    assert card.take_events() == [legs.CallConnected(1, 5, -1)]
    card.signal(2, legs.ClearCall(-1))
    assert messages.to_world[0][0] == 10


def test_without_messages_the_world_leaves_these_telephones_alone() -> None:
    given = scenario(persons=(Person(extension="811", script=("lift@1", "812@2")),))
    world = World(given, Wire(len(SLOTS)))
    world.advance(5_000_000)
    assert world.legs.telephones == {}
    assert list(world.diary.entries) == []


def test_the_same_seed_gives_the_same_samples() -> None:
    caller = Caller(at_s=0.5, id="li", calls="carrier", number="138")
    heard = []
    for _ in range(2):
        bench = Bench(structs.replace(scenario(), callers=(caller,)))
        bench.run(1.0)
        bench.card.signal(CHANNEL, legs.AnswerCall(bench.offered().call))
        bench.world.talk("li", bench.world.now_us)
        bench.run(1.0)
        bench.world.talk("li", bench.world.now_us)
        bench.run(2.0)
        heard.append(np.stack(bench.rx))
    first, second = heard
    assert first.any()
    assert np.array_equal(first, second)
