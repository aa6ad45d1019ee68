"""Orders a person gives on the command line: taken by the running engine, or a plain word why not."""

from __future__ import annotations

import argparse
import getpass
import uuid

from firmware.cli.main import CommandError
from firmware.cli.words import said
from firmware.protocol.inputs import AnyOrder
from firmware.protocol.order_client import give_order
from firmware.protocol.order_format import OrderAnswer, Verdict
from firmware.protocol.places import Places

_REFUSALS = {
    Verdict.NO_ENGINE: (
        "the box does not run: start it with `tipring run`, then try again",
        "设备未运行：请先用 tipring run 启动，再重试",
    ),
    Verdict.UNKNOWN: (
        "the engine did not answer in time; whether the order was taken is shown by the list. Giving it again is safe",
        "引擎未及时应答；是否已接受请查看列表。可以放心重试",
    ),
}


def new_id(kind: str) -> str:
    """Makes giving an order twice harmless."""
    return f"{kind}-{uuid.uuid4().hex[:16]}"


def author(arguments: argparse.Namespace) -> str:
    """Who answers for it."""
    return str(arguments.author or getpass.getuser())


def add_author(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--author", default="", metavar="NAME", help="who answers for it; you where it is left out"
    )


def give(places: Places, order: AnyOrder, language: str) -> OrderAnswer:
    """On the disk when this returns. Raises CommandError, which says what to do."""
    answer = give_order(places, order, wait_saved=True)
    if answer.done:
        return answer
    raise refused(answer, language)


def refused(answer: OrderAnswer, language: str) -> CommandError:
    if answer.verdict is Verdict.REFUSED:
        reason = said(answer.reason, language)
        return CommandError(f"被拒绝：{reason}" if language == "zh" else f"refused: {reason}")
    return CommandError(_REFUSALS[answer.verdict][language == "zh"])
