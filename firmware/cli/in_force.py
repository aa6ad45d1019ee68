"""Telling the running box that its configuration changed. One that does not run takes it when it starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from firmware.cli.main import DONE, FOUND_WRONG
from firmware.config.versions import Version
from firmware.protocol.inputs import ConfigApplied
from firmware.protocol.order_client import give_order
from firmware.protocol.order_format import OrderAnswer, Verdict
from firmware.protocol.places import Places

TIMEOUT_S = 5.0
_WORDS = {
    "en": {
        Verdict.TAKEN: "version {version} is in force",
        Verdict.NO_ENGINE: "version {version} is in force when the box starts (it is not running)",
        Verdict.UNKNOWN: "version {version} is stored, but the engine did not answer within {seconds:.0f} s: look at "
        "`tipring doctor`, then apply it again",
        Verdict.REFUSED: "version {version} is stored, but the engine refused it ({reason}); the former one stays in "
        "force",
    },
    "zh": {
        Verdict.TAKEN: "版本 {version} 已生效",
        Verdict.NO_ENGINE: "版本 {version} 将在设备启动时生效（设备未运行）",
        Verdict.UNKNOWN: "版本 {version} 已保存，但引擎在 {seconds:.0f} 秒内没有回答："
        "请查看 `tipring doctor`，然后重新应用",
        Verdict.REFUSED: "版本 {version} 已保存，但被引擎拒绝（{reason}）；原配置继续有效",
    },
}


def tell_engine(data: Path, version: Version) -> OrderAnswer:
    order = ConfigApplied(version.version, version.author, version.json)
    return give_order(Places(data.resolve()), order, TIMEOUT_S)


def told(version: int, answer: OrderAnswer, language: str = "en") -> str:
    """What came of it, in a sentence."""
    verdict = Verdict.TAKEN if answer.done else answer.verdict
    text = _WORDS[language][verdict]
    return text.format(version=version, seconds=TIMEOUT_S, reason=answer.reason)


def as_json_of(version: int, answer: OrderAnswer) -> dict[str, Any]:
    return {"version": version, "engine": answer.verdict.value}


def exit_code(answer: OrderAnswer) -> int:
    """A box that does not run takes it when it starts: that is well, too."""
    return DONE if answer.done or answer.verdict is Verdict.NO_ENGINE else FOUND_WRONG
