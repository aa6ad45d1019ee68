"""Speech from espeak-ng at 8 kHz, cached, and endless talk of several voices for benches."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from drivers.dsp.tones import amplitude, rounded

RATE_HZ = 8000
CACHE = Path(__file__).resolve().parents[3] / "build" / "speech"
VOICES = ("en-gb+m3", "en-us+f2", "cmn+f4", "en-gb+f5", "cmn+m1", "en-us+m7", "de+m2", "fr-fr+f1")
"""Voice and speaker variant; each also gets its own pitch and pace in `talk`."""
_ENGLISH = (
    "the order number you gave me yesterday arrived broken and nobody called back about my parcel so please "
    "look at the invoice again because we paid seven hundred and forty euros in March which is more than was "
    "agreed with your colleague who promised a refund within ten days however the bank says nothing came yes "
    "no of course I understand could you spell the name of the street thank you very much one moment let me "
    "find a pen my telephone number is five three nine two eight the delivery van was here at noon hello are "
    "you still there it keeps making a strange whistling noise when I turn on the heating on Monday morning"
)
_CHINESE = (
    "您好 我想 查询 昨天 的 订单 请 稍等 一下 号码 是 七 三 九 二 谢谢 包裹 没有 收到 退款 什么 时候 到账 "
    "麻烦 您 再 说 一遍 地址 在 北京 朝阳区 好的 没 问题 我们 会 尽快 联系 您 再见 客服 经理 不 在"
)


class SpeechFailed(RuntimeError):
    """espeak-ng is missing or refused the text."""


def say(
    text: str, voice: str = VOICES[0], *, pitch: int = 50, words_a_minute: int = 165
) -> NDArray[np.int16]:
    """A text spoken at -20 dBm0 (mean over its sounding parts), telephone band. Raises SpeechFailed."""
    key = hashlib.sha256(f"1|{voice}|{pitch}|{words_a_minute}|{text}".encode()).hexdigest()[:24]
    path = CACHE / f"{key}.npy"
    if path.is_file():
        cached: NDArray[np.int16] = np.load(path)
        return cached
    spoken = levelled(_band(*_espeak(text, voice, pitch, words_a_minute)), -20.0)
    CACHE.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(f".{os.getpid()}.npy")  # two test processes may say the same at once
    np.save(part, spoken)
    part.replace(path)
    return spoken


def _espeak(text: str, voice: str, pitch: int, words_a_minute: int) -> tuple[NDArray[np.float64], int]:
    command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", str(words_a_minute), "--stdout", "--stdin"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise SpeechFailed(f"espeak-ng -v {voice}: {error}") from error
    # espeak streams, so the sizes in its WAV header are not true; the header is 44 bytes of 16-bit mono.
    rate = int.from_bytes(done.stdout[24:28], "little")
    return np.frombuffer(done.stdout[44 : len(done.stdout) // 2 * 2], "<i2") / 32768.0, rate


def _band(samples: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """To 8 kHz, 250–3500 Hz, by Fourier transform."""
    seconds = samples.size / rate
    wanted = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(samples)
    hz = np.fft.rfftfreq(samples.size, 1 / rate)
    spectrum[(hz < 250) | (hz > 3500)] = 0
    out = np.zeros(wanted // 2 + 1, complex)
    kept = min(out.size, spectrum.size)
    out[:kept] = spectrum[:kept]
    return np.fft.irfft(out, wanted) * (wanted / max(1, samples.size))


def levelled(samples: NDArray[np.float64], level_dbm0: float) -> NDArray[np.int16]:
    """The same with its sounding parts (within 25 dB of the loudest tenth) at this mean level."""
    frames = samples[: samples.size // RATE_HZ * RATE_HZ or samples.size]
    frames = np.resize(frames, max(160, frames.size // 160 * 160)).reshape(-1, 160)
    power = np.mean(frames**2, axis=1)
    sounding = power[power > np.quantile(power, 0.9) / 300]
    rms = np.sqrt(np.mean(sounding)) if sounding.size else 1.0
    return rounded(samples * (amplitude(level_dbm0) / np.sqrt(2) / max(rms, 1e-9)))


def sentence(voice: str, rng: np.random.Generator) -> str:
    words = (_CHINESE if voice.startswith("cmn") else _ENGLISH).split()
    picked = rng.choice(len(words), int(rng.integers(6, 16)))
    return ("" if voice.startswith("cmn") else " ").join(words[k] for k in picked) + "."


def talk(seed: int, voice: str | None = None) -> Iterator[NDArray[np.int16]]:
    """Endless utterances: by one voice, or by all in turn. The same seed gives the same talk."""
    rng = np.random.default_rng(seed)
    turn = 0
    while True:
        speaker = voice or VOICES[turn % len(VOICES)]
        pace, pitch = int(rng.integers(130, 210)), int(rng.integers(20, 90))
        yield say(
            " ".join(sentence(speaker, rng) for _ in range(4)), speaker, pitch=pitch, words_a_minute=pace
        )
        turn += 1


def talk_for(seconds: float, seed: int, voice: str | None = None) -> NDArray[np.int16]:
    """That many seconds of `talk`, one utterance after the other."""
    wanted, pieces = round(seconds * RATE_HZ), [np.zeros(0, np.int16)]
    have = 0
    for piece in talk(seed, voice):
        pieces.append(piece)
        have += piece.size
        if have >= wanted:
            break
    return np.concatenate(pieces)[:wanted]
