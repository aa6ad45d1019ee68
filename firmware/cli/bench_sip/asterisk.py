"""An Asterisk of the machine under the same traffic: the same trunk, queue and telephones, in its own words."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import wave
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from drivers.clock import MonotonicClock
from firmware.cli.bench_sip.box import FROM_THE_WORLD, PASSWORD, before_others, process_cpu_s
from firmware.cli.main import CommandError

ABSENT = {
    "en": "There is no Asterisk on this machine to compare with; only the box was measured. `make asterisk` gets one.",
    "zh": "本机没有 Asterisk，无法对比；只测量了本机交换系统。可用 make asterisk 获取一个。",
}
STARTS_S = 30.0
STOP_S = 15.0
RTP_FROM = 20_000
FETCHED = Path(__file__).resolve().parents[3] / "build" / "asterisk"
"""Where `make asterisk` puts one: `asterisk` starts it, `root` is what it was built to find in `/`."""
HEARD = 1000
"""A sample of this size is no silence; the telephones' speech has many far above."""
A_LAW_SILENCE = b"\xd5"
GREETING_BYTES, MUSIC_BYTES = 1_600, 80_000
_CHANNELS = re.compile(r"(\d+) active channels?")


def installed() -> str | None:
    """The machine's own, else the one of `make asterisk`."""
    return shutil.which("asterisk") or shutil.which(str(FETCHED / "asterisk"))


def files(root: Path, port: int, numbers: Sequence[str], record: bool) -> Mapping[str, str]:
    """Its configuration, by name of the file. What is not said here is as Asterisk has it by itself."""
    folders = {
        "astetcdir": "etc",
        "astdbdir": "",
        "astspooldir": "spool",
        "astrundir": "run",
        "astlogdir": "log",
    }
    places = {name: root / folder for name, folder in folders.items()} | built_in(installed())
    return {
        "asterisk.conf": "[directories]\n" + "".join(f"{name} => {path}\n" for name, path in places.items()),
        "modules.conf": "[modules]\nautoload=yes\n",
        "logger.conf": "[general]\n[logfiles]\nmessages => warning,error\n",
        "musiconhold.conf": f"[default]\nmode=files\ndirectory={root}/music\n",
        "rtp.conf": f"[general]\nrtpstart={RTP_FROM}\nrtpend={RTP_FROM + 4 * len(numbers) + 100}\n",
        "pjsip.conf": _CARRIER.format(port=port) + "".join(_TELEPHONE.format(number=one) for one in numbers),
        "queues.conf": _QUEUE + "".join(f"member => PJSIP/{one}\n" for one in numbers),
        "extensions.conf": _dial_plan(root, record),
    }


def built_in(program: str | None) -> dict[str, Path]:
    """Where the fetched one's modules and data are; one of the machine knows its own."""
    if program is None or Path(program).parent != FETCHED:
        return {}
    modules = next((FETCHED / "root").glob("usr/lib/*/asterisk/modules"))
    data = FETCHED / "root/usr/share/asterisk"
    return {"astmoddir": modules, "astdatadir": data, "astvarlibdir": data}


def has_audio(tape: Path) -> bool:
    """Something is heard on it. A file that is no WAV file yet holds nothing."""
    with suppress(OSError, EOFError, wave.Error), wave.open(str(tape)) as opened:
        samples = memoryview(opened.readframes(opened.getnframes())).cast("h")
        return max(samples, default=0) > HEARD
    return False


_CARRIER = """[global]
type=global
endpoint_identifier_order=username,ip
[udp]
type=transport
protocol=udp
bind=127.0.0.1:{port}
[carrier]
type=endpoint
context=carrier
disallow=all
allow=alaw
direct_media=no
[carrier]
type=identify
endpoint=carrier
match=127.0.0.1
"""
_TELEPHONE = f"""[{{number}}]
type=endpoint
context=telephones
disallow=all
allow=alaw
direct_media=no
auth={{number}}
aors={{number}}
[{{number}}]
type=auth
auth_type=userpass
username={{number}}
password={PASSWORD}
[{{number}}]
type=aor
max_contacts=1
"""
_QUEUE = """[general]
persistentmembers=no
[bench]
strategy=leastrecent
ringinuse=no
timeout=15
retry=1
wrapuptime=0
"""


def _dial_plan(root: Path, record: bool) -> str:
    """A short greeting first: the telephones speak where they are spoken to, and the queue alone says nothing."""
    tape = ["MixMonitor(${UNIQUEID}.wav)"] if record else []
    steps = ["Answer()", f"Playback({root}/sounds/greeting)", *tape, "Queue(bench)", "Hangup()"]
    first, *others = steps
    lines = [f"exten => {FROM_THE_WORLD},1,{first}", *(f" same => n,{one}" for one in others)]
    return "[carrier]\n" + "\n".join(lines) + "\n[telephones]\n"


class Asterisk:
    """`with` starts it in `root`. Raises CommandError when it does not come up."""

    name = "asterisk"

    def __init__(self, root: Path, configuration: Mapping[str, str]) -> None:
        self._root, self._files = root, configuration
        self._clock = MonotonicClock()

    def __enter__(self) -> Asterisk:
        for folder in ("etc", "spool/monitor", "run", "log", "sounds", "music"):
            (self._root / folder).mkdir(parents=True)
        # In the codec of the calls, so that nothing is translated for it.
        (self._root / "sounds/greeting.alaw").write_bytes(GREETING_BYTES * A_LAW_SILENCE)
        (self._root / "music/silence.alaw").write_bytes(MUSIC_BYTES * A_LAW_SILENCE)
        for name, text in self._files.items():
            (self._root / "etc" / name).write_text(text)
        with (self._root / "asterisk.out").open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [*self._program(), "-f"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        before_others(self._process.pid)
        if "fully booted" not in self._asked("core waitfullybooted"):
            self.__exit__()
            raise CommandError(f"Asterisk did not come up; see {self._root}")
        return self

    def __exit__(self, *of: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait(self, seconds: float) -> None:
        self._clock.wait_until(self._clock.now_us() + round(seconds * 1e6))

    def cpu_s(self) -> dict[str, float]:
        return {"asterisk": process_cpu_s(self._process.pid)}

    def legs(self) -> int:
        return channels(self._asked("core show channels count"))

    def counters(self) -> dict[str, int]:
        return {}

    def recordings(self) -> int:
        return sum(map(has_audio, (self._root / "spool/monitor").glob("*.wav")))

    def _program(self) -> list[str]:
        return [installed() or "asterisk", "-C", str(self._root / "etc/asterisk.conf")]

    def _asked(self, what: str) -> str:
        """Its console's answer; again until it listens, empty when it never does."""
        end_us = self._clock.now_us() + round(STARTS_S * 1e6)
        while self._process.poll() is None and self._clock.now_us() < end_us:
            with suppress(subprocess.SubprocessError):
                done = subprocess.run(  # noqa: S603
                    [*self._program(), "-rx", what],
                    capture_output=True,
                    text=True,
                    timeout=STARTS_S,
                    check=False,
                )
                if done.returncode == 0:
                    return done.stdout
            self.wait(0.5)
        return ""


def channels(said: str) -> int:
    """`N active channels` of `core show channels count`."""
    found = _CHANNELS.search(said)
    return int(found.group(1)) if found else 0
