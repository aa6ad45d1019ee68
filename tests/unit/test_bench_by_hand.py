"""The simulated bench played live: callers who stay, speech and hearing in short pieces, news, tones in words."""

import base64
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
import pytest
from numpy.typing import NDArray

from drivers.countries import profile
from drivers.ports import CYCLE_US, SAMPLE_RATE_HZ, TICK_SAMPLES, TICK_US
from firmware.config.schema import Card, Config, Extension, Line, Site
from firmware.protocol.names import Tone
from hwsim.scenario import About, OutsideLine, Person, Scenario
from hwsim.wire import RING_BLOCKS, Wire
from hwsim.world import by_hand, visitor
from hwsim.world.asked import MOST_PIECE, Reply, Session
from hwsim.world.desk import Desk
from hwsim.world.live_voice import MOST, PRIME, LiveVoice
from hwsim.world.mouth import Mouth
from hwsim.world.percepts import HeardVoice
from hwsim.world.tones import tone_row
from hwsim.world.visitor import MARK_US
from hwsim.world.voiceprint import voiceprint
from hwsim.world.world import World

LINE, PHONE = 0, 4
NUMBER = "62345678"


class Box:
    """A world whose box answers each ring and sends `sounds` to all ports."""

    def __init__(self, *persons: Person) -> None:
        config = Config(
            site=Site(country="CN"),
            cards=(Card(name="hat", slots=("fxo",) * 4 + ("fxs",) * 4),),
            lines=(Line(name="line-1", card="hat", slot=1, number=NUMBER),),
            extensions=(Extension(number="801", card="hat", slot=5),),
        )
        about = About(name="hand", seconds=600.0)
        lines = (OutsideLine(line="*"),)
        self.world = World(Scenario(about=about, box=config, outside_lines=lines, persons=persons), Wire(8))
        self.wire = self.world.wire
        self.desk = Desk(self.world)
        self.sounds: Callable[[int], NDArray[np.int16]] = lambda _: np.full(TICK_SAMPLES, 3000, np.int16)
        self.answers = True
        self.now_us = 0
        self.step()

    def step(self) -> None:
        if self.now_us and self.now_us % TICK_US == 0:
            block = self.now_us // TICK_US - 1
            self.wire.to_world[block % RING_BLOCKS] = self.sounds(block)
            self.wire.blocks[0] = block + 1
        self.world.advance(self.now_us)
        self.wire.box["off_hook"][LINE] = self.answers and (
            self.wire.world["ring_v"][LINE] > 0 or bool(self.wire.box["off_hook"][LINE])
        )
        self.now_us += CYCLE_US

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds * 1e6) // CYCLE_US):
            self.step()

    def ask(self, **request: object) -> Reply:
        """The first answer."""
        return next(reply for reply in self._stepped(self.desk.open(request)) if reply is not None)

    def take(self, session: Session, seconds: float) -> list[Reply]:
        """What comes in that time."""
        until_us, found = self.now_us + round(seconds * 1e6), []
        for reply in session:
            found += [reply] if reply is not None else []
            self.step()
            if self.now_us >= until_us:
                break
        return found

    def _stepped(self, session: Session) -> Session:
        for reply in session:
            yield reply
            self.step()

    def heard(self, session: Session, seconds: float) -> NDArray[np.int16]:
        pieces = [base64.b64decode(one["audio"]) for one in self.take(session, seconds) if "audio" in one]
        return np.frombuffer(b"".join(pieces), "<i2")


@pytest.fixture
def box() -> Box:
    return Box()


def piece(samples: int = 320, level: int = 5000) -> str:
    return base64.b64encode(np.full(samples, level, "<i2").tobytes()).decode()


def called(box: Box) -> str:
    return str(box.ask(do="ring", number=NUMBER, name="Ann", **{"from": "13800138000"})["who"])


def test_a_visitor_rings_hears_ringback_and_stays_until_he_is_hung_up(box: Box) -> None:
    box.answers = False
    who = called(box)
    listening = box.desk.open({"do": "listen", "who": who})
    ringback = box.heard(listening, 1.0)
    assert np.abs(ringback).max() > 1000
    box.answers = True
    box.run(5.0)
    box.heard(listening, 0.5)
    assert np.median(box.heard(listening, 1.0)) == 3000
    assert box.ask(do="hang", who=who)["ok"]
    assert box.take(listening, 1.0)[-1]["event"] == "end"
    assert not box.world.taps
    assert box.world.outside.port_of(who) is None


def test_what_is_heard_comes_without_gaps_in_pieces_of_40_ms(box: Box) -> None:
    box.ask(do="lift", who="801")
    box.sounds = lambda block: np.arange(TICK_SAMPLES, dtype=np.int16) + np.int16(block % 100 * TICK_SAMPLES)
    session = box.desk.open({"do": "listen", "who": "801"})
    replies = [one for one in box.take(session, 1.0) if "audio" in one]
    assert {len(base64.b64decode(one["audio"])) for one in replies} == {2 * by_hand.PIECE_SAMPLES}
    heard = np.frombuffer(b"".join(base64.b64decode(one["audio"]) for one in replies), "<i2")
    assert set(np.unique(np.diff(heard.astype(int)) % (100 * TICK_SAMPLES))) == {1}
    assert len(heard) >= 0.9 * SAMPLE_RATE_HZ


def test_a_telephone_on_hook_lets_nothing_through(box: Box) -> None:
    session = box.desk.open({"do": "listen", "who": "801"})
    assert box.heard(session, 0.5).size == 0
    box.ask(do="lift", who="801")
    assert box.heard(session, 0.5).size > 2000


def test_a_listener_who_takes_nothing_gets_only_what_is_new(box: Box) -> None:
    box.ask(do="lift", who="801")
    session = box.desk.open({"do": "listen", "who": "801"})
    box.heard(session, 0.1)
    box.run(5.0)
    assert max(len(tap._blocks) for tap in box.world.taps) == by_hand.MOST_BLOCKS
    assert len(base64.b64decode(str(next(session)["audio"]))) <= 2 * TICK_SAMPLES * (by_hand.MOST_BLOCKS + 2)  # type: ignore[index]


def test_pieces_of_speech_reach_the_line_in_one_flow(box: Box) -> None:
    box.ask(do="lift", who="801")
    sent: list[NDArray[np.float32]] = []
    for _ in range(50):
        box.ask(do="speak", who="801", audio=piece(160))
        for _ in range(3):
            box.step()
        sent.append(box.wire.to_box[(int(box.wire.blocks[1]) - 1) % RING_BLOCKS, PHONE].copy())
    loud = [np.abs(row).min() > 2000 for row in sent]
    assert all(loud[8:]), loud
    assert not loud[0]


def test_speech_that_comes_too_fast_is_lost_and_not_delayed() -> None:
    voice = LiveVoice()
    assert voice.take() is None
    for number in range(100):
        voice.give(np.full(160, number, np.int16))
    taken = []
    while (row := voice.take()) is not None:
        taken.append(int(row[0]))
    assert sum(160 for _ in taken) <= MOST
    assert taken[-1] == 99
    assert voice.lost == 16_000 - 160 * len(taken)


def test_speech_waits_until_enough_of_it_is_there_and_again_after_it_ran_out() -> None:
    mouth = Mouth()
    out = np.zeros(TICK_SAMPLES, np.float32)
    for _ in range(2):
        mouth.live.give(np.full(PRIME - 1, 7, np.int16))
        assert mouth.silent
        mouth.live.give(np.full(1, 7, np.int16))
        while not mouth.silent:
            mouth.fill(out)
        assert out.max() == 7
    mouth.live.give(np.full(PRIME, 7, np.int16))
    mouth.hush()
    assert mouth.silent


@pytest.mark.parametrize("audio", ["", "§", "AA==", piece(MOST_PIECE + 1), 5, "A" * 100_000])
def test_speech_that_is_none_is_refused(box: Box, audio: object) -> None:
    box.ask(do="lift", who="801")
    assert not box.ask(do="speak", who="801", audio=audio)["ok"]


def test_nobody_speaks_into_a_telephone_on_hook(box: Box) -> None:
    assert not box.ask(do="speak", who="801", audio=piece())["ok"]


def test_news_come_at_once_and_then_whenever_something_changed(box: Box) -> None:
    watching = box.desk.open({"do": "watch"})
    first = box.take(watching, 1.0)
    assert len(first) == 1
    phone = first[0]["telephones"]["801"]
    assert (phone["off_hook"], phone["rings"], phone["person"]) == (False, False, False)
    box.ask(do="lift", who="801")
    assert [one["telephones"]["801"]["off_hook"] for one in box.take(watching, 0.5)] == [True]
    who = called(box)
    states = [one["visitors"][who]["state"] for one in box.take(watching, 6.0)]
    assert states[0] == "ringing"
    assert next(iter(by_hand.watch(box.world, {})))["visitors"][who]["line"] == "line-1"  # type: ignore[index]
    assert states[-1] == "listening"
    box.ask(do="hang", who=who)
    told = box.take(watching, 0.5)[-1]["visitors"][who]
    assert (told["state"], told["why"]) == ("gone", "left")
    assert box.take(watching, by_hand.GONE_FOR_US / 1e6 + 0.5)[-1]["visitors"] == {}


def test_a_line_that_is_taken_is_busy(box: Box) -> None:
    called(box)
    assert box.ask(do="ring", number=NUMBER)["busy"]
    assert not box.ask(do="ring", number="555")["ok"]


def test_a_visitor_whom_nobody_plays_hangs_up(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visitor, "FORGOTTEN_US", 12_000_000)
    who = called(box)
    box.run(10.0)
    assert box.ask(do="stay", visitors=[who])["ok"]
    box.run(8.0)
    assert box.world.outside.port_of(who) is not None
    box.run(12.0)
    assert box.world.outside.port_of(who) is None
    assert next(one for one in by_hand.visitors(box.world)).why == "forgotten"


def test_the_tone_in_an_ear_is_told_in_words_while_it_sounds(box: Box) -> None:
    row = tone_row(profile("CN"), Tone.DIAL).loop
    box.sounds = lambda block: row[(block * TICK_SAMPLES + np.arange(TICK_SAMPLES)) % len(row)]
    watching = box.desk.open({"do": "watch"})
    box.ask(do="lift", who="801")
    assert box.take(watching, 4.0)[-1]["telephones"]["801"]["tone"] == "dial"
    box.sounds = lambda _: np.zeros(TICK_SAMPLES, np.int16)
    assert box.take(watching, 6.0)[-1]["telephones"]["801"]["tone"] == ""


def test_people_of_the_world_know_that_a_visitor_is_there() -> None:
    """They take silence for nobody."""
    box = Box(Person(extension="801"))
    who = called(box)
    box.run(4.0)
    box.world.cast.tell(who, HeardVoice("ext-801"), box.world.now_us)
    mark = voiceprint(box.world.cast.number(who))
    sent = bytearray()
    for _ in range(round(2.5 * MARK_US / CYCLE_US)):
        box.step()
        if box.now_us % TICK_US == 0:
            sent += box.world.line_mouths[LINE].silent.to_bytes()
    assert bytes(sent).count(b"\x00") >= 2 * len(mark) // TICK_SAMPLES - 2


def test_a_text_is_made_speech_beside_the_world_and_a_file_s_name_is_a_text(box: Box) -> None:
    making: Future[list[NDArray[np.int16]]] = Future()
    asked: list[Callable[[], list[NDArray[np.int16]]]] = []

    def render(make: Callable[[], list[NDArray[np.int16]]]) -> Future[list[NDArray[np.int16]]]:
        asked.append(make)
        return making

    box.desk = Desk(box.world, render)
    box.ask(do="lift", who="801")
    saying = box.desk.open({"do": "say", "who": "801", "text": "/etc/x.wav", "as": "text"})
    assert box.take(saying, 1.0) == []
    making.set_result(asked[0]())
    assert box.take(saying, 0.1)[0]["seconds"] > 0.3
