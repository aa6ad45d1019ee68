"""Whatever an engine asks of the event model, it goes on: nothing raises, time does not run back."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware.config.schema import Card, Config, Extension, Line, Site
from firmware.protocol import commands as c
from firmware.protocol.names import Tone
from hwsim.fast.switch import FastSwitch
from hwsim.scenario import About, Arrivals, OutsideLine, OutsideParty, Person, Scenario
from hwsim.world.exchange import Exchange, Input, State

PORTS = st.integers(-2, 9)
RECORDINGS = st.sampled_from(["00" * 8, "0a" * 8, "nonsense"])
ITEMS = st.lists(
    st.one_of(
        st.builds(c.Phrase, prompt=st.sampled_from(["a", "b"]), language=st.sampled_from(["zh", "en"])),
        st.builds(c.ToneItem, tone=st.sampled_from(Tone), for_ms=st.integers(0, 3000)),
        st.builds(c.Pause, for_ms=st.integers(0, 3000)),
        st.just(c.Music()),
    ),
    max_size=4,
).map(tuple)
COMMANDS = st.one_of(
    st.builds(c.Seize, port=PORTS),
    st.builds(c.Release, port=PORTS),
    st.builds(c.FlashLine, port=PORTS),
    st.builds(c.Dial, port=PORTS, digits=st.text("0123456789,x#", max_size=6), pulse=st.booleans()),
    st.builds(c.Ring, port=PORTS, number=st.text("0123456789", max_size=12), name=st.text(max_size=8)),
    st.builds(c.StopRing, port=PORTS),
    st.builds(c.Hear, port=PORTS, source=PORTS),
    st.builds(c.Mix, port=PORTS, sources=st.lists(PORTS, max_size=4).map(tuple)),
    st.builds(c.Play, port=PORTS, play=st.just("p"), items=ITEMS, repeat=st.booleans()),
    st.builds(c.StopPlay, port=PORTS),
    st.builds(c.Listen, port=PORTS, digits=st.booleans(), progress=st.booleans(), far_end=st.booleans()),
    st.builds(c.Record, port=PORTS, recording=RECORDINGS),
    st.builds(c.StopRecord, port=PORTS, recording=RECORDINGS),
    st.builds(c.Report, port=st.just(-1)),
)


def scenario() -> Scenario:
    config = Config(
        site=Site(country="CN"),
        cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
        lines=tuple(Line(name=f"line-{i}", card="hat", slot=i, number="1") for i in (1, 2, 3)),
        extensions=tuple(Extension(number=f"80{i}", card="hat", slot=4 + i) for i in (1, 2)),
    )
    return Scenario(
        about=About(name="soup", seconds=600.0),
        box=config,
        outside_lines=(OutsideLine(line="*"),),
        arrivals=(Arrivals(id="a", per_hour=400.0),),
        persons=(Person(extension="801"), Person(extension="802")),
        outside_parties=(OutsideParty(number="12"),),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 4_000_000), COMMANDS), max_size=60))
def test_any_commands_at_any_time_are_survived(given: list[tuple[int, c.AnySwitchCommand]]) -> None:
    switch = FastSwitch(scenario(), {("a", "zh"): 8000})
    at_us = 0
    for number, (after_us, command) in enumerate(given):
        at_us += after_us
        before_us = switch.now_us
        while switch.now_us < at_us:
            for event in switch.advance(at_us):
                assert event.at_us <= switch.now_us
            assert switch.now_us >= before_us
        switch.submit(c.Numbered(1, number, 0, command))
    assert len(switch.report().ports) == 8


@given(st.lists(st.sampled_from(Input), max_size=60))
def test_an_exchange_takes_any_inputs_and_comes_to_rest(given: list[Input]) -> None:
    exchange = Exchange()
    for at_us, one in enumerate(given):
        exchange.handle(one, at_us)
    for _ in range(3):
        exchange.handle(Input.RELEASED, 10**6)
        exchange.handle(Input.FAR_LEFT, 10**6)
    assert exchange.state in (State.IDLE, State.DIAL_TONE)
