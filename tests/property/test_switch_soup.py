"""Whatever the engine orders and the wires do, the switch ticks on and nobody hears what is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers import ports as wires
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as ask
from firmware.protocol import events as told
from firmware.protocol.names import Tone
from tests.unit.switch_bench import Bench

PORT = st.integers(-2, 9)
ID = st.sampled_from(["0" * 16, "1" * 16, "nonsense", ""])
DIGITS = st.text("0123456789*#ABCDx,", max_size=6)
ITEM = st.one_of(
    st.builds(ask.Phrase, st.sampled_from(["hello", "nowhere"]), st.sampled_from(["zh", "en", "xx"])),
    st.builds(ask.ToneItem, st.sampled_from(list(Tone)), st.integers(-5, 900)),
    st.builds(ask.Pause, st.integers(-5, 12_000)),
    st.builds(ask.Music, st.sampled_from(["default", "?"])),
    st.builds(ask.Message, ID),
)
COMMAND: st.SearchStrategy[Any] = st.one_of(
    *(
        st.builds(kind, port=PORT)
        for kind in (ask.Seize, ask.Release, ask.StopRing, ask.StopPlay, ask.Report)
    ),
    st.builds(ask.FlashLine, port=PORT),
    st.builds(
        ask.Dial, port=PORT, digits=DIGITS, pulse=st.booleans(), dial_tone_within_ms=st.sampled_from([0, 100])
    ),
    st.builds(ask.Ring, port=PORT, number=DIGITS, name=st.text(max_size=5), cadence=st.text(max_size=3)),
    st.builds(ask.Hear, port=PORT, source=PORT),
    st.builds(ask.Mix, port=PORT, sources=st.lists(PORT, max_size=5).map(tuple)),
    st.builds(ask.Confer, port=PORT, members=st.lists(PORT, max_size=5).map(tuple)),
    st.builds(
        ask.Play,
        port=PORT,
        play=st.just("p"),
        items=st.lists(ITEM, max_size=4).map(tuple),
        repeat=st.booleans(),
    ),
    st.builds(
        ask.Listen,
        port=PORT,
        digits=st.booleans(),
        pulses=st.booleans(),
        progress=st.booleans(),
        far_end=st.booleans(),
    ),
    st.builds(ask.Record, port=PORT, recording=ID),
    st.builds(ask.PauseRecord, port=PORT, recording=ID, paused=st.booleans()),
    st.builds(ask.StopRecord, port=PORT, recording=ID),
    st.builds(ask.SetGain, port=PORT, from_port_db=st.floats(-90, 90), to_port_db=st.floats(-90, 90)),
)
EVENT: st.SearchStrategy[Any] = st.builds(
    lambda kind, port: kind(port, 0),
    st.sampled_from(
        [
            wires.Seized,
            wires.Released,
            wires.Flashed,
            wires.RingBegan,
            wires.RingStopped,
            wires.LoopOpened,
            wires.LoopClosed,
            wires.BatteryLost,
            wires.BatteryReturned,
            wires.PortRecovered,
        ]
    ),
    st.integers(0, 7),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.one_of(COMMAND, EVENT), st.integers(0, 3)), max_size=40))
def test_any_soup_of_commands_and_events_is_carried_or_counted(steps: list[tuple[Any, int]]) -> None:
    bench = Bench(PromptBank({("hello", "zh"): np.ones(300, np.int16)}, {"default": np.ones(999, np.int16)}))
    events: list[told.AnySwitchEvent] = []
    for what, ticks in steps:
        if isinstance(what, ask.SwitchCommand):
            bench.do(what)  # type: ignore[arg-type]
        else:
            bench.card.happen(what)
        events += bench.run(ticks)
    for port in range(8):
        bench.do(ask.Release(port=port))
    events += bench.run(2)
    report = bench.switch.report()
    assert all(one.hears == -1 and not one.play and not one.recording for one in report.ports)
    assert not bench.card.given[-1].any()
    began = [one.recording for one in events if isinstance(one, told.TapeBegan)]
    ended = [one.recording for one in events if isinstance(one, told.TapeEnded)]
    assert sorted(began) == sorted(ended)
