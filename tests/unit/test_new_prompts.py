"""Own prompts come into force while the switch runs; who hears the old one hears it to its end."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
import soundfile

import firmware.protocol.commands as ask
from firmware.config.schema import Config, Prompt
from firmware.config.versions import ConfigStore
from firmware.prompts import watch as watch_module
from firmware.prompts.bank import Arrival, PromptBank, read_wav
from firmware.prompts.often import RETRY_LOOKS, Often
from firmware.prompts.render import RenderError, Text, speak
from firmware.prompts.watch import Speaker, Watch, own_sounds
from firmware.protocol.places import Places
from firmware.switch.playlist import MESSAGE_ROOM, NEW_ROOM, SLICE
from tests.unit.switch_bench import Bench

HELLO = ("hello", "zh")


def ramp(count: int, start: int = 1) -> np.ndarray:
    return (np.arange(count) % 1000 + 1 + start).astype(np.int16)


def heard(bench: Bench, port: int) -> np.ndarray:
    found = bench.card.heard(port)
    return np.asarray(found[found != 0])


def play(bench: Bench, port: int, repeat: bool = False) -> None:
    bench.do(ask.Play(port=port, play=f"p{port}", items=(ask.Phrase(*HELLO),), repeat=repeat))


def test_a_new_sound_is_heard_from_the_next_playing_on_and_the_old_one_to_its_end() -> None:
    bank = PromptBank({HELLO: ramp(3200)}, {})
    bench = Bench(bank)
    play(bench, 4)
    bench.run(5)
    bank.arrivals.append(Arrival(*HELLO, ramp(1600, 9000)))
    bench.run(1)
    play(bench, 5)
    bench.run(30)
    assert np.array_equal(heard(bench, 4), ramp(3200))
    assert np.array_equal(heard(bench, 5), ramp(1600, 9000))
    assert bench.switch.voice.playlist.missing == 0


def test_what_nobody_hears_any_more_leaves_its_room() -> None:
    """A prompt that is changed again and again takes no more room than its old and its new sound."""
    bank = PromptBank({HELLO: ramp(160)}, {})
    bench = Bench(bank)
    for number in range(40):
        bank.arrivals.append(Arrival(*HELLO, ramp(NEW_ROOM // 3, number)))
        bench.run(2 + NEW_ROOM // 3 // SLICE)
    assert not bank.arrivals and bench.switch.voice.playlist.crowded == 0


def test_the_room_of_one_that_is_still_heard_is_not_given_away() -> None:
    """The planted fault: a shelf that believes nobody plays it lays the next sound over it."""
    for is_careful in (True, False):
        bank = PromptBank({HELLO: ramp(3200)}, {})
        bench = Bench(bank)
        if not is_careful:
            bench.switch.voice._players.uses = lambda span: False  # type: ignore[method-assign]
        play(bench, 4, repeat=True)
        bench.run(5)
        bank.arrivals += [
            Arrival(*HELLO, ramp(160, 5000)),
            Arrival("other", "zh", np.full(3200, -77, np.int16)),
        ]
        bench.run(60)
        assert (-77 in heard(bench, 4)) is not is_careful


def test_a_prompt_without_room_stays_as_it_was() -> None:
    bank = PromptBank({HELLO: ramp(320)}, {})
    bench = Bench(bank)
    bank.arrivals.append(Arrival(*HELLO, np.ones(2 * (NEW_ROOM + MESSAGE_ROOM), np.int16)))
    bench.run(1)
    play(bench, 4)
    bench.run(5)
    assert np.array_equal(heard(bench, 4), ramp(320))
    assert bench.switch.voice.playlist.crowded == 1 and list(bank.refused) == [HELLO]
    bank.arrivals.append(Arrival(*HELLO, ramp(160)))
    bench.run(1)
    assert bench.switch.voice.playlist.crowded == 0, "now another is said"


def test_one_that_is_gone_is_gone() -> None:
    bank = PromptBank({HELLO: ramp(320), ("hello", "en"): ramp(320, 700)}, {})
    bench = Bench(bank)
    bank.arrivals.append(Arrival(*HELLO, None))
    bench.run(1)
    play(bench, 4)
    bench.run(5)
    assert np.array_equal(heard(bench, 4), ramp(320, 700))


# -- who speaks, and who reads --------------------------------------------------------------------------


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = Places(tmp_path / "box")
    made.make()
    made.prompts.mkdir()
    return made


def put(places: Places, *prompts: Prompt) -> Config:
    config = Config(prompts=prompts)
    with ConfigStore(places.config_db) as store:
        store.put(config, "test", 1)
    return config


def product(places: Places) -> Path:
    """Where a box has the prompts it came with."""
    built = places.root / "built"
    (built / "zh").mkdir(parents=True)
    soundfile.write(built / "zh" / "hello.wav", ramp(900), 8000, subtype="PCM_16")
    return built


def arrived(bank: PromptBank) -> list[tuple[str, str, int]]:
    found = [(one.prompt, one.language, 0 if one.sound is None else len(one.sound)) for one in bank.arrivals]
    bank.arrivals.clear()
    return found


def test_a_text_is_spoken_told_and_read_and_the_products_own_comes_back(places: Places) -> None:
    config = put(places)
    bank, speaker = PromptBank({}, {}), Speaker(places)
    watch = Watch(places, bank, config, product(places))
    speaker.look()
    watch.look()
    assert arrived(bank) == []
    put(places, Prompt(id="hello", zh="您好"), Prompt(id="bye", en="Goodbye"))
    watch.look()
    assert arrived(bank) == [], "nobody has spoken yet"
    speaker.look()
    watch.look()
    lengths = {(prompt, language): length for prompt, language, length in arrived(bank)}
    assert set(lengths) == {("hello", "zh"), ("bye", "en")} and min(lengths.values()) > 2000
    watch.look()
    speaker.look()
    watch.look()
    assert arrived(bank) == [], "nothing is read twice"
    put(places)
    speaker.look()
    watch.look()
    assert sorted(arrived(bank)) == [("bye", "en", 0), ("hello", "zh", 900)]


def test_an_own_sound_goes_before_a_text_and_an_unreadable_one_changes_nothing(places: Places) -> None:
    soundfile.write(places.prompts / "one.wav", ramp(4000), 8000, subtype="PCM_16")
    (places.prompts / "two.wav").write_bytes(b"RIFFnonsense")
    config = put(places)
    bank, speaker = PromptBank({}, {}), Speaker(places)
    watch = Watch(places, bank, config, product(places))
    put(places, Prompt(id="hello", zh="您好", zh_wav="one.wav"))
    speaker.look()
    watch.look()
    assert arrived(bank) == [("hello", "zh", 4000)]
    put(places, Prompt(id="hello", zh="您好", zh_wav="two.wav"))
    speaker.look()
    watch.look()
    assert arrived(bank) == []


def test_a_box_that_starts_with_them_reads_none_again(places: Places) -> None:
    config = put(places, Prompt(id="hello", zh="您好"))
    speaker = Speaker(places)
    speaker.look()
    bank = PromptBank({}, {})
    watch = Watch(places, bank, config, product(places))
    watch.look()
    assert arrived(bank) == []
    assert [Path(one.path).is_file() for one in own_sounds(config, places)] == [True]


def test_one_that_the_start_could_not_read_comes_when_it_is_made(places: Places) -> None:
    config = put(places, Prompt(id="hello", zh="您好"))
    bank = PromptBank({}, {}, unread=frozenset({HELLO}))
    watch = Watch(places, bank, config, product(places))
    Speaker(places).look()
    watch.look()
    assert [one[:2] for one in arrived(bank)] == [HELLO]


def cannot(*_: object) -> Path:
    raise RenderError("espeak-ng is missing")


def test_a_text_that_cannot_be_spoken_leaves_the_old_one_and_is_tried_again(
    places: Places, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = put(places, Prompt(id="hello", zh="您好"))
    bank, speaker = PromptBank({}, {}), Speaker(places)
    watch = Watch(places, bank, config, product(places))
    put(places, Prompt(id="hello", zh="欢迎"))
    with monkeypatch.context() as broken:
        broken.setattr(watch_module, "speak", cannot)
        for _ in range(3 * RETRY_LOOKS):
            speaker.look()
            watch.look()
    assert arrived(bank) == [], "neither the product's nor nothing is said in its place"
    assert capsys.readouterr().err.count("espeak-ng is missing") == 1
    for _ in range(RETRY_LOOKS):
        speaker.look()
        watch.look()
    assert [one[:2] for one in arrived(bank)] == [HELLO]


def test_what_found_no_room_is_offered_again(places: Places) -> None:
    config = put(places, Prompt(id="hello", zh="您好"))
    bank = PromptBank({}, {})
    watch = Watch(places, bank, config, product(places))
    Speaker(places).look()
    watch.look()
    assert arrived(bank) == []
    bank.refused.append(HELLO)
    for _ in range(RETRY_LOOKS):
        watch.look()
    assert [one[:2] for one in arrived(bank)] == [HELLO]


def test_a_look_that_fails_ends_no_thread(capsys: pytest.CaptureFixture[str]) -> None:
    looks: list[int] = []
    again = threading.Event()

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            again.set()
        raise ZeroDivisionError("planted")

    with Often("planted", look, each_s=0.0001) as thread:
        assert again.wait(10) and thread.is_alive()
    assert capsys.readouterr().err.count("planted: ZeroDivisionError") == 1


def test_the_switch_decodes_and_resamples_nothing(places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second busy thread beside the tick: the jobs process leaves a file that is read as it lies there."""
    stereo = np.stack([np.sin(np.arange(44_100) / 9)] * 2, axis=1) / 4
    soundfile.write(places.prompts / "mine.wav", stereo, 44_100, subtype="PCM_24")
    bank, speaker = PromptBank({}, {}), Speaker(places)
    watch = Watch(places, bank, put(places), product(places))
    put(places, Prompt(id="hello", zh_wav="mine.wav"))
    speaker.look()
    wanted = read_wav(places.prompts / "mine.wav")

    def decoded(*_: object, **__: object) -> None:
        raise AssertionError("decoded in the switch")

    monkeypatch.setattr(soundfile, "read", decoded)
    monkeypatch.setattr(soundfile, "SoundFile", decoded)
    watch.look()
    (one,) = bank.arrivals
    assert one.sound is not None and np.array_equal(one.sound, wanted)
    monkeypatch.undo()
    bank.arrivals.clear()
    soundfile.write(places.prompts / "mine.wav", stereo[:22_050], 44_100, subtype="PCM_24")
    put(places, Prompt(id="hello", zh_wav="mine.wav", en="Hello"))
    speaker.look()
    watch.look()
    assert ("hello", "zh", 4000) in arrived(bank), "written over by hand: it is another sound"


def test_texts_are_files_of_their_own(tmp_path: Path) -> None:
    one = speak(Text("hello", "en", "Good morning"), tmp_path)
    other = speak(Text("hello", "en", "Good night"), tmp_path)
    assert one != other and one.is_file() and other.is_file()
    before = one.stat().st_mtime_ns
    assert speak(Text("another", "en", "Good morning"), tmp_path) == one
    assert one.stat().st_mtime_ns == before


def test_the_threads_end_with_their_process(places: Places) -> None:
    config = put(places, Prompt(id="hello", en="Hello"))
    bank = PromptBank({}, {})
    with Speaker(places).often() as speaker, Watch(places, bank, config, places.root).often() as watch:
        assert speaker.is_alive() and watch.is_alive()
    assert not speaker.is_alive() and not watch.is_alive()
