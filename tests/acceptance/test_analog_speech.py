"""What people hear and what is recorded, outside line to telephone and back, through the whole analog path."""

import itertools
from functools import partial

import numpy as np
import pytest
from msgspec import Struct
from numpy.typing import NDArray

from drivers.dsp.tones import level_dbm0
from drivers.ports import TICK_SAMPLES
from firmware.protocol.commands import Hear, Listen, Record, Seize
from hwsim.signals.speech import VOICES, talk_for
from tests.acceptance.line_bench import MIXED, Hat, LineBench

NOISE_DBM0, HUM_DBM0 = -68.0, -72.0
"""A clean line: the defaults of a scenario."""
LINE_ECHO_DB, TELEPHONE_ECHO_DB = 16.0, 18.0
LEARNT_S = 6.0
LONGEST_LAG_S = 0.25


class Pair(Struct, frozen=True):
    """One call: an outside line, a telephone, who speaks there."""

    line: int
    telephone: int
    caller: NDArray[np.int16]
    agent: NDArray[np.int16]

    @property
    def recording(self) -> str:
        return f"{self.line:016x}"


def pairs(hats: int, seconds: float) -> list[Pair]:
    """Each line talks to a telephone of the next hat, every second one to one of its own."""
    made = []
    for hat, slot in itertools.product(range(hats), range(4)):
        number = 4 * hat + slot
        other = (hat + number % 2) % hats
        made.append(
            Pair(
                8 * hat + slot,
                8 * other + 4 + slot,
                talk_for(seconds, 100 + number, VOICES[number % len(VOICES)]),
                talk_for(seconds, 200 + number, VOICES[(number + 3) % len(VOICES)]),
            )
        )
    return made


def connected(hats: int, calls: list[Pair], seed: int) -> LineBench:
    """All calls through, recorded."""
    bench = LineBench([Hat("CN", MIXED)] * hats, seed=seed)
    paths = np.random.default_rng(77)
    bench.rng, noise = paths, bench.rng
    for call in calls:
        for port, loss_db in ((call.line, LINE_ECHO_DB), (call.telephone, TELEPHONE_ECHO_DB)):
            bench.noise(port, NOISE_DBM0)
            bench.hum(port, HUM_DBM0)
            bench.echo(port, loss_db)
        bench.hook(call.telephone, True)
        bench.do(Seize(port=call.line))
    bench.rng = noise
    bench.run(1000)
    for call in calls:
        for port, other in ((call.line, call.telephone), (call.telephone, call.line)):
            bench.do(Hear(port=port, source=other), Listen(port=port, digits=True, far_end=True))
        bench.do(Record(port=call.line, recording=call.recording))
    bench.run(20)
    return bench


def turns(seconds: float, caller: bool) -> NDArray[np.float64]:
    """Who has the word: each in turn, and both for the last quarter."""
    mask = np.zeros(round(seconds * 8000))
    edges = np.linspace(0, mask.size, 9).astype(int)
    for part, (start, end) in enumerate(itertools.pairwise(edges)):
        mask[start:end] = part >= 6 or (part % 2 == 0) == caller
    return mask


def held(
    hats: int, calls: list[Pair], seconds: float, *, caller: bool, agent: bool, seed: int
) -> list[NDArray[np.int16]]:
    """The recordings (`int16[2, samples]`) of the calls with one side or both speaking in their turns."""
    bench = connected(hats, calls, seed)
    over_us = 0
    for call in calls:
        begins_us = bench.now_us + 40_000
        for port, wave, speaks, first in (
            (call.line, call.caller, caller, True),
            (call.telephone, call.agent, agent, False),
        ):
            said = wave[: round(seconds * 8000)] * turns(seconds, first) * speaks
            over_us = bench.say(port, said, begins_us)
    bench.run((over_us - bench.now_us) / 1000 + 200)
    return [bench.recording(call.recording) for call in calls]


def correlation(one: NDArray[np.int16], other: NDArray[np.int16]) -> float:
    return float(np.corrcoef(one.astype(np.float64), other.astype(np.float64))[0, 1])


def spectrum(wave: NDArray[np.int16], size: int) -> NDArray[np.complex128]:
    """Of the wave at unit energy."""
    whole = wave.astype(np.float64)
    return np.fft.rfft(whole / max(float(np.linalg.norm(whole)), 1.0), size)


def strangers(recordings: list[NDArray[np.int16]], calls: list[Pair]) -> float:
    """The largest normalised cross-correlation of a channel with another call's voice, ± LONGEST_LAG_S."""
    size = 1 << int(np.ceil(np.log2(2 * max(one.shape[1] for one in recordings))))
    voices = [[spectrum(voice, size) for voice in (call.caller, call.agent)] for call in calls]
    most, largest = round(LONGEST_LAG_S * 8000), 0.0
    for number, recording in enumerate(recordings):
        for channel in recording:
            recorded = spectrum(channel, size)
            for voice in itertools.chain(*(pair for k, pair in enumerate(voices) if k != number)):
                lags = np.fft.irfft(recorded * np.conj(voice), size)
                largest = max(largest, float(np.abs(lags[:most]).max()), float(np.abs(lags[-most:]).max()))
    return largest


def check_conversation(hats: int, seconds: float) -> None:
    calls = pairs(hats, seconds)
    callers = held(hats, calls, seconds, caller=True, agent=False, seed=1)
    agents = held(hats, calls, seconds, caller=False, agent=True, seed=2)
    both = held(hats, calls, seconds, caller=True, agent=True, seed=3)
    left = [correlation(one[0], alone[0]) for one, alone in zip(both, callers, strict=True)]
    right = [correlation(one[1], alone[1]) for one, alone in zip(both, agents, strict=True)]
    foreign = strangers(both, calls)
    print(
        f"{len(calls)} calls of {seconds:.0f} s: caller's channel correlates {min(left):.4f} or more,",
        end=" ",
    )
    print(f"agent's {min(right):.4f} or more; another call's voice at most {foreign:.3f}")
    assert min(left) >= 0.97
    assert min(right) >= 0.97
    assert foreign < 0.1


def test_recordings_hold_each_side_alone() -> None:
    check_conversation(1, 8.0)


@pytest.mark.slow
def test_sixteen_conversations_are_recorded_each_side_alone() -> None:
    check_conversation(4, 60.0)


def check_echo(hats: int, seconds: float) -> None:
    """One side speaks all the time; what the other side's channel holds of it."""
    calls = pairs(hats, seconds)
    worst = {}
    for caller in (True, False):
        bench = connected(hats, calls, 4)
        over_us = 0
        for call in calls:
            port, wave = (call.line, call.caller) if caller else (call.telephone, call.agent)
            over_us = bench.say(port, wave, bench.now_us + 40_000)
        bench.run((over_us - bench.now_us) / 1000)
        late = slice(round(LEARNT_S * 8000), None)
        heard = [bench.recording(call.recording)[:, late] for call in calls]
        echo = [level_dbm0(one[1 if caller else 0]) - level_dbm0(one[0 if caller else 1]) for one in heard]
        worst["the caller's, from the telephone" if caller else "the agent's, from the line"] = max(echo)
    print(f"{len(calls)} calls, echo after {LEARNT_S:.0f} s of speech: {worst}")
    assert max(worst.values()) <= -30.0


def test_echo_of_the_far_side_is_gone_after_six_seconds() -> None:
    check_echo(1, 9.0)


@pytest.mark.slow
def test_echo_of_the_far_side_is_gone_on_sixteen_lines() -> None:
    check_echo(4, 30.0)


def _keep(wire: dict[int, NDArray[np.int16]], block: int, sent: NDArray[np.int16]) -> None:
    wire[block] = sent.copy()


def mouth_to_ear_ms(hats: int) -> list[tuple[float, bool, int]]:
    """(delay, line to telephone, hats between) of every call both ways."""
    calls = pairs(hats, 2.0)
    found = []
    for to_telephone in (True, False):
        bench = connected(hats, calls, 5)
        wire: dict[int, NDArray[np.int16]] = {}
        bench.listeners.append(partial(_keep, wire))
        begins_us = bench.now_us + 40_000
        for call in calls:
            port, wave = (call.line, call.caller) if to_telephone else (call.telephone, call.agent)
            bench.say(port, wave, begins_us)
        began = bench.sample(begins_us)
        bench.run(2200)
        first = min(wire)
        # A block handed to the wires at the end of tick n sounds in tick n + 1.
        sounded = np.concatenate([wire[block] for block in sorted(wire)], axis=1)
        at = (first + 1) * TICK_SAMPLES
        for call in calls:
            ear, wave = (call.telephone, call.caller) if to_telephone else (call.line, call.agent)
            across = np.correlate(sounded[ear].astype(float), wave[:8000].astype(float), "valid")
            found.append(
                ((int(across.argmax()) + at - began) / 8, to_telephone, call.telephone // 8 - call.line // 8)
            )
    return found


@pytest.mark.parametrize("hats", [1, pytest.param(4, marks=pytest.mark.slow)])
def test_mouth_to_ear_takes_at_most_80_ms(hats: int) -> None:
    found = mouth_to_ear_ms(hats)
    for to_telephone in (True, False):
        delays = [ms for ms, direction, _ in found if direction is to_telephone]
        where = "line to telephone" if to_telephone else "telephone to line"
        print(f"mouth to ear, {where}, {hats} hats: {min(delays):.1f} to {max(delays):.1f} ms")
    assert 20.0 <= min(found)[0] <= max(found)[0] <= 80.0
