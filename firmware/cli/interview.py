"""`tipring interview`: a shop owner's answers become a configuration, shown before it is put in force."""

from __future__ import annotations

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from drivers.clock import MonotonicClock
from firmware.cli import given_orders
from firmware.cli.files import load_configuration
from firmware.cli.in_force import as_json_of, exit_code, tell_engine, told
from firmware.cli.main import DONE, MISUSED
from firmware.cli.tables import text_table
from firmware.config.changes import Change, changes
from firmware.config.check import check_config
from firmware.config.export import as_toml
from firmware.config.faults import Fault, render_faults
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.config.versions import ConfigStore
from firmware.interview.answers import Answers
from firmware.interview.check import load_answers
from firmware.interview.completing import completed
from firmware.interview.proposal import Proposal, propose
from firmware.protocol.places import Places

_WORDS = {
    "en": {
        "good": "the answers can be used: --propose shows what they make of the box, --apply puts it in force",
        "why": "Why",
        "changes": "What would change",
        "same": "nothing",
        "staffing": "The expected day, {day}",
        "columns": ("from", "calls", "people", "in time", "wait"),
        "written": "written: {file}",
    },
    "zh": {
        "good": "回答可用：--propose 查看方案，--apply 使其生效",
        "why": "理由",
        "changes": "将要改变的内容",
        "same": "无",
        "staffing": "预计的一天（{day}）",
        "columns": ("开始", "来电", "人数", "及时接听", "等待"),
        "written": "已写入：{file}",
    },
}
_EACH = 4
"""Quarter-hours to a row of the table."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "interview",
        help="answers of a shop owner become a configuration",
        description="Checks answers, shows what they would make of the box and why, and puts it in force. "
        "Without --answers: the answers the box would give itself, as a file to edit.",
        epilog="Example: tipring interview --answers shop.toml --propose",
    )
    parser.add_argument("--answers", type=Path, metavar="FILE.toml", help="see docs/interview.md")
    parser.add_argument("--propose", action="store_true", help="show configuration, reasons and staffing")
    parser.add_argument("--apply", action="store_true", help="put it in force as a new version")
    parser.add_argument(
        "--box",
        type=Path,
        metavar="FILE.toml",
        help="cards and all else there is; the data's where it is left out",
    )
    parser.add_argument("--config-out", type=Path, metavar="FILE", help="the proposal as TOML")
    parser.add_argument(
        "--scenario-out", type=Path, metavar="FILE", help="the expected day, for `tipring rehearse --fast`"
    )
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    given_orders.add_author(parser)
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of faults and reasons")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    config = _there(arguments)
    if arguments.answers is None:
        sys.stdout.write(as_toml(completed(Answers(), config)))
        return DONE
    answers, faults = load_answers(arguments.answers, config)
    if answers is None:
        return _refused(faults, arguments)
    today = datetime.fromtimestamp(MonotonicClock.wall_us() / 1e6, UTC).date()
    made = propose(answers, config, today)
    _write(made, arguments)
    shown = arguments.propose or not arguments.apply
    if shown and not arguments.json:
        print(_text(made, config, arguments) if arguments.propose else _WORDS[arguments.language]["good"])
    done, applied = _apply(made, arguments) if arguments.apply else (DONE, {})
    if arguments.json:
        document: dict[str, Any] = {"usable": True}
        if arguments.propose:
            document = as_json(made, config, arguments.language)
        document["faults"] = [fault.as_dict(arguments.language) for fault in faults]
        print(json.dumps(document | applied, ensure_ascii=False))
    return done


def _there(arguments: argparse.Namespace) -> Config:
    """The box as it stands: a file's, what is in force, or an empty one."""
    if arguments.box is not None:
        return load_configuration(arguments.box, arguments.language)
    found = newest(Places(arguments.data.resolve()).config_db)
    return Config() if found is None else found.config


def _refused(faults: list[Fault], arguments: argparse.Namespace) -> int:
    if arguments.json:
        told_ = [fault.as_dict(arguments.language) for fault in faults]
        print(json.dumps({"usable": False, "faults": told_}, ensure_ascii=False))
    else:
        print(render_faults(faults, arguments.language), file=sys.stderr)
    return MISUSED


def _write(made: Proposal, arguments: argparse.Namespace) -> None:
    words = _WORDS[arguments.language]["written"]
    for file, text in ((arguments.config_out, as_toml(made.config)), (arguments.scenario_out, made.scenario)):
        if file is not None:
            file.touch(mode=0o600)
            file.write_text(text, "utf-8")
            print(str(words).format(file=file), file=sys.stderr)


def _apply(made: Proposal, arguments: argparse.Namespace) -> tuple[int, dict[str, Any]]:
    places = Places(arguments.data.resolve())
    places.make()
    assert not [one for one in check_config(made.config) if not one.wording.warning]
    with ConfigStore(places.config_db) as store:
        author = given_orders.author(arguments)
        version = store.get(store.put(made.config, author, MonotonicClock.wall_us(), "interview"))
    answer = tell_engine(arguments.data, version)
    if not arguments.json:
        print(told(version.version, answer, arguments.language))
    return exit_code(answer), as_json_of(version.version, answer)


def as_json(made: Proposal, config: Config, language: str) -> dict[str, Any]:
    """What a page shows, too."""
    return {
        "usable": True,
        "config": msgspec.to_builtins(made.config),
        "why": msgspec.to_builtins(made.why),
        "changes": [one.as_dict(language) for one in changes(config, made.config)],
        "staffing": msgspec.to_builtins(made.staffing)
        | {"service_level": made.staffing.service_level, "weekday": made.staffing.weekday},
        "scenario": made.scenario,
    }


def _text(made: Proposal, config: Config, arguments: argparse.Namespace) -> str:
    words, language = _WORDS[arguments.language], arguments.language
    changed: list[Change] = changes(config, made.config)
    return "\n".join(
        [
            f"{words['changes']}:",
            *(f"  {one.said(language)}" for one in changed),
            *([f"  {words['same']}"] if not changed else []),
            "",
            f"{words['why']}:",
            *(f"  {'!' if one.remark else '-'} {one.said(language)}" for one in made.why),
            "",
            str(words["staffing"]).format(day=made.staffing.weekday) + ":",
            _day_table(made, [str(one) for one in words["columns"]]),
        ]
    )


def _day_table(made: Proposal, columns: list[str]) -> str:
    """An hour a row, its busiest quarter's people; all pools together."""
    rows = []
    days = [pool.day for pool in made.staffing.pools]
    for place in range(0, len(days[0]) if days else 0, _EACH):
        hour = [one for day in days for one in day[place : place + _EACH]]
        calls = sum(one.calls for one in hour)
        people = sum(max(one.agents for one in day[place : place + _EACH]) for day in days)
        level = sum(one.calls * one.service_level for one in hour) / calls if calls else 1.0
        wait_s = sum(one.calls * one.asa_s for one in hour) / calls if calls else 0.0
        rows.append(
            [days[0][place].begins, f"{calls:.1f}", str(people), f"{100 * level:.0f} %", f"{wait_s:.0f} s"]
        )
    return text_table(tuple(columns), rows)
