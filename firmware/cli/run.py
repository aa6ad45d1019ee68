"""`tipring run`: the whole process tree in the foreground, and a live call log."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from drivers.clock import MonotonicClock
from firmware.cli.call_log import CallLog
from firmware.cli.main import CommandError
from firmware.cli.prepare import Prepared, prepare
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_is_held
from firmware.recorder.segments import read_records

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
LOOK_US = 300_000
STOP_SECONDS = 20
GREETINGS = {
    "en": "{name}: lines {lines}; telephones {extensions}\n"
    "data in {data}, logs in {log}. Calls appear below; Ctrl-C stops.",
    "zh": "{name}：线路 {lines}；话机 {extensions}\n数据在 {data}，日志在 {log}。通话显示在下面；按 Ctrl-C 停止。",
}
INVITATIONS = {
    "en": "Ring it from another window: tipring sim call {number} --seconds 20 --wav heard.wav{data}",
    "zh": "在另一窗口呼叫：tipring sim call {number} --seconds 20 --wav heard.wav{data}",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "run",
        help="the whole box in the foreground",
        description="Starts switch, engine, recorder and archive and prints calls as they happen. Ctrl-C stops it.",
        epilog="Example: tipring run --sim hw-sim/scenarios/demo.toml",
    )
    parser.add_argument(
        "--sim", type=Path, metavar="BENCH.toml", help="play lines, exchange and callers from this file"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument(
        "--language", choices=("en", "zh"), default="en", help="of the call log and of faults"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.0, metavar="S", help="stop by itself after so long (0: never)"
    )
    parser.add_argument("--quiet", action="store_true", help="no call log")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    _refuse_double(Places(arguments.data.resolve()))
    prepared = prepare(arguments.data, arguments.sim, arguments.language)
    places = prepared.places
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # systemd's and `kill`'s way of Ctrl-C
    clock = MonotonicClock(prepared.offset_us)
    supervisor = _start(places, sim=arguments.sim is not None)
    print(greeting(prepared, arguments.language), flush=True)
    if arguments.sim is not None and prepared.config.lines:
        print(invitation(prepared, arguments.language), flush=True)
    try:
        return _watch(supervisor, prepared, clock, arguments)
    except KeyboardInterrupt:
        print("正在停止…" if arguments.language == "zh" else "stopping…", flush=True)
        return 0
    finally:
        _stop(supervisor)


def _refuse_double(places: Places) -> None:
    """A box runs once: two trees would fight for the same lines."""
    running = [role for role in ROLES if role_is_held(places.run, role)]
    if running:
        raise CommandError(
            f"a box already runs on {places.root} ({', '.join(running)}); stop it first, or give another --data DIR"
        )


def _start(places: Places, sim: bool) -> subprocess.Popen[bytes]:
    conf = (SYSTEMD / "supervisord.conf").read_text()
    if sim:
        conf += "\n" + (SYSTEMD / "supervisord-sim.conf").read_text()
    places.supervisor_conf.write_text(conf)
    environment = os.environ | {
        "TIPRING_DATA": str(places.root.resolve()),
        "TIPRING_RUN": str(places.run),
        "TIPRING_PYTHON": sys.executable,
        "PYTHONUNBUFFERED": "1",
        # One busy thread a process: NumPy's own would break the tick.
        "OPENBLAS_NUM_THREADS": "1",
    }
    argv = [sys.executable, "-m", "supervisor.supervisord", "-c", str(places.supervisor_conf)]
    # A session of its own: Ctrl-C reaches us alone, and the tree is stopped in order.
    return subprocess.Popen(argv, env=environment, start_new_session=True)  # noqa: S603


def _stop(supervisor: subprocess.Popen[bytes]) -> None:
    supervisor.terminate()
    try:
        supervisor.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        supervisor.kill()
        supervisor.wait()


def greeting(prepared: Prepared, language: str) -> str:
    """What a newcomer wants to know first: the numbers, where things are, how to stop."""
    config, places = prepared.config, prepared.places
    numbers: dict[str, list[str]] = {}
    for line in config.lines:
        numbers.setdefault(line.number or line.name, []).append(line.name)
    lines = ", ".join(f"{number} ({', '.join(names)})" for number, names in numbers.items())
    extensions = ", ".join(extension.number for extension in config.extensions)
    return GREETINGS[language].format(
        name=config.site.name, lines=lines, extensions=extensions, data=places.root, log=places.log
    )


def invitation(prepared: Prepared, language: str) -> str:
    """How to be a caller of a simulated box; the line that others use least is the last."""
    last = prepared.config.lines[-1]
    root = prepared.places.root
    data = "" if root == Path("data").resolve() else f" --data {root}"
    return INVITATIONS[language].format(number=last.number or last.name, data=data)


def _watch(
    supervisor: subprocess.Popen[bytes],
    prepared: Prepared,
    clock: MonotonicClock,
    arguments: argparse.Namespace,
) -> int:
    """Prints what the journal says until the tree ends or time is over. 1 when the tree died by itself."""
    log = CallLog(_wall(prepared), arguments.language)
    end_us = clock.now_us() + round(arguments.seconds * 1e6) if arguments.seconds else None
    told = _new_lines(prepared.places, log)
    while supervisor.poll() is None:
        for line in next(told):
            if not arguments.quiet:
                print(line, flush=True)
        if end_us is not None and clock.now_us() >= end_us:
            return 0
        clock.wait_until(clock.now_us() + LOOK_US)
    print(
        f"the process tree ended (exit {supervisor.returncode}); see {prepared.places.log}", file=sys.stderr
    )
    return 1


def _new_lines(places: Places, log: CallLog) -> Iterator[list[str]]:
    """Each time it is asked: the lines of the records that came since. Those of former runs are passed over."""
    reader = read_records(places.journal)
    for _ in reader:
        pass
    last = reader.last
    while True:
        reader = read_records(places.journal, last)
        lines = [line for record in reader for line in log.lines(record)]
        last = reader.last
        yield lines


def _wall(prepared: Prepared) -> WallClock:
    return WallClock(
        MonotonicClock.wall_us() - MonotonicClock(prepared.offset_us).now_us(), prepared.config.site.zone
    )


class WallClock:
    """Box time as `HH:MM:SS` of the site."""

    def __init__(self, offset_us: int, zone: str) -> None:
        self._offset_us, self._zone = offset_us, ZoneInfo(zone)

    def __call__(self, at_us: int) -> str:
        return datetime.fromtimestamp((at_us + self._offset_us) / 1e6, self._zone).strftime("%H:%M:%S")
