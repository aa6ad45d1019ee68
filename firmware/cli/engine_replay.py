"""`tipring engine replay`: the journal's inputs decided upon once more, compared with what was recorded."""

from __future__ import annotations

import argparse
import json

from msgspec import to_builtins

from firmware.cli.background import give_way
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.rehearsal.again import Again, NoBeginning, decide_again
from firmware.engine.state import UnknownSnapshot
from firmware.protocol.places import Places

KEY = "pins"
WORDS = {
    "en": "{records} recorded inputs decided upon again: {alike} with the same facts and commands; of {ended} calls "
    "that ended, {outcomes} ended the same way",
    "zh": "重新裁决已记录的输入 {records} 个：{alike} 个得到相同的事实和命令；"
    "{ended} 个已结束的呼叫中，{outcomes} 个结局相同",
}
MISSING = {"en": "{missing} records are missing in between", "zh": "中间缺少记录 {missing} 条"}
PASSED_OVER = {
    "en": "{passed_over} inputs the box had passed over were taken as they stand",
    "zh": "设备当时跳过的输入 {passed_over} 个按原样采用",
}
DIFFERENCE = {
    "en": "record {epoch}-{number} ({input}): recorded {recorded}, decided {decided}",
    "zh": "记录 {epoch}-{number}（{input}）：原为 {recorded}，现为 {decided}",
}


def add(names: argparse._SubParsersAction[argparse.ArgumentParser]) -> argparse.ArgumentParser:
    parser = names.add_parser(
        "replay",
        help="decide upon the journal's inputs again and compare",
        description="From the oldest snapshot that has records after it, or from the first record, beside a box that "
        "runs or not. Changes nothing. Exit code 1: something came out otherwise.",
        epilog="Example: tipring engine replay --json",
    )
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Raises CommandError."""
    give_way()
    try:
        places = Places(arguments.data.resolve())
        key = places.secrets / KEY
        found = decide_again(places.root, key.read_bytes() if key.is_file() else b"")
    except NoBeginning as error:
        raise CommandError(f"there is nothing to begin with in {error}") from error
    except UnknownSnapshot as error:
        raise CommandError(f"a snapshot cannot be read by this version: {error}") from error
    if arguments.json:
        print(json.dumps({"same": found.same, **to_builtins(found)}, ensure_ascii=False))
    else:
        print("\n".join(lines(found, arguments.language)))
    return DONE if found.same else FOUND_WRONG


def lines(found: Again, language: str) -> list[str]:
    """For people."""
    values = to_builtins(found)
    told = [WORDS[language].format(**values)]
    told += [MISSING[language].format(**values)] if found.missing else []
    told += [PASSED_OVER[language].format(**values)] if found.passed_over else []
    return told + [DIFFERENCE[language].format(**to_builtins(one)) for one in found.differences]
