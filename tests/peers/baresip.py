"""Debian's baresip as a telephone: a directory of its own, commands and events over its TCP control, a file to say.

It says a file from its beginning in every call, and keeps what it hears. No sound device, no screen.

`mwi.so` is loaded first of all. A millisecond after that it subscribes for each telephone it knows and adds the new
one to those it goes through: where a box takes the REGISTER sooner, it does so for ever (baresip 1.0.0, issue 2726).
"""

from __future__ import annotations

import contextlib
import json
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from drivers.clock import MonotonicClock
from drivers.ports import SAMPLE_RATE_HZ

PROGRAM = shutil.which("baresip")
LIMIT_S = 15.0
SPOKEN_S = 60
TONE = 2000
"""Amplitude: found among others, and a small part of what correlates."""
WAV_HEADER = 44
MODULES = "/usr/lib/baresip/modules"

_CONFIG = """poll_method epoll
sip_listen 127.0.0.1:{port}
{certificate}
call_local_timeout 120
call_max_calls 4
audio_source aufile,{voice}
audio_player nothing,nil
audio_alert nothing,nil
audio_level no
ausrc_format s16
auplay_format s16
auenc_format s16
audec_format s16
ausrc_channels 1
auplay_channels 1
rtp_ports 10000-11998
rtcp_mux no
jitter_buffer_delay 1-5
module_path {modules}
module mwi.so
{codecs}
module aufile.so
module sndfile.so
{encryption}
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
ringback_disabled yes
snd_path {heard}
"""


def voice(seed: int, seconds: float = SPOKEN_S, hz: float = 0.0) -> NDArray[np.int16]:
    """Noise of a telephone's band, louder and softer as syllables are, and a tone that tells whose it is."""
    rng = np.random.default_rng(seed)
    count = round(seconds * SAMPLE_RATE_HZ)
    spectrum = np.fft.rfft(rng.standard_normal(count))
    frequencies = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    spectrum[(frequencies < 300) | (frequencies > 3300)] = 0
    noise = np.fft.irfft(spectrum, count)
    at = np.arange(count) / SAMPLE_RATE_HZ
    syllables = 0.6 + 0.4 * np.sin(2 * np.pi * (3 + rng.random()) * at)
    said = 3500 * noise / noise.std() * syllables + TONE * np.sin(2 * np.pi * hz * at)
    samples: NDArray[np.int16] = np.clip(np.round(said), -32_000, 32_000).astype(np.int16)
    return samples


class Baresip:
    """One telephone. `account` is what stands behind its address in baresip's accounts file."""

    def __init__(
        self,
        folder: Path,
        box: str,
        number: str,
        password: str,
        *,
        ports: tuple[int, int],
        said: NDArray[np.int16],
        account: str = "",
        codecs: tuple[str, ...] = ("g711",),
        certificate: Path | None = None,
        registers: bool = True,
    ) -> None:
        """`ports`: of SIP and of its control."""
        port, control = ports
        self.box, self.number = box, number
        self.events: list[dict[str, Any]] = []
        self._heard, self._tokens, self._kept = folder / "heard", 0, b""
        self._answers: dict[str, dict[str, Any]] = {}
        self._heard.mkdir(parents=True)
        self.said = said
        soundfile.write(folder / "voice.wav", said, SAMPLE_RATE_HZ, subtype="PCM_16")
        config = _CONFIG.format(
            port=port, control=control, heard=self._heard, modules=MODULES,
            voice=folder / "voice.wav", codecs="\n".join(f"module {one}.so" for one in codecs),
            certificate=f"sip_certificate {certificate}" if certificate else "",
            encryption="module srtp.so" if "mediaenc" in account else "",
        )  # fmt: skip
        (folder / "config").write_text(config, "utf-8")
        words = f"<sip:{number}@{box}{account};auth_pass={password};regint={600 * registers}"
        (folder / "accounts").write_text(words + "\n", "utf-8")
        (folder / "contacts").write_text("", "utf-8")
        self.log = folder / "log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [str(PROGRAM), "-s", "-f", str(folder)], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._control = self._connected(control)

    def close(self) -> None:
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.process.kill()
        self.process.wait()
        self._control.close()

    # -- commands and events --------------------------------------------------------------------------

    def do(self, command: str, parameters: str = "") -> str:
        """What it answered; raises AssertionError where it says it could not."""
        self._tokens += 1
        token = str(self._tokens)
        told = json.dumps({"command": command, "params": parameters, "token": token}).encode()
        self._control.sendall(b"%d:%s," % (len(told), told))
        assert self.until(lambda: token in self._answers), f"{command} was not answered"
        answer = self._answers.pop(token)
        assert answer.get("ok", True), (command, parameters, answer)
        return str(answer.get("data", ""))

    def dial(self, number: str) -> None:
        self.do("dial", f"sip:{number}@{self.box}")

    def read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while got := self._control.recv(65_536, socket.MSG_DONTWAIT):
                self._kept += got
        while b":" in self._kept:
            length, _, rest = self._kept.partition(b":")
            if len(rest) <= int(length):
                return
            self._take(json.loads(rest[: int(length)]))
            self._kept = rest[int(length) + 1 :]

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("response"):
            self._answers[str(message.get("token"))] = message
        else:
            self.events.append(message)

    def saw(self, kind: str, parameter: str = "") -> bool:
        """Whether such an event came since `forget`."""
        self.read()
        return any(one.get("type") == kind and parameter in str(one.get("param", "")) for one in self.events)

    def forget(self) -> None:
        self.read()
        self.events.clear()

    def until(self, so: Callable[[], object], seconds: float = LIMIT_S) -> bool:
        clock = MonotonicClock()
        end_us = clock.now_us() + round(seconds * 1e6)
        while True:
            self.read()
            if so():
                return True
            if clock.now_us() > end_us or self.process.poll() is not None:
                return False
            clock.wait_until(clock.now_us() + 20_000)

    # -- sound ----------------------------------------------------------------------------------------

    def heard(self, seconds: float = 0.0) -> NDArray[np.int16]:
        """What it heard in its newest call, or the last so many seconds of it."""
        files = sorted(self._heard.glob("*-dec.wav"), key=lambda one: one.stat().st_mtime_ns)
        if not files:
            return np.zeros(0, np.int16)
        raw = files[-1].read_bytes()[WAV_HEADER:]
        samples = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2")
        return samples[-round(seconds * SAMPLE_RATE_HZ) :] if seconds else samples

    def says(self, file: Path) -> None:
        """Another file instead, in the call under way."""
        self.do("ausrc", f"aufile,{file}")

    def _connected(self, port: int) -> socket.socket:
        clock = MonotonicClock()
        end_us = clock.now_us() + round(LIMIT_S * 1e6)
        while True:
            try:
                made = socket.create_connection(("127.0.0.1", port))
                made.settimeout(None)
                return made
            except OSError:
                if clock.now_us() > end_us or self.process.poll() is not None:
                    raise AssertionError(self.log.read_text("utf-8", "replace")) from None
                clock.wait_until(clock.now_us() + 50_000)


def correlates(sent: NDArray[np.int16], got: NDArray[np.int16]) -> float:
    """The best normalised correlation of a recording with any part of what was said, by one lag for all of it."""
    one, other = got.astype(np.float64), sent.astype(np.float64)
    size = 1 << int(np.ceil(np.log2(len(one) + len(other))))
    products = np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)
    lags = products[: max(1, len(other) - len(one) + 1)]
    at = int(np.argmax(lags))
    part = other[at : at + len(one)]
    if not np.ptp(one[: len(part)]) or not np.ptp(part):
        return 0.0  # silence is like nothing
    return float(np.corrcoef(one[: len(part)], part)[0, 1])
