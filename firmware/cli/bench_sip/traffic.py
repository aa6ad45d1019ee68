"""The telephones and the carrier's callers: SIPp as a program, and what it tells of its calls."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec import Struct

from firmware.cli.bench_sip import scenarios
from firmware.cli.bench_sip.box import before_others
from firmware.cli.main import CommandError

MISSING = {
    "en": "SIPp drives the calls of this bench and is not installed: apt-get install sip-tester",
    "zh": "本测试用 SIPp 发起通话，尚未安装：apt-get install sip-tester",
}
ENDS_S = 20.0
RINGING, ANSWERED = 1, 2
"""Numbers of SIPp's response timers."""


class CallsMade(Struct, frozen=True):
    """What a run of callers came to. Times in ms, as SIPp measured them."""

    answered: int
    failed: int
    ringing_ms: tuple[float, ...]
    """INVITE to 180 or 183, where one came."""
    answered_ms: tuple[float, ...]
    """INVITE to 200."""


def need_sipp(language: str = "en") -> str:
    """The program's path. Raises CommandError with what to install."""
    found = shutil.which("sipp")
    if found is None:
        raise CommandError(MISSING[language])
    return found


class Sipp:
    """One program of SIPp's; its files are in `folder`, named after it."""

    def __init__(self, folder: Path, name: str, scenario: str, rows: Iterable[str], *more: str) -> None:
        self._folder, self._name = folder, name
        (folder / f"{name}.xml").write_text(scenario)
        (folder / f"{name}.in").write_text("SEQUENTIAL\n" + "".join(f"{row}\n" for row in rows))
        argv = [need_sipp(), "-sf", f"{name}.xml", "-inf", f"{name}.in", "-i", "127.0.0.1"]
        always = [
            "-nostdin",
            "-trace_err",
            "-error_file",
            f"{name}.errors",
            "-trace_stat",
            "-stf",
            f"{name}.stat",
        ]
        with (folder / f"{name}.log").open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [*argv, *always, "-fd", "1", *more],
                cwd=folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        before_others(self.process.pid)

    def wait(self, seconds: float) -> None:
        """Raises CommandError when it has not ended by then; it has after that."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise CommandError(f"SIPp ({self._name}) did not end; see {self._folder}") from None

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def counts(self) -> tuple[int, int]:
        """Calls that ended well, and badly."""
        return counts_of((self._folder / f"{self._name}.stat").read_text().splitlines())


def register(folder: Path, box: int, port: int, numbers: Sequence[str], password: str) -> None:
    """All telephones from the one port where they will be called. Raises CommandError."""
    rows = [f"{one};[authentication username={one} password={password}]" for one in numbers]
    most = ("-m", str(len(numbers)), "-r", "50", "-l", "20")
    one = Sipp(folder, "register", scenarios.REGISTER, rows, f"127.0.0.1:{box}", "-p", str(port), *most)
    one.wait(ENDS_S + len(numbers) / 20)
    if one.counts() != (len(numbers), 0):
        raise CommandError(f"the telephones could not register; see {folder}")


def telephones(folder: Path, port: int, media: Sequence[int]) -> Sipp:
    """They answer whatever comes."""
    return Sipp(folder, "telephones", scenarios.TELEPHONE, map(str, media), "-p", str(port))


def callers(
    folder: Path,
    called: str,
    box: int,
    port: int,
    media: Sequence[int],
    *,
    calls: int,
    rate: float,
    hold_s: float,
    at_once: int,
) -> Sipp:
    """`calls` in all, `rate` a second; each hangs up after `hold_s`."""
    (folder / "aside.xml").write_text(scenarios.ASIDE)
    scenario = scenarios.CALLER.format(called=called, hold_ms=round(hold_s * 1000))
    (folder / "callers.rtt").unlink(missing_ok=True)
    return Sipp(
        folder, "callers", scenario, map(str, media), f"127.0.0.1:{box}", "-p", str(port), "-oocsf", "aside.xml",
        "-m", str(calls), "-r", f"{rate:g}", "-l", str(at_once), "-trace_rtt", "-rtt_freq", "1",
    )  # fmt: skip


def made(folder: Path, program: Sipp) -> CallsMade:
    """After its end."""
    answered, failed = program.counts()
    files = list(folder.glob(f"callers_{program.process.pid}_rtt.csv"))
    rows = files[0].read_text().splitlines() if files else []
    return CallsMade(answered, failed, times_of(rows, RINGING), times_of(rows, ANSWERED))


def counts_of(lines: Sequence[str]) -> tuple[int, int]:
    """From SIPp's statistics, whose last row counts everything."""
    rows = list(csv.reader(lines, delimiter=";"))
    if len(rows) < 2:
        return 0, 0
    last = dict(zip(rows[0], rows[-1], strict=False))
    return int(last["SuccessfulCall(C)"]), int(last["FailedCall(C)"])


def times_of(lines: Sequence[str], timer: int) -> tuple[float, ...]:
    """From SIPp's response times: `date_ms;time_ms;timer`."""
    found = []
    for row in csv.reader(lines[1:], delimiter=";"):
        if len(row) >= 3 and row[2].strip() == str(timer):
            found.append(float(row[1]))
    return tuple(found)
