"""`tipring run`: the whole process tree in the foreground, and a live call log."""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from drivers.clock import MonotonicClock
from firmware.cli.apart import apart
from firmware.cli.box_plan import CONFIGURED, read_plan
from firmware.cli.guardian import LOOK_US, Guardian, SupervisorFails
from firmware.cli.guardian import ROLE as GUARDIAN
from firmware.cli.main import CommandError
from firmware.cli.metrics.server import PORT, MetricsServer
from firmware.cli.prepared import Prepared
from firmware.cli.role_table import roles_of
from firmware.cli.roles import box_of
from firmware.cli.stand_in import Stop
from firmware.cli.teller import Teller
from firmware.config.expanded import SIP_CARD
from firmware.config.newest import held_open
from firmware.protocol.places import Places
from firmware.protocol.role import ROLES, role_holder, role_is_held

WEB_VARIABLE = "TIPRING_WEB_PORT"
"""Environment: `--web-port` of those who do not give it."""
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
    parser.add_argument(
        "--metrics-port", type=int, default=PORT, metavar="N", help="Prometheus text on loopback (0: none)"
    )
    parser.add_argument(
        "--web-port",
        type=int,
        metavar="N",
        help="of the pages instead of the configuration's (0: no pages)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    _refuse_double(places)
    _refuse_other_bench(places, arguments.sim)
    web_port = _web_port(arguments.web_port)
    prepared = _prepared(arguments, web_port)
    with closing(held_open(places.config_db)):
        return _live(prepared, arguments, web_port)


def _live(prepared: Prepared, arguments: argparse.Namespace, web_port: int) -> int:
    places, sim = prepared.places, arguments.sim is not None
    stop = Stop((signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    clock = MonotonicClock(prepared.offset_us)
    teller = Teller(prepared, arguments.language, calls=not arguments.quiet)
    has_sip = any(card.kind == SIP_CARD for card in prepared.config.cards)
    has_web = prepared.config.web.enabled and web_port != 0
    roles = roles_of(sim, prepared.config.gate.enabled, has_sip, has_web)
    guardian = Guardian(places, roles, clock, teller.died)
    print(greeting(prepared, arguments.language), flush=True)
    if sim and prepared.config.lines:
        print(invitation(prepared, arguments.language), flush=True)
    teller.start()
    metrics = MetricsServer(places, arguments.metrics_port)
    if arguments.metrics_port and (why_not := metrics.start()):
        print(why_not, flush=True)
    try:
        _guard(guardian, stop, clock, arguments.seconds)
        if not arguments.seconds or stop():
            print("正在停止…" if arguments.language == "zh" else "stopping…", flush=True)
        teller.finish()
        guardian.stop()
        return 0
    except SupervisorFails as failure:
        raise CommandError(f"{failure}; see {places.log}") from failure
    finally:
        metrics.stop()
        guardian.close()


def _prepared(arguments: argparse.Namespace, web_port: int) -> Prepared:
    """Raises CommandError with all faults of a file that has some, before anything is made."""

    def work() -> None:
        from firmware.cli.prepare import prepare

        prepare(arguments.data, arguments.sim, arguments.language, web_port)

    apart(work)
    places, plan, config = box_of(arguments.data.resolve())
    return Prepared(places, config, plan.offset_us)


def _web_port(given: int | None) -> int:
    return given if given is not None else int(os.environ.get(WEB_VARIABLE, CONFIGURED))


def _guard(guardian: Guardian, stop: Callable[[], bool], clock: MonotonicClock, seconds: float) -> None:
    """Until somebody asks for the end, or time is over (0: never)."""
    end_us = clock.now_us() + round(seconds * 1e6) if seconds else None
    while not stop() and (end_us is None or clock.now_us() < end_us):
        guardian.look()
        clock.wait_until(clock.now_us() + LOOK_US)


def _refuse_double(places: Places) -> None:
    """A box runs once. One whose `tipring run` was killed goes on, and is taken over."""
    if role_is_held(places.run, GUARDIAN):
        raise CommandError(
            f"a box already runs on {places.root} (process {role_holder(places.run, GUARDIAN)}); "
            "stop it first, or give another --data DIR"
        )


def _refuse_other_bench(places: Places, sim: Path | None) -> None:
    """What runs on is taken over as it is: another bench cannot be laid under living calls."""
    if not any(role_is_held(places.run, role) for role in ROLES):
        return
    plays = read_plan(places).sim
    if plays != (str(sim.resolve()) if sim else ""):
        asked = f"with --sim {plays}" if plays else "without --sim"
        raise CommandError(
            f"a box whose `tipring run` ended runs on at {places.root}; "
            f"take it over with `tipring run` {asked} (Ctrl-C then stops it), or give another --data DIR"
        )


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
