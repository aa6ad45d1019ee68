"""`tipring lines`: the meters of all ports, once or again and again."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from pathlib import Path

import msgspec

from drivers.clock import MonotonicClock
from firmware.cli import period
from firmware.cli.doctor.finding import Finding
from firmware.cli.line_look import PortLook, TrunkShown, look_at_lines, look_at_trunks
from firmware.cli.main import DONE, FOUND_WRONG, CommandError
from firmware.cli.tables import text_table
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places

WORDS = {
    "en": {"asleep": "no switch runs: `tipring doctor` says why", "none": "the box has no ports"},
    "zh": {"asleep": "交换进程未运行：`tipring doctor` 会说明原因", "none": "本机没有端口"},
}
SHOWN = {
    "place": ("port", "端口"),
    "name": ("line", "线路"),
    "kind": ("kind", "类型"),
    "state": ("state", "状态"),
    "volts": ("V", "电压 V"),
    "milliamps": ("mA", "电流 mA"),
    "level_from": ("from dBm0", "收 dBm0"),
    "level_to": ("to dBm0", "发 dBm0"),
    "return_loss": ("echo dB", "回损 dB"),
    "alarms": ("alarm", "告警"),
}
KINDS = {
    "fxo": ("line", "外线"),
    "fxs": ("telephone", "话机"),
    "sip": ("SIP telephone", "SIP 话机"),
    "sip-trunk": ("SIP trunk", "SIP 中继"),
}
STATES = {
    "idle": ("idle", "空闲"),
    "used": ("in use", "使用中"),
    "rings": ("rings", "振铃"),
    "none": ("out of service", "停用"),
    "away": ("not registered", "未注册"),
}
ALARMS = {
    "line-no-battery": ("no battery", "无馈电"),
    "line-shared": ("other phone lifted", "并联话机摘机"),
    "line-weak": ("weak current", "电流过小"),
    "line-short": ("short circuit", "短路"),
    "line-chip": ("chip fails", "芯片异常"),
    "line-overload": ("overload", "过载"),
    "line-given-up": ("switched off", "已停用"),
    "line-away": ("carrier away", "运营商不可达"),
}
TRUNK_SHOWN = {
    "name": ("trunk", "中继"),
    "way": ("watched by", "监测方式"),
    "up": ("state", "状态"),
    "reason": ("why", "原因"),
    "round_trip_ms": ("answers in ms", "应答 ms"),
    "calls": ("last calls", "最近通话"),
    "lost_percent": ("lost %", "丢包 %"),
    "jitter_ms": ("jitter ms", "抖动 ms"),
}
WAYS = {"registration": ("registration", "注册"), "options": ("OPTIONS", "OPTIONS")}
UP = {True: ("up", "可用"), False: ("DOWN", "不可用")}
EVERY_US = 1_000_000
CLEAR = "\x1b[H\x1b[2J"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "lines",
        help="voltage, current, level and alarms of every port, now",
        description="V and mA are what the port's chip measures, levels dBm0 from and to the port while it is used, "
        "echo dB the echo return loss of the present call or the last. Exit code 1: an alarm stands, or no switch "
        "runs.",
        epilog="Example: tipring lines --watch",
    )
    parser.add_argument("--watch", action="store_true", help="again each second, until Ctrl-C")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document (with --watch: one a line)")
    period.add_language(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    places, clock = Places(arguments.data.resolve()), MonotonicClock()
    while arguments.watch:
        _print(places, arguments, head=CLEAR if sys.stdout.isatty() and not arguments.json else "")
        sys.stdout.flush()
        clock.wait_until(clock.now_us() + EVERY_US)
    return _print(places, arguments)


def _print(places: Places, arguments: argparse.Namespace, head: str = "") -> int:
    ports, trunks = look_at_lines(places, _config(places)), look_at_trunks(places)
    if arguments.json:
        rows = [_row(one) for one in ports or ()]
        found = {"running": ports is not None, "ports": rows, "trunks": [_row(one) for one in trunks]}
        print(json.dumps(found, ensure_ascii=False))
    else:
        print(head + _text(ports, arguments.language))
        if trunks:
            print("\n" + _trunk_table(trunks, arguments.language == "zh"))
    return FOUND_WRONG if ports is None or any(one.alarms for one in ports) else DONE


def _config(places: Places) -> Config:
    try:
        found = newest(places.config_db)
    except (sqlite3.Error, msgspec.MsgspecError) as error:
        raise CommandError(f"{places.config_db}: {error}") from error
    return found.config if found else Config()


def _row(one: PortLook | TrunkShown) -> dict[str, object]:
    told: dict[str, object] = msgspec.to_builtins(one)
    return told


def _text(ports: list[PortLook] | None, language: str) -> str:
    if not ports:
        return WORDS[language]["asleep" if ports is None else "none"]
    chinese = language == "zh"
    cells = [[_cell(one, key, chinese) for key in SHOWN] for one in ports]
    said = [Finding(slug, one.data).said(language) for one in ports for slug in one.alarms]
    help_ = [f"{seen}\n    {remedy}" for seen, remedy in said]
    return "\n".join([text_table([heading[chinese] for heading in SHOWN.values()], cells), *help_])


def _trunk_table(trunks: list[TrunkShown], chinese: bool) -> str:
    cells = [
        [
            WAYS[one.way][chinese]
            if key == "way"
            else UP[one.up][chinese]
            if key == "up"
            else getattr(one, key)
            for key in TRUNK_SHOWN
        ]
        for one in trunks
    ]
    return text_table([heading[chinese] for heading in TRUNK_SHOWN.values()], cells)


def _cell(one: PortLook, key: str, chinese: bool) -> object:
    match key:
        case "kind":
            return KINDS[one.kind][chinese]
        case "state":
            return STATES[one.state][chinese]
        case "alarms":
            return ("，" if chinese else ", ").join(ALARMS[slug][chinese] for slug in one.alarms)
        case _:
            return getattr(one, key)
