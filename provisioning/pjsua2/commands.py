"""Runs compilers and apt; what they say is shown only where they fail."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from provisioning.pjsua2.errors import BuildError

SHOWN = 4000


def say(text: str) -> None:
    sys.stderr.write(f"    {text}\n")


def run(argv: list[str], *, folder: Path | None = None, extra: Mapping[str, str] | None = None) -> str:
    """Standard output. Raises BuildError with the end of what was said where it fails."""
    environment = os.environ | {"LC_ALL": "C", **(extra or {})}
    try:
        done = subprocess.run(  # noqa: S603 - compilers and apt, no shell
            argv, cwd=folder, env=environment, capture_output=True, text=True, errors="replace", check=False
        )
    except FileNotFoundError as error:
        raise BuildError(f"{argv[0]} is not installed") from error
    if done.returncode:
        raise BuildError(f"{' '.join(argv[:3])} failed:\n{(done.stdout + done.stderr)[-SHOWN:]}")
    return done.stdout
