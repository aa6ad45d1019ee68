"""A flow tried on a simulated call: `tipring config try-flow` in a short-lived process of its own.

Pages and programs know no rule of flows: they send the caller's steps and show what comes back.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

import webui
from firmware.cli.trying.steps import MOST_STEPS, BadStep, step_of

LIMIT_S = 30.0
TURN_S = 0.2
"""Whoever finds others trying is told at once: waiting takes a thread that pages want."""
MOST_AT_ONCE = 2
_ROOT = Path(webui.__file__).parents[1]
_turns = threading.BoundedSemaphore(MOST_AT_ONCE)
_CALLER = re.compile(r"\+?[0-9]{0,24}")
_AT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


class CannotTry(RuntimeError):
    """The text is a key of `webui/words/flows.toml`."""


class Trial(Struct, frozen=True):
    """Who calls, when, and what he did so far."""

    caller: str = ""
    at: str = ""
    """`2026-10-01T20:30`, site's time."""
    staffed: bool = True
    steps: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        return bool(_CALLER.fullmatch(self.caller) and _AT.fullmatch(self.at))


def with_step(trial: Trial, step: str) -> Trial:
    """Raises CannotTry for what is no step, and for too many."""
    steps = (*trial.steps, *([step] if step else []))
    try:
        for one in steps:
            step_of(one)
    except BadStep as error:
        raise CannotTry("flows.bad-step") from error
    if len(steps) > MOST_STEPS:
        raise CannotTry("flows.bad-step")
    return Trial(trial.caller, trial.at, trial.staffed, steps)


def found(values: Sequence[tuple[str, str]]) -> str:
    """The step in which a look-up answers so."""
    return f"found:{urlencode(list(values))}"


def tried(data: Path, draft: int | None, flow: str, trial: Trial) -> dict[str, Any]:
    """`draft` None: what is in force. Raises CannotTry."""
    if not trial.is_sound:
        raise CannotTry("flows.bad-trial")
    argv = [sys.executable, "-m", "firmware.cli.main", "config", "try-flow", "--json", "--data", str(data)]
    argv += [*(["--draft", str(draft)] if draft is not None else []), "--at", trial.at]
    argv += [f"--caller={trial.caller}", *([] if trial.staffed else ["--nobody"])]
    if not _turns.acquire(timeout=TURN_S):
        raise CannotTry("flows.busy")
    try:
        done = subprocess.run(  # noqa: S603 - our own command; what people wrote comes behind `--`
            [*argv, "--", flow, *trial.steps],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
            cwd=_ROOT,
        )
    except subprocess.TimeoutExpired as error:
        raise CannotTry("flows.busy") from error
    finally:
        _turns.release()
    return _answer(done.returncode, done.stdout)


def _answer(code: int, output: bytes) -> dict[str, Any]:
    if code:
        raise CannotTry("flows.not-tried")
    try:
        answer: dict[str, Any] = json.loads(output)
    except ValueError as error:
        raise CannotTry("flows.not-tried") from error
    return answer
