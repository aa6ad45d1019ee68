"""The message lamp from the switch's machine to a telephone's own receiver: when it is sent, and what is heard."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec import structs

from drivers import ports as wires
from drivers.chips.fxs_line import FxsLine, Hook
from drivers.chips.si321x import FEED_FORWARD, FEED_FORWARD_OHT, FEED_REVERSE_OHT
from drivers.countries.profile import CallerIdForm, profile
from drivers.dsp.caller_id import ALLOWED, CallerIdMessage
from drivers.dsp.caller_id_send import lamp_octets, lamp_sent, sent
from drivers.ports import TICK_SAMPLES
from firmware.protocol.commands import Release, Ring, ShowMessages
from firmware.switch.lines import telephone
from firmware.switch.lines.exchanged import DeadlineReached, Given, HushSignal, Out, SendLamp, SignalEnded
from firmware.switch.lines.telephone import IDLE_US, Telephone, TelephoneMachine
from firmware.switch.plan import PortPlan
from hwsim.hat_bench import HatBench
from hwsim.wire import RING_BLOCKS
from hwsim.world.lamp_receiver import LampReceiver, messages

SECOND_US = 1_000_000
FSK = [code for code in ("CN", "DE", "FR", "GB", "US") if profile(code).caller_id.form.startswith("fsk")]


# -- octets and sound -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "lit", "octets"),
    [
        ("mdmf", True, "82030b01ff70"),
        ("mdmf", False, "82030b01006f"),
        ("sdmf", True, "060342424231"),
        ("sdmf", False, "06036f6f6faa"),
    ],
)
def test_the_octets_are_those_of_the_standards(message: str, lit: bool, octets: str) -> None:
    form = structs.replace(profile("CN").caller_id, message=message)
    assert lamp_octets(form, lit).hex() == octets


def heard(sound: np.ndarray, form: CallerIdForm, gain: float = 1.0, noise: float = 0.0) -> list[bool]:
    receiver, rng = LampReceiver(form.form), np.random.default_rng(7)
    padded = np.concatenate([np.zeros(800), sound * gain, np.zeros(1600)])
    padded = padded[: len(padded) // TICK_SAMPLES * TICK_SAMPLES] + 0.0
    padded += rng.normal(0, noise, len(padded)) if noise else 0
    blocks = padded.astype(np.int16).reshape(-1, TICK_SAMPLES)
    return [lit for block in blocks if (lit := receiver.take(block)) is not None]


@pytest.mark.parametrize("code", FSK)
@pytest.mark.parametrize("lit", [True, False])
@pytest.mark.parametrize("gain", [1.0, 0.2])
def test_a_telephone_of_each_country_understands_it(code: str, lit: bool, gain: float) -> None:
    form = profile(code).caller_id
    assert heard(lamp_sent(form, lit), form, gain, noise=20.0) == [lit]


@pytest.mark.parametrize("code", ["RU", "BR", "IN", "TW"])
def test_where_callers_are_not_sent_by_fsk_nothing_is_sent(code: str) -> None:
    assert not len(lamp_sent(profile(code).caller_id, True))


def test_a_flipped_bit_or_a_caller_lights_no_lamp() -> None:
    form = profile("CN").caller_id
    sound = lamp_sent(form, True)
    broken = sound.copy()
    at = len(sound) - 8 * 50
    broken[at : at + 20] = -broken[at : at + 20][::-1] // 3
    assert heard(broken, form) in ([], [True])
    caller = sent(form, CallerIdMessage("13912345678", "LI", ALLOWED, ""))
    assert heard(caller, form) == []
    assert messages(caller, form.form)[0][0] == 0x80


# -- when it is sent --------------------------------------------------------------------------------


class Desk:
    """One telephone machine with its time."""

    def __init__(self, code: str = "CN") -> None:
        country = profile(code)
        self.machine = TelephoneMachine(PortPlan(0, wires.PortKind.FXS, country, country.caller_id))
        self.now_us = SECOND_US
        self.outs: list[Out] = []

    def give(self, given: object, after_s: float = 0.0) -> list[Out]:
        self.now_us += round(after_s * SECOND_US)
        outs = self.machine.handle(given, self.now_us)  # type: ignore[arg-type]
        self.outs += outs
        return outs

    def wait(self, seconds: float) -> None:
        until_us = self.now_us + round(seconds * SECOND_US)
        while (due_us := self.machine.deadline_us) is not None and due_us <= until_us:
            self.now_us = due_us
            self.give(DeadlineReached())
        self.now_us = until_us

    @property
    def state(self) -> str:
        return self.machine.state.name

    @property
    def lamps(self) -> list[bool]:
        return [one.lit for one in self.outs if isinstance(one, SendLamp)]


def show(count: int) -> ShowMessages:
    return ShowMessages(port=0, count=count)


def test_an_idle_telephone_is_told_after_a_moment_by_on_hook_data() -> None:
    desk = Desk()
    desk.give(show(2))
    assert not desk.lamps
    desk.wait(IDLE_US / 1e6)
    assert desk.lamps == [True]
    assert isinstance(desk.outs[0], wires.TransmitOnHook)
    assert desk.state == Telephone.SENDING.name
    assert desk.give(SignalEnded()) == [HushSignal()]
    assert desk.state == Telephone.ON_HOOK.name
    desk.wait(60)
    assert desk.lamps == [True], "told once"


def test_only_the_newest_is_told_and_a_lamp_that_is_right_is_left_alone() -> None:
    desk = Desk()
    for count in (1, 0, 3):
        desk.give(show(count))
    desk.wait(2)
    desk.give(SignalEnded())
    desk.give(show(4))
    desk.wait(5)
    assert desk.lamps == [True]
    desk.give(show(0))
    desk.wait(5)
    assert desk.lamps == [True, False]
    assert desk.machine.lamp == 0


@pytest.mark.parametrize("busy", ["off-hook", "rung"])
def test_a_telephone_in_use_is_told_when_it_is_idle_again(busy: str) -> None:
    desk = Desk()
    desk.give(wires.Seized(0, 0) if busy == "off-hook" else Ring(port=0))
    desk.give(show(1))
    desk.wait(60)
    assert not desk.lamps
    desk.give(wires.Released(0, 0) if busy == "off-hook" else Release(port=0))
    desk.wait(1)
    assert not desk.lamps, "not in the moment it is put down"
    desk.wait(1)
    assert desk.lamps == [True]


@pytest.mark.parametrize("cut", [wires.Seized(0, 0), Ring(port=0, number="801")])
def test_who_lifts_or_is_rung_in_the_middle_is_not_kept_waiting_and_told_anew(cut: object) -> None:
    desk = Desk()
    desk.give(show(1))
    desk.wait(2)
    outs = desk.give(cut, 0.3)
    assert isinstance(outs[0], HushSignal)
    assert desk.machine.off_hook or desk.machine.ringing
    desk.give(wires.Released(0, 0) if desk.machine.off_hook else Release(port=0), 5.0)
    desk.wait(3)
    assert desk.lamps == [True, True]


def test_a_chip_that_failed_meanwhile_is_told_again_when_it_is_back() -> None:
    desk = Desk()
    desk.give(show(1))
    desk.wait(2)
    desk.give(wires.PortFailed(0, 0, "reset"))
    desk.wait(2)
    desk.give(SignalEnded())
    assert desk.lamps == [True, True], "tried again"
    desk.give(wires.PortRecovered(0, 0))
    desk.wait(2)
    assert desk.lamps == [True, True, True], "it went to nobody"


def test_the_lamps_of_a_whole_box_are_told_one_after_the_other() -> None:
    country = profile("CN")
    due = []
    for port in range(48):
        machine = TelephoneMachine(PortPlan(port, wires.PortKind.FXS, country, country.caller_id))
        machine.handle(ShowMessages(port=port, count=1), SECOND_US)
        due.append(machine.deadline_us)
    assert len(set(due)) == 48


def test_where_there_is_no_form_for_it_nothing_is_tried() -> None:
    desk = Desk("RU")
    desk.give(show(1))
    desk.wait(10)
    assert not desk.outs


def test_in_britain_the_polarity_is_reversed_meanwhile() -> None:
    desk = Desk("GB")
    desk.give(show(1))
    desk.wait(2)
    transmit = next(one for one in desk.outs if isinstance(one, wires.TransmitOnHook))
    assert transmit.reverse


def test_a_lamp_sent_to_a_telephone_in_use_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted fault."""

    def always(machine: TelephoneMachine, given: Given, now_us: int) -> list[Out]:
        return [
            *TelephoneMachine._asked_to_show(machine, given, now_us),
            *TelephoneMachine._show(machine, given, now_us),
        ]

    steps = dict(telephone.STEPS) | {(Telephone.OFF_HOOK, ShowMessages): always}
    monkeypatch.setattr(telephone, "STEPS", steps)
    with pytest.raises(AssertionError):
        test_a_telephone_in_use_is_told_when_it_is_idle_again("off-hook")


# -- the chip's line --------------------------------------------------------------------------------


@pytest.mark.parametrize(("reverse", "feed"), [(False, FEED_FORWARD_OHT), (True, FEED_REVERSE_OHT)])
def test_the_line_opens_its_speech_path_for_so_long_and_no_longer(reverse: bool, feed: int) -> None:
    line = FxsLine(0)
    line.command(wires.TransmitOnHook(800, reverse), 0)
    assert (line.state, line.linefeed) == (Hook.DATA, feed)
    line.advance(800_000)
    assert (line.state, line.linefeed) == (Hook.ON, FEED_FORWARD)


def test_lifting_ringing_and_stopping_end_it_at_once() -> None:
    for given, state in (("lift", Hook.OFF), ("ring", Hook.RING_WAIT), ("stop", Hook.ON)):
        line = FxsLine(0)
        line.command(wires.TransmitOnHook(800), 0)
        if given == "lift":
            events = [*line.hook(True, 10_000), *line.hook(True, 20_000)]
            assert [type(one) for one in events] == [wires.Seized]
        else:
            line.command(wires.StartRinging((1000, 4000)) if given == "ring" else wires.StopRinging(), 10_000)
        assert line.state is state


# -- over the chips ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lit", [True, False])
def test_it_reaches_the_wire_of_an_idle_telephone_through_the_chip(lit: bool) -> None:
    bench = HatBench([("fxo",) * 4 + ("fxs",) * 4])
    assert bench.start() == []
    form = profile("CN").caller_id
    sound = lamp_sent(form, lit)
    bench.cards[0].command(7, wires.TransmitOnHook(60 + len(sound) // 8 + 60))
    receiver, told, feeds = LampReceiver(form.form), [], set()
    padded = np.concatenate([np.zeros(480, np.int16), sound, np.zeros(TICK_SAMPLES * 10, np.int16)])
    for at in range(0, len(padded) - TICK_SAMPLES, TICK_SAMPLES):
        bench.sent[7] = padded[at : at + TICK_SAMPLES]
        bench.tick()
        feeds.add(int(bench.wire.box["feed"][7]))
        block = bench.wire.to_world[(int(bench.wire.blocks[0]) - 1) % RING_BLOCKS][7]
        if (heard_now := receiver.take(block)) is not None:
            told.append(heard_now)
    assert told == [lit]
    assert feeds == {FEED_FORWARD_OHT, FEED_FORWARD}
    assert not [one for one in bench.events if one.port == 7]
