"""The linters are tests, run from the same configuration by `make lint` and by `make test`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent

pytestmark = pytest.mark.lint


def run(*argv: str) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "hw-sim")])
    done = subprocess.run(
        argv, cwd=ROOT, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing() -> None:
    run(str(BIN / "ruff"), "check", ".")


def test_the_code_is_formatted() -> None:
    run(str(BIN / "ruff"), "format", "--check", ".")


def test_mypy_strict_finds_nothing() -> None:
    run(str(BIN / "mypy"))


def test_imports_run_downwards() -> None:
    run(str(BIN / "lint-imports"), "--no-cache")
