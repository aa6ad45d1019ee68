"""Speech for the people of the world: texts rendered by espeak-ng and kept, or the author's WAV files."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from drivers.dsp.tones import FULL_SCALE_DBM0, rounded
from drivers.ports import SAMPLE_RATE_HZ

LEVEL_DBM0 = -16.0
LONGEST_TEXT = 2000
LONGEST_S = 600
VOICES = {
    "zh": (("cmn", 50, 175), ("cmn+f2", 55, 185), ("cmn+m3", 42, 165)),
    "en": (("en-us", 50, 165), ("en-us+f3", 55, 175), ("en-gb+m2", 45, 160)),
}
"""espeak-ng voice, pitch and words a minute; a person's number picks one."""
SMALL_TALK = {
    "zh": (
        "您好，我想问一下我的订单什么时候可以送到。",
        "好的，请您稍等一下，我马上帮您查询。",
        "我上个星期二下的单，号码是八零六三二。",
        "您的包裹已经到达北京，明天上午送到。",
        "那太好了，请在送货之前给我打个电话。",
        "没有问题，还有什么可以帮助您的吗？",
    ),
    "en": (
        "Good morning, I would like to know when my order arrives.",
        "One moment please, let me look that up for you.",
        "I placed it on Tuesday last week, the number is eight zero six.",
        "Your parcel has reached the city and comes tomorrow morning.",
        "That is very good, please ring me before you deliver it.",
        "No problem at all, is there anything else I can do?",
    ),
}


class SpeechError(Exception):
    """A text could not be spoken or a sound file not be read; the text says why."""


def default_folder() -> Path:
    """Where rendered speech is kept in a tree: `build/speech`."""
    return Path(__file__).resolve().parents[3] / "build" / "speech"


class Speech:
    """Renders and remembers. `spoken` gives 8 kHz samples whose active level is -16 dBm0."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or default_folder()
        self._kept: dict[tuple[str, str, int], NDArray[np.int16]] = {}

    def spoken(self, text: str, language: str, voice: int = 0) -> NDArray[np.int16]:
        """A text in one of the language's voices. Raises SpeechError."""
        voices = VOICES.get(language, VOICES["en"])
        key = (text[:LONGEST_TEXT], language, voice % len(voices))
        if key not in self._kept:
            self._kept[key] = self._rendered(key[0], *voices[key[2]])
        return self._kept[key]

    def small_talk(self, language: str, voice: int) -> list[NDArray[np.int16]]:
        """Some sentences, in an order of this voice's own."""
        texts = SMALL_TALK.get(language, SMALL_TALK["en"])
        turn = voice % len(texts)
        return [self.spoken(text, language, voice) for text in texts[turn:] + texts[:turn]]

    def said(self, words: str, language: str, voice: int) -> list[NDArray[np.int16]]:
        """What a person says: a text, a file `….wav`, or small talk for nothing. Raises SpeechError."""
        if not words:
            return self.small_talk(language, voice)
        if words.lower().endswith(".wav"):
            return [wav(Path(words))]
        return [self.spoken(words, language, voice)]

    def _rendered(self, text: str, voice: str, pitch: int, speed: int) -> NDArray[np.int16]:
        name = hashlib.blake2b(f"{voice}|{pitch}|{speed}|{text}".encode(), digest_size=12).hexdigest()
        path = self._folder / f"{name}.npy"
        if path.is_file():
            return np.asarray(np.load(path, allow_pickle=False), np.int16)
        samples = levelled(espeak(text, voice, pitch, speed))
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".tmp", delete=False) as file:
            np.save(file, samples)
        Path(file.name).replace(path)
        return samples


def espeak(text: str, voice: str, pitch: int, speed: int) -> NDArray[np.float64]:
    """8 kHz samples in -1 .. 1 from espeak-ng. Raises SpeechError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(speed), "-w", str(path), "--", text]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603 - argument list, no shell
        except FileNotFoundError:
            raise SpeechError("espeak-ng is not installed: apt-get install espeak-ng") from None
        except (subprocess.SubprocessError, OSError) as error:
            raise SpeechError(f"espeak-ng could not speak: {error}") from None
        return read_8k(path)


def wav(path: Path) -> NDArray[np.int16]:
    """A sound file as speech at -16 dBm0. Raises SpeechError."""
    return _wav(str(path))


@lru_cache(maxsize=32)
def _wav(path: str) -> NDArray[np.int16]:
    return levelled(read_8k(Path(path)))


def read_8k(path: Path) -> NDArray[np.float64]:
    """The first channel of a sound file at 8 kHz. Raises SpeechError."""
    try:
        with soundfile.SoundFile(path) as file:
            data = file.read(LONGEST_S * file.samplerate, dtype="float64", always_2d=True)[:, 0]
            rate = file.samplerate
    except (OSError, RuntimeError) as error:
        raise SpeechError(f"cannot read {path}: {error}") from None
    return resampled(data, rate)


def resampled(data: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """To 8 kHz through the spectrum, band limited to 3.6 kHz."""
    count = len(data) * SAMPLE_RATE_HZ // rate
    if not count:
        return np.zeros(0)
    spectrum = np.fft.rfft(data)
    wanted = np.zeros(count // 2 + 1, np.complex128)
    keep = min(len(spectrum), len(wanted), int(3600 * len(data) / rate))
    wanted[:keep] = spectrum[:keep]
    return np.asarray(np.fft.irfft(wanted, count) * (count / len(data)))


def levelled(data: NDArray[np.float64], level_dbm0: float = LEVEL_DBM0) -> NDArray[np.int16]:
    """Scaled so that its active parts (within 20 dB of the loudest 20 ms) have this level."""
    ticks = data[: len(data) // 160 * 160].reshape(-1, 160)
    power = np.mean(np.square(ticks), axis=1) if len(ticks) else np.zeros(1)
    active = power[power > max(float(power.max()) / 100, 1e-12)]
    if not active.size:
        return np.zeros(len(data), np.int16)
    wanted = 32767.0**2 / 2 * 10 ** ((level_dbm0 - FULL_SCALE_DBM0) / 10)
    return rounded(data * np.sqrt(wanted / float(active.mean())))
