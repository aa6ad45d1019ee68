"""`tipring engine state|reload|replay`: what the deciding half holds now, and handing it to a new version."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

import msgspec
from msgspec import to_builtins

from drivers.clock import MonotonicClock
from firmware.cli import engine_replay
from firmware.cli.engine_words import ALARMS, REASONS, WORDS, state_lines
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.protocol.order_client import ask_reload, ask_state
from firmware.protocol.order_format import ReloadAnswer, StateView
from firmware.protocol.places import Places

BACK_S = 10.0
"""So long the next engine is waited for after the hand-over."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "engine",
        help="what the deciding half holds; hand it to a new version",
        epilog="Example: tipring engine state --language zh",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    state = names.add_parser(
        "state",
        help="calls, queue positions, agents and timers now",
        description="Asks the running engine. Exit code 1: none answers.",
        epilog="Example: tipring engine state --json",
    )
    state.set_defaults(run=run_state)
    reload = names.add_parser(
        "reload",
        help="hand living calls to the version that is installed now",
        description="The new version is tried first, beside the one that runs, which goes on if anything is wrong "
        "(exit code 1). Calls stand and are recorded all the while.",
        epilog="Example: tipring engine reload",
    )
    reload.set_defaults(run=run_reload)
    prepare = names.add_parser(
        "prepare",
        help="whether this version can take a state up (`engine reload` asks)",
        description="Restores the state, recovers from disk as after a death, decides again. Changes nothing.",
        epilog="Example: tipring engine prepare FILE --data DIR",
    )
    prepare.add_argument("file", type=Path, metavar="FILE", help="what the running engine left")
    prepare.set_defaults(run=run_prepare)
    for each in (state, reload, prepare, engine_replay.add(names)):
        _options(each)


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of the words")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run_state(arguments: argparse.Namespace) -> int:
    view = ask_state(Places(arguments.data.resolve()))
    if arguments.json:
        print(json.dumps({"engine": to_builtins(view)}, ensure_ascii=False))
    elif view is None:
        print(WORDS[arguments.language]["none"].format(data=arguments.data))
    else:
        print("\n".join(state_lines(view, arguments.language)))
    return FOUND_WRONG if view is None else DONE


# -- reload -----------------------------------------------------------------------------------------


def run_reload(arguments: argparse.Namespace) -> int:
    places = Places(arguments.data.resolve())
    before = ask_state(places)
    answer = ask_reload(places)
    after = _next_life(places, answer.epoch) if answer is not None and answer.prepared else None
    well = after is not None and not after.alarms
    if arguments.json:
        told = {"well": well, "before": before, "answer": answer, "after": after}
        print(json.dumps({name: to_builtins(one) for name, one in told.items()}, ensure_ascii=False))
    else:
        print(_told(answer, after, arguments.language))
    return DONE if well else FOUND_WRONG


def _next_life(places: Places, epoch: int) -> StateView | None:
    """The engine after life `epoch`, once the switch is with it."""
    clock = MonotonicClock()
    until_us = clock.now_us() + round(BACK_S * 1e6)
    while clock.now_us() < until_us:
        view = ask_state(places, 1.0)
        if view is not None and view.epoch > epoch and view.link_up:
            return view
        clock.wait_until(clock.now_us() + 20_000)
    return None


def _told(answer: ReloadAnswer | None, after: StateView | None, language: str) -> str:
    words = WORDS[language]
    if answer is None:
        return words["silent"]
    if not answer.prepared:
        reason = REASONS[language].get(answer.reason, answer.reason)
        return words["goes-on"].format(reason=reason, detail=f" ({answer.detail})" if answer.detail else "")
    if after is None:
        return words["away"]
    lines = [
        words["reloaded"].format(
            version=after.version, epoch=after.epoch, calls=len(after.calls), gap_ms=after.gap_us / 1000
        )
    ]
    lines += [words["alarm"].format(alarm=ALARMS[language].get(one, one)) for one in after.alarms]
    return "\n".join(lines)


def run_prepare(arguments: argparse.Namespace) -> int:
    """The new version's own word, one JSON line at the end; people use `reload`."""
    os.nice(10)
    # What the process of an engine imports must import here, or it will not there.
    from firmware.cli import role, roles  # noqa: F401
    from firmware.cli.roles import box_of
    from firmware.engine.process import relay  # noqa: F401
    from firmware.engine.process.handover import find
    from firmware.engine.process.trial import try_out
    from firmware.protocol.rings import Rings

    handover = find(arguments.file)
    if handover is None:
        raise CommandError(f"{arguments.file} holds no engine's state; `tipring engine reload` makes one")
    places, _, config = box_of(arguments.data.resolve())
    trial = try_out(handover, places.root, Rings(places.run).journal, config.site.box)
    sys.stdout.write(msgspec.json.encode(trial).decode() + "\n")
    return DONE if trial.able else FOUND_WRONG
