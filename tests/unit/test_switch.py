"""The switch over a bench card: commands in, sound and events out."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from drivers import ports as wires
from drivers.dsp import g711, tones
from drivers.ports import PortKind
from firmware.config.schema import Config
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.protocol.commands import Numbered
from firmware.protocol.names import HangUpSign, Presentation, Tone
from firmware.switch.plan import SwitchPlan
from firmware.switch.switch import Switch
from tests.unit.switch_bench import Bench, HandClock, ListTape, config

RECORDING = "00112233445566ff"


def ramp(length: int, start: int = 1000) -> np.ndarray:
    return (start + np.arange(length) % 97).astype(np.int16)


def of(events: list[told.AnySwitchEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_the_first_event_of_a_life_is_the_report() -> None:
    bench = Bench()
    report = bench.first[0]
    assert isinstance(report, told.StateReport)
    assert [one.kind for one in report.ports] == ["fxo"] * 4 + ["fxs"] * 4
    assert all(one.hears == -1 and not one.off_hook and not one.alarm for one in report.ports)


def test_the_report_comes_first_and_knows_what_the_first_tick_saw() -> None:
    bench = Bench()
    plan = SwitchPlan.from_config(config())
    switch = Switch([bench.card], plan, bench.clock, PromptBank({}, {}), bench.tape, epoch=4)
    switch.start()
    bench.card.happen(wires.Seized(5, bench.clock.us + 5_000))
    events = switch.tick()
    assert [type(one) for one in events] == [told.StateReport, told.TelephoneSeized]
    assert events[0].at_us <= events[1].at_us
    assert isinstance(events[0], told.StateReport) and events[0].ports[5].off_hook


def test_a_conversation_carries_both_voices_and_no_other() -> None:
    bench = Bench()
    bench.do(ask.Hear(port=0, source=4), ask.Hear(port=4, source=0))
    bench.card.say(0, ramp(800))
    bench.card.say(4, ramp(800, 5000))
    bench.card.say(5, ramp(800, 9000))
    bench.run(7)
    assert np.array_equal(bench.card.heard(4)[-960:-160], ramp(800))
    assert np.array_equal(bench.card.heard(0)[-960:-160], ramp(800, 5000))
    for port in (1, 2, 3, 5, 6, 7):
        assert not bench.card.heard(port).any()


def test_what_is_said_is_heard_one_tick_later() -> None:
    bench = Bench()
    bench.do(ask.Hear(port=0, source=4))
    bench.card.say(4, ramp(160))
    bench.run(2)
    assert np.array_equal(bench.card.given[-1][0], ramp(160))


def test_a_lifted_telephone_is_told_with_the_time_of_the_wire() -> None:
    bench = Bench()
    at_us = bench.clock.us + 5_000
    bench.card.happen(wires.Seized(5, at_us))
    assert bench.run(1) == [told.TelephoneSeized(port=5, at_us=at_us)]
    assert bench.switch.report().ports[5].off_hook


def test_prompts_pauses_and_tones_are_played_in_order_to_the_sample() -> None:
    bank = PromptBank({("hello", "zh"): ramp(1000), ("bye", "en"): ramp(500, 3000)}, {})
    bench = Bench(bank)
    items = (ask.Phrase("hello", "zh"), ask.Pause(30), ask.Phrase("bye", "en"))
    bench.do(ask.Play(port=4, play="p1", items=items))
    events = bench.run(13)
    heard = bench.card.heard(4)
    begin = int(np.flatnonzero(heard)[0])
    wanted = np.concatenate([ramp(1000), np.zeros(240, np.int16), ramp(500, 3000)])
    assert np.array_equal(heard[begin : begin + 1740], wanted)
    assert not heard[begin + 1740 :].any()
    assert [event.play for event in of(events, told.PlayEnded)] == ["p1"]


def test_a_missing_prompt_is_a_counted_beep() -> None:
    bench = Bench()
    bench.do(ask.Play(port=4, play="p1", items=(ask.Phrase("nowhere", "zh"),)))
    events = bench.run(25)
    assert bench.card.heard(4).any()
    assert of(events, told.PlayEnded)
    assert bench.switch.voice.playlist.missing == 1


def test_a_prompt_missing_in_one_language_is_spoken_in_the_other() -> None:
    bench = Bench(PromptBank({("hello", "en"): ramp(320)}, {}))
    bench.do(ask.Play(port=4, play="p1", items=(ask.Phrase("hello", "zh"),)))
    bench.run(4)
    heard = bench.card.heard(4)
    assert np.array_equal(heard[heard != 0], ramp(320))
    assert bench.switch.voice.playlist.missing == 1


def test_a_country_tone_for_ever_never_ends_and_for_a_while_does() -> None:
    bench = Bench()
    bench.do(ask.Play(port=4, play="dial", items=(ask.ToneItem(Tone.DIAL),)))
    bench.do(ask.Play(port=5, play="busy", items=(ask.ToneItem(Tone.BUSY, 1000),)))
    events = bench.run(200)
    assert [event.play for event in of(events, told.PlayEnded)] == ["busy"]
    assert tones.level_dbm0(bench.card.heard(4)[-8000:]) == pytest.approx(-10.0, abs=0.2)
    busy = bench.card.heard(5)
    assert np.abs(busy[:8400]).max() > 3000 and not busy[8800:].any()


def test_music_plays_for_ever_also_under_an_unknown_name() -> None:
    bench = Bench(PromptBank({}, {"default": ramp(700)}))
    bench.do(ask.Play(port=0, play="m", items=(ask.Music("nobody"),)))
    assert not of(bench.run(50), told.PlayEnded)
    assert bench.card.heard(0)[-1600:].all()


def test_hearing_somebody_ends_what_was_played_without_a_word() -> None:
    bench = Bench(PromptBank({}, {"default": ramp(700)}))
    bench.do(ask.Play(port=0, play="m", items=(ask.Music(),)))
    bench.run(3)
    bench.do(ask.Hear(port=0, source=4))
    assert not of(bench.run(5), told.PlayEnded)
    assert not bench.card.given[-1][0].any()
    assert bench.switch.report().ports[0].play == ""


def test_a_tone_over_a_talk_leaves_the_talk_and_tells_nobody() -> None:
    bench = Bench()
    bench.do(ask.Hear(port=5, source=4), ask.Inject(port=5, items=(ask.ToneItem(Tone.CALL_WAITING, 200),)))
    bench.card.say(4, np.full(8000, 50, np.int16))
    events = bench.run(30)
    assert not of(events, told.PlayEnded) and not bench.switch.misfits
    heard = bench.card.heard(5).astype(int)
    loud = np.flatnonzero(np.abs(heard - 50) > 1000)
    assert 1000 < loud[-1] - loud[0] < 1700, "0.2 s"
    assert abs(int(np.mean(heard[loud[0] : loud[-1]])) - 50) < 30, "the voice goes on under it"
    assert (heard[loud[-1] + 160 : 4000] == 50).all()


def test_a_tone_over_a_talk_can_be_stopped_and_ends_with_the_call() -> None:
    bench = Bench()
    for stop in (ask.Inject(port=5), ask.Release(port=5)):
        bench.do(ask.Hear(port=5, source=4), ask.Inject(port=5, items=(ask.ToneItem(Tone.DIAL, 5000),)))
        bench.run(10)
        assert bench.card.given[-1][5].any()
        bench.do(stop)
        bench.run(4)
        assert not bench.card.given[-1][5].any()


def test_recording_tapes_both_directions_from_the_next_tick_until_stopped() -> None:
    bench = Bench()
    bench.do(ask.Hear(port=0, source=4), ask.Hear(port=4, source=0))
    bench.card.say(0, ramp(1600))
    bench.card.say(4, ramp(1600, 8000))
    bench.do(ask.Record(port=0, recording=RECORDING))
    began = of(bench.run(5), told.TapeBegan)
    bench.do(ask.StopRecord(port=0, recording=RECORDING))
    ended = of(bench.run(1), told.TapeEnded)
    assert [(one.recording, one.tick) for one in began] == [(RECORDING, 2)]
    assert [(one.recording, one.tick) for one in ended] == [(RECORDING, 7)]
    assert [block.tick for block in bench.tape.blocks] == [2, 3, 4, 5, 6]
    left = np.concatenate([block.samples[0, 0] for block in bench.tape.blocks])
    right = np.concatenate([block.samples[0, 1] for block in bench.tape.blocks])
    assert np.array_equal(left, g711.encode(ramp(800), "alaw"))
    assert np.array_equal(right, g711.encode(ramp(800, 8000), "alaw"))


def test_a_paused_recording_tapes_silence() -> None:
    bench = Bench()
    bench.card.say(4, ramp(1600))
    bench.do(ask.Record(port=4, recording=RECORDING))
    bench.run(2)
    bench.do(ask.PauseRecord(port=4, recording=RECORDING, paused=True))
    bench.run(2)
    bench.do(ask.PauseRecord(port=4, recording=RECORDING, paused=False))
    bench.run(1)
    quiet = [bool((block.samples == 0xD5).all()) for block in bench.tape.blocks]
    assert quiet == [False, False, True, True, False]


def test_a_full_audio_ring_is_counted_and_never_waited_for() -> None:
    bench = Bench()
    bench.do(ask.Record(port=4, recording=RECORDING))
    bench.tape.full = True
    bench.run(3)
    assert bench.switch.tape.lost_blocks == 3


def test_release_ends_all_that_runs_on_the_port() -> None:
    bench = Bench(PromptBank({}, {"default": ramp(700)}))
    bench.do(ask.Seize(port=0), ask.Listen(port=0, digits=True, far_end=True))
    bench.do(ask.Record(port=0, recording=RECORDING), ask.Play(port=0, play="m", items=(ask.Music(),)))
    bench.run(3)
    bench.do(ask.Release(port=0))
    events = bench.run(2)
    assert [one.recording for one in of(events, told.TapeEnded)] == [RECORDING]
    assert not bench.card.given[-1][0].any()
    assert (0, wires.GoOnHook()) in bench.card.commands
    report = bench.switch.report().ports[0]
    assert not report.off_hook and report.recording == "" and report.play == "" and report.hears == -1


def test_a_repeated_command_is_dropped() -> None:
    bench = Bench()
    for _ in range(2):
        bench.switch.submit(Numbered(1, 77, 0, ask.Seize(port=0)))
    assert bench.card.commands.count((0, wires.GoOffHook())) == 1
    assert bench.switch.inbox.repeats == 1


@pytest.mark.parametrize(
    "command",
    [
        ask.Seize(port=99),
        ask.Seize(port=4),
        ask.Ring(port=0),
        ask.Hear(port=0, source=99),
        ask.Confer(port=0, members=(0, 4, 99)),
        ask.Dial(port=0, digits="123"),
        ask.Dial(port=4, digits="123"),
        ask.Record(port=0, recording="not an id"),
        ask.StopRecord(port=0, recording=RECORDING),
        ask.PauseRecord(port=0, recording=RECORDING, paused=True),
        ask.FlashLine(port=4),
    ],
)
def test_a_command_that_does_not_fit_is_counted(command: ask.AnySwitchCommand) -> None:
    bench = Bench()
    bench.do(command)
    bench.run(2)
    assert bench.switch.misfits == 1


def test_a_key_of_a_telephone_is_told_also_while_a_prompt_plays() -> None:
    bench = Bench(PromptBank({("menu", "zh"): ramp(16000)}, {}))
    bench.lift(4)
    bench.do(ask.Listen(port=4, digits=True))
    bench.do(ask.Play(port=4, play="p", items=(ask.Phrase("menu", "zh"),)))
    bench.run(5)
    bench.card.say(4, tones.dtmf("5", level=-12.0))
    digits = of(bench.run(15), told.DigitReceived)
    assert [(one.port, one.digit, one.pulse) for one in digits] == [(4, "5", False)]


def test_keys_are_told_only_where_they_are_listened_for() -> None:
    bench = Bench()
    bench.lift(4)
    bench.card.say(4, tones.dtmf("5"))
    assert not of(bench.run(15), told.DigitReceived)


def test_the_echo_of_our_own_digits_is_no_key() -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0), ask.Listen(port=0, digits=True))
    bench.card.echo_db[0] = -10.0
    bench.do(ask.Dial(port=0, digits="159#", dial_tone_within_ms=0))
    events = bench.run(80)
    assert not of(events, told.DigitReceived)
    assert [one.dialled for one in of(events, told.DialEnded)] == [True]


def test_a_key_heard_by_the_far_leg_does_not_come_back_as_its_own() -> None:
    bench = Bench()
    bench.lift(4)
    bench.lift(5)
    bench.card.echo_db[5] = -12.0
    bench.do(ask.Hear(port=4, source=5), ask.Hear(port=5, source=4))
    bench.do(ask.Listen(port=4, digits=True), ask.Listen(port=5, digits=True))
    bench.card.say(4, tones.dtmf("7"))
    assert [one.port for one in of(bench.run(20), told.DigitReceived)] == [4]


def test_dialling_waits_for_dial_tone_then_sends_the_digits_and_nothing_else() -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0), ask.Hear(port=0, source=4), ask.Dial(port=0, digits="18"))
    bench.card.say(4, ramp(16_000))
    quiet = bench.run(30)
    assert not of(quiet, told.DialEnded)
    bench.card.say(0, tones.play(bench.country.tones["dial"], 1800))
    ended = of(bench.run(130), told.DialEnded)
    assert [one.dialled for one in ended] == [True]
    sent = bench.card.heard(0)
    wanted = tones.dtmf("18", level=-6.0)
    begins = np.flatnonzero(sent == wanted[1])
    assert any(np.array_equal(sent[at - 1 : at - 1 + len(wanted)], wanted) for at in begins)


@pytest.mark.parametrize(("going_on", "dialled"), [(False, [False]), (True, [True])])
def test_without_dial_tone_the_line_says_so_or_is_dialled_anyway(going_on: bool, dialled: list[bool]) -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0))
    bench.do(ask.Dial(port=0, digits="1", dial_tone_within_ms=400, proceed_without_dial_tone=going_on))
    assert [one.dialled for one in of(bench.run(50), told.DialEnded)] == dialled


def test_pulse_dialling_goes_to_the_card_in_pieces() -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0))
    bench.card.dialling_ports.add(0)
    bench.do(ask.Dial(port=0, digits="0,12x", pulse=True, dial_tone_within_ms=0))
    bench.run(5)
    bench.card.dialling_ports.clear()
    assert [one.dialled for one in of(bench.run(40), told.DialEnded)] == [True]
    sent = [command for port, command in bench.card.commands if isinstance(command, wires.SendPulses)]
    assert [one.digits for one in sent] == ["0", "12"]


def test_a_ringing_line_counts_its_rings_and_its_end() -> None:
    bench = Bench()
    events = []
    for _ in range(3):
        bench.card.happen(wires.RingBegan(0, bench.clock.us))
        events += bench.run(50)
        bench.card.happen(wires.RingStopped(0, bench.clock.us))
        events += bench.run(200)
    assert [one.count for one in of(events, told.LineRang)] == [1, 2, 3]
    assert not of(events, told.LineRingingEnded)
    assert len(of(bench.run(120), told.LineRingingEnded)) == 1


def test_a_telephone_gets_the_caller_id_between_the_rings_and_a_line_reads_it() -> None:
    bench = Bench()
    bench.do(ask.Ring(port=4, number="13800138000", name="张三"))
    bench.run(2)
    bench.card.happen(wires.RingStopped(4, bench.clock.us))
    bench.run(100)
    burst = bench.card.heard(4)
    bench.card.happen(wires.RingBegan(1, bench.clock.us))
    bench.run(50)
    bench.card.happen(wires.RingStopped(1, bench.clock.us))
    bench.run(1)
    bench.card.say(1, burst)
    callers = of(bench.run(150), told.CallerIdReceived)
    assert [(one.number, one.name, one.presentation) for one in callers] == [
        ("13800138000", "张三", Presentation.ALLOWED)
    ]


@pytest.mark.parametrize("country", ["CN", "GB", "DE", "FR", "US", "IN", "BR", "TW"])
def test_caller_id_of_each_country_crosses_from_a_telephone_port_to_a_line(country: str) -> None:
    bench = Bench(country=country)
    form = bench.country.caller_id
    bench.do(ask.Ring(port=4, number="2025550143", name=""))
    rung = next(c for _, c in bench.card.commands if isinstance(c, wires.StartRinging))
    if form.when == "between-rings":
        bench.card.happen(wires.RingStopped(4, bench.clock.us))
    bench.run(150)
    burst = bench.card.heard(4)
    lasts = int(np.flatnonzero(burst)[-1]) - 160
    events = []
    if form.when == "before-ring":
        assert rung.first_pause_ms * 8 > lasts and rung.reverse_first == form.reversal
        bench.card.happen(wires.PolarityReversed(0, bench.clock.us, True))
    else:
        bench.card.happen(wires.RingBegan(0, bench.clock.us))
        events += bench.run(50)
        bench.card.happen(wires.RingStopped(0, bench.clock.us))
    events += bench.run(1)
    bench.card.say(0, burst)
    events += bench.run(150)
    if form.when == "before-ring":
        assert not of(events, told.CallerIdReceived)
        bench.card.happen(wires.RingBegan(0, bench.clock.us))
        events += bench.run(1)
    kinds = [type(one) for one in events if isinstance(one, told.LineRang | told.CallerIdReceived)]
    assert kinds == [told.LineRang, told.CallerIdReceived]
    assert of(events, told.CallerIdReceived)[0].number == "2025550143"


def test_lifting_stops_a_caller_id_that_is_being_sent() -> None:
    bench = Bench()
    bench.do(ask.Ring(port=4, number="13800138000"))
    bench.card.happen(wires.RingStopped(4, bench.clock.us))
    bench.run(45)
    assert bench.card.given[-1][4].any()
    bench.lift(4)
    bench.run(2)
    assert not bench.card.given[-1][4].any()
    assert (4, wires.StopRinging()) in bench.card.commands


def test_an_unplugged_line_is_an_alarm_until_it_is_back() -> None:
    bench = Bench()
    bench.card.happen(wires.BatteryLost(2, bench.clock.us))
    assert [one.alarm for one in of(bench.run(1), told.LineAlarmed)] == ["no-battery"]
    assert bench.switch.report().ports[2].alarm == "no-battery"
    bench.card.happen(wires.BatteryReturned(2, bench.clock.us))
    assert of(bench.run(1), told.LineRestored)


def test_a_slot_whose_chip_is_missing_is_found_and_alarmed() -> None:
    bench = Bench(kinds=[None, *[PortKind.FXO] * 3, *[PortKind.FXS] * 4])
    assert bench.findings == ["port 1: fxo is configured, there is nothing that works"]
    assert [one.alarm for one in of(bench.first, told.LineAlarmed)] == ["chip"]
    assert bench.switch.report().ports[0].kind == ""


def test_the_far_end_leaves_by_open_loop_or_reversal_where_the_line_believes_it() -> None:
    for event, sign in (
        (wires.LoopOpened(0, 0), HangUpSign.OPEN_LOOP),
        (wires.PolarityReversed(0, 0, True), HangUpSign.REVERSAL),
    ):
        for believed in (True, False):
            bench = Bench(hangup=(sign.value,) if believed else ("busy-tone",))
            bench.do(ask.Seize(port=0), ask.Listen(port=0, far_end=True))
            bench.run(40)
            bench.card.happen(type(event)(**{**_fields(event), "at_us": bench.clock.us}))
            assert [one.sign for one in of(bench.run(1), told.FarEndReleased)] == [sign] * believed


def _fields(event: wires.AnyLineEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def speech(seconds: float, seed: int = 1) -> np.ndarray:
    """Syllables of noise about as loud as talk."""
    size = int(8000 * seconds)
    syllables = np.maximum(0, np.sin(2 * np.pi * 3.3 * np.arange(size) / 8000)) ** 2
    noise = np.random.default_rng(seed).normal(size=size) * 4000
    return np.asarray(np.rint(noise * syllables).astype(np.int16))


@pytest.mark.parametrize("tone", ["busy", "congestion"])
@pytest.mark.parametrize("country", ["CN", "GB", "US", "DE"])
def test_a_far_end_that_leaves_with_a_tone_is_told_within_ten_seconds(country: str, tone: str) -> None:
    bench = Bench(country=country)
    bench.do(ask.Seize(port=0), ask.Listen(port=0, far_end=True, progress=True))
    noise = np.random.default_rng(2).normal(size=8000 * 14) * 180  # about -39 dBm0
    sound = np.concatenate([speech(4.0), tones.play(bench.country.tones[tone], 10_000)]) + noise
    bench.card.say(0, sound.astype(np.int16))
    assert not of(bench.run(190), told.FarEndReleased)
    gone = of(bench.run(500), told.FarEndReleased)
    assert [one.sign for one in gone] == [HangUpSign.BUSY_TONE]


def test_a_silent_line_is_left_when_both_sides_said_nothing_for_the_limit() -> None:
    bench = Bench(silence_limit_s=8.0)
    bench.do(ask.Seize(port=0), ask.Listen(port=0, far_end=True), ask.Hear(port=0, source=4))
    noise = np.random.default_rng(3).normal(size=8000 * 40) * 180
    noise[: 8000 * 5] += speech(5.0)
    bench.card.say(0, noise.astype(np.int16))
    bench.card.say(4, np.concatenate([np.zeros(8000 * 10, np.int16), speech(4.0)]))
    events = bench.run(20 * 50)
    assert not of(events, told.FarEndReleased)
    gone = of(bench.run(12 * 50), told.FarEndReleased)
    assert [one.sign for one in gone] == [HangUpSign.SILENCE]


def test_a_voice_after_ringback_answers_a_call_out() -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0), ask.Listen(port=0, progress=True, far_end=True))
    bench.do(ask.Dial(port=0, digits="123", dial_tone_within_ms=0))
    bench.run(40)
    ringback = tones.play(bench.country.tones["ringback"], 11_000)
    bench.card.say(0, np.concatenate([ringback, speech(3.0)]))
    events = bench.run(11 * 50)
    assert [one.tone for one in of(events, told.ToneHeard)] == [Tone.RINGBACK]
    assert not of(events, told.FarEndAnswered)
    answered = of(bench.run(3 * 50), told.FarEndAnswered)
    assert [one.sign.value for one in answered] == ["voice"]


def test_the_echo_of_the_far_leg_is_taken_out_before_it_is_recorded() -> None:
    bench = Bench()
    bench.lift(4)
    bench.card.echo_db[4] = -12.0
    bench.do(ask.Seize(port=0), ask.Hear(port=4, source=0), ask.Record(port=4, recording=RECORDING))
    said = speech(12.0, seed=5)
    bench.card.say(0, said)
    bench.run(12 * 50)
    left = np.concatenate([g711.decode(block.samples[0, 0], "alaw") for block in bench.tape.blocks])
    right = np.concatenate([g711.decode(block.samples[0, 1], "alaw") for block in bench.tape.blocks])
    tail = slice(7 * 8000, 11 * 8000)
    assert tones.level_dbm0(left[tail]) <= tones.level_dbm0(right[tail]) - 30


def test_a_box_without_ports_keeps_its_time() -> None:
    """Neither cards nor SIP yet: it lives until somebody sets it up."""
    clock = HandClock()
    switch = Switch([], SwitchPlan.from_config(Config()), clock, PromptBank({}, {}), ListTape(), epoch=1)
    assert switch.start() == []
    began_us = clock.now_us()
    for _ in range(50):
        assert all(isinstance(event, told.StateReport) for event in switch.tick())
    assert clock.now_us() - began_us == 50 * wires.TICK_US
    assert switch.report().ports == ()
