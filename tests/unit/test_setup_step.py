"""The set-up step on machines where it may not, or need not, install anything."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "provisioning" / "setup.sh"


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}
    return subprocess.run(["sh", str(SETUP)], env=environment, capture_output=True, text=True)


def test_without_root_it_names_the_missing_packages(tmp_path: Path) -> None:
    tool(tmp_path, "id", "echo 1000")
    tool(tmp_path, "sudo", "exit 1")
    tool(
        tmp_path, "dpkg-query", 'case "$*" in *libspandsp-dev*|*espeak-ng*) exit 1;; *) echo installed;; esac'
    )
    done = run(tmp_path)
    assert done.returncode == 1
    assert "libspandsp-dev espeak-ng" in done.stderr
    assert "apt-get install" in done.stderr


def test_the_second_time_it_has_nothing_to_do(tmp_path: Path) -> None:
    tool(tmp_path, "apt-get", "echo apt-get was called >&2; exit 9")
    done = run(tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
