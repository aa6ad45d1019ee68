"""`tipring recordings list|export|ledger`: what is recorded, and whether every answered second is
accounted for.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from drivers.clock import MonotonicClock
from firmware.archive.accounts import account_of_calls
from firmware.archive.ledger import UNEXPLAINED, Balance, Entry, balance
from firmware.archive.tracks import SAMPLE_RATE_HZ, NotARecording, read_samples
from firmware.cli import given_orders, holds, period
from firmware.cli.report import spoken, with_history
from firmware.cli.tables import text_table
from firmware.cli.words import said
from firmware.protocol.inputs import AccessOrder
from firmware.protocol.places import Places
from firmware.store import queries
from firmware.store.audio.accesses import tell_access

Row = dict[str, Any]
Use = Callable[[Database, argparse.Namespace], int]
SAID = ("kind", "why", "reason")
"""Columns that hold a word of ours."""
LISTED = {
    "id": ("recording", "录音"),
    "began": ("began", "开始"),
    "call": ("call", "呼叫"),
    "kind": ("kind", "种类"),
    "party": ("party", "对方"),
    "agent": ("agent", "坐席"),
    "seconds": ("seconds", "秒"),
    "why": ("ended", "结束"),
    "path": ("file", "文件"),
}
LEDGER = {
    "call": ("call", "呼叫"),
    "from_s": ("from s", "起秒"),
    "to_s": ("to s", "止秒"),
    "covered_by": ("recording", "录音"),
    "reason": ("no audio because", "无录音原因"),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "recordings",
        help="list, export, account for",
        epilog="Example: tipring recordings ledger --from 2026-10-01",
    )
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    _add(names, "list", "recordings of a span of time", _list)
    export = _add(names, "export", "copy recordings as WAV files", _export)
    export.add_argument("--out", type=Path, required=True, metavar="DIR", help="where the copies go")
    export.add_argument("--pcm", action="store_true", help="16-bit linear instead of A-law")
    export.add_argument("--why", default="", metavar="TEXT", help="goes into the audit")
    given_orders.add_author(export)
    holds.add_parsers(names)
    _add(names, "ledger", "answered time against audio; exit 1 if a second is unexplained", _ledger)


def _add(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    use: Use,
) -> argparse.ArgumentParser:
    options = " --out exported --pcm" if name == "export" else " --from 2026-10-01"
    parser = add_of_history(names, name, about, f"tipring recordings {name}{options}", use)
    parser.add_argument("--call", type=int, metavar="NUMBER", help="of this call only")
    period.add_arguments(parser)
    return parser


def add_of_history(
    names: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    about: str,
    example: str,
    use: Use,
) -> argparse.ArgumentParser:
    """A command that `use` does with the history of a box."""
    parser = names.add_parser(name, help=about, epilog=f"Example: {example}")
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="DIR", help="where the box keeps everything"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=lambda arguments: with_history(arguments, lambda db: use(db, arguments)))
    return parser


def _rows(db: Database, arguments: argparse.Namespace) -> list[Row]:
    zone = queries.zone(db)
    found = queries.recordings(db, period.span_of(arguments, zone))
    return [
        {**row, "began": period.local(row["began_at"], zone)}
        for row in found
        if arguments.call in (None, row["call"])
    ]


def _list(db: Database, arguments: argparse.Namespace) -> int:
    rows = _rows(db, arguments)
    if arguments.json:
        print(json.dumps({"recordings": rows}, ensure_ascii=False))
        return 0
    print(_table(LISTED, rows, arguments.language))
    return 0


def _export(db: Database, arguments: argparse.Namespace) -> int:
    """1 when a file that history names is not there."""
    return copy_out(arguments, [row for row in _rows(db, arguments) if row["path"]])


def copy_out(arguments: argparse.Namespace, wanted: list[Row]) -> int:
    """Told the audit first. 1 when a file that history names is not there. Raises CommandError."""
    _tell_audit(arguments, tuple(row["id"] for row in wanted))
    arguments.out.mkdir(parents=True, exist_ok=True)
    exported, missing = [], []
    for row in wanted:
        source, target = arguments.data / row["path"], arguments.out / f"{row['id']}.wav"
        try:
            _copy(source, target, arguments.pcm)
            exported.append(str(target))
        except (OSError, NotARecording):
            missing.append(str(source))
    _tell(arguments, exported, missing)
    return 1 if missing else 0


def _tell_audit(arguments: argparse.Namespace, recordings: tuple[str, ...]) -> None:
    """Before a copy is made. A box that does not run takes word into its audit when it starts. Raises CommandError."""
    if not recordings:
        return
    access, author = given_orders.new_id("export"), given_orders.author(arguments)
    order = AccessOrder(access, author, "export", recordings, arguments.why)
    answer = tell_access(Places(arguments.data.resolve()), order, MonotonicClock.wall_us())
    if not answer.done:
        raise given_orders.refused(answer, arguments.language)


def _copy(source: Path, target: Path, pcm: bool) -> None:
    if not pcm:
        shutil.copyfile(source, target)
        return
    samples = read_samples(source)
    with wave.open(str(target), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE_HZ)
        out.writeframes(samples.tobytes())


def _tell(arguments: argparse.Namespace, exported: list[str], missing: list[str]) -> None:
    if arguments.json:
        print(json.dumps({"exported": exported, "missing": missing}))
        return
    print(f"{len(exported)} recordings exported to {arguments.out}")
    for path in missing:
        print(f"tipring: {path} cannot be read", file=sys.stderr)


def _ledger(db: Database, arguments: argparse.Namespace) -> int:
    span = period.span_of(arguments, queries.zone(db))
    accounts = [
        (call, entries)
        for call, entries in account_of_calls(db, *span, arguments.data)
        if arguments.call in (None, call)
    ]
    total = balance(entry for _, entries in accounts for entry in entries)
    if arguments.json:
        calls = [
            {"call": call, **_figures(balance(entries)), "entries": _entries(entries)}
            for call, entries in accounts
        ]
        print(json.dumps({"total": _figures(total), "calls": calls}))
    else:
        shown = [entry for _, entries in accounts for entry in entries]
        print(_table(LEDGER, _since_answer(_entries(shown)), arguments.language))
        print(_sentence(total, arguments.language))
    return 0 if total.balances else 1


def _entries(entries: list[Entry]) -> list[Row]:
    return [
        {
            "call": entry.call,
            "leg": entry.leg,
            "from_s": entry.from_us / 1e6,
            "to_s": entry.to_us / 1e6,
            "covered_by": entry.covered_by,
            "reason": entry.reason,
        }
        for entry in entries
    ]


def _since_answer(entries: list[Row]) -> list[Row]:
    """Each call's seconds counted from where it was answered: box time says nothing to people."""
    began: dict[int, float] = {}
    for entry in entries:
        began.setdefault(entry["call"], entry["from_s"])
    return [
        {**entry, **{key: entry[key] - began[entry["call"]] for key in ("from_s", "to_s")}}
        for entry in entries
    ]


def _figures(total: Balance) -> Row:
    return {
        "answered_s": total.answered_s,
        "audio_s": total.audio_s,
        "reasons_s": total.reasons_s,
        f"{UNEXPLAINED}_s": total.unexplained_s,
        "balances": total.balances,
    }


def _sentence(total: Balance, language: str) -> str:
    reasons = "".join(
        f" + {said(reason, language)} {seconds:.2f}" for reason, seconds in total.reasons_s.items()
    )
    if language == "zh":
        verdict = "平衡" if total.balances else f"{total.unexplained_s:.2f} 秒无说明"
        return f"应答 {total.answered_s:.2f} 秒 = 录音 {total.audio_s:.2f}{reasons}：{verdict}"
    verdict = "balances" if total.balances else f"{total.unexplained_s:.2f} s UNEXPLAINED"
    return f"answered {total.answered_s:.2f} s = audio {total.audio_s:.2f}{reasons}: {verdict}"


def _table(columns: dict[str, tuple[str, str]], rows: list[Row], language: str) -> str:
    headings = [names[language == "zh"] for names in columns.values()]
    return text_table(headings, [spoken(row, columns, SAID, language) for row in rows])
