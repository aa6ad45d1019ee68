"""What scanners everybody has find on a box of 200 telephones: nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("pjsua2", reason="pjsua2 is not built on this machine: make setup")

from tests.peers.sip_box_target import NUMBERS, PASSWORD, BoxTarget, box, guarded_box
from tests.peers.sip_target import prove_alive

LIMIT_S = 60
GUESSES = 500

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("svmap"), reason="Debian's sipvicious is not installed: make setup"),
]


@pytest.fixture
def target() -> Iterator[BoxTarget]:
    """Without budgets to speak of: what it says must do."""
    one = box()
    yield one
    one.stop()


def scan(folder: Path, *argv: str) -> str:
    """What a scanner says; HOME is where it keeps its sessions."""
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        argv, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    return done.stdout + done.stderr


def found(text: str) -> set[str]:
    """Extensions of ours in the table that svwar and svcrack print; svwar's own bait may be in it."""
    return set(re.findall(r"(?m)^\|\s*(\d+)\s*\|", text)) & set(NUMBERS)


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS"])
def test_svwar_finds_no_extension(target: BoxTarget, tmp_path: Path, method: str) -> None:
    text = scan(tmp_path, "svwar", "-m", method, "-e", "190-230", "-p", str(target.port), "127.0.0.1")
    assert not found(text), text
    prove_alive(target)


def test_svcrack_guesses_no_password(target: BoxTarget, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("".join(f"{number}\n" for number in range(GUESSES)) + f"{NUMBERS[0]}\n")
    text = scan(tmp_path, "svcrack", "-u", NUMBERS[0], "-d", str(words), "-p", str(target.port), "127.0.0.1")
    assert PASSWORD not in text
    assert not found(text), text


def test_svmap_learns_no_more_than_that_somebody_speaks_sip(target: BoxTarget, tmp_path: Path) -> None:
    text = scan(tmp_path, "svmap", "-p", str(target.port), "127.0.0.1")
    assert f"127.0.0.1:{target.port}" in text
    assert not re.search(r"\d\.\d", text.replace("127.0.0.1", "")), f"a version: {text}"
    prove_alive(target)


def test_a_box_as_shipped_bans_who_guesses(tmp_path: Path) -> None:
    one = guarded_box()
    words = tmp_path / "words.txt"
    words.write_text("".join(f"{number}\n" for number in range(GUESSES)) + f"{PASSWORD}\n")
    try:
        argv = ("svcrack", "-u", NUMBERS[0], "-d", str(words), "-p", str(one.port), "127.0.0.1")
        text = scan(tmp_path, *argv)
        assert not found(text), "it was banned before it came to the right one"
    finally:
        one.stop()


def test_a_guess_that_is_right_would_be_seen(tmp_path: Path) -> None:
    """The scanner works: with the password in its list and no ban in its way it finds it."""
    one = box()
    words = tmp_path / "words.txt"
    words.write_text(f"one\n{PASSWORD}\n")
    try:
        argv = ("svcrack", "-u", NUMBERS[0], "-d", str(words), "-p", str(one.port), "127.0.0.1")
        text = scan(tmp_path, *argv)
    finally:
        one.stop()
    assert found(text) == {NUMBERS[0]}, text
