"""Hashes of passwords on the disk, and in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware.sip.credentials import (
    LENGTH,
    LOOK_US,
    Credentials,
    WeakPassword,
    check_password,
    keep,
    make_secret,
    new_password,
    read,
    stranger,
)
from firmware.sip.digest import ha1

REALM = "tipring-box-1"


def test_what_is_kept_is_hashes_for_this_user_alone(tmp_path: Path) -> None:
    secret = make_secret("201", REALM, "correct-horse-9")
    path = keep(tmp_path / "secrets" / "sip", secret)
    assert path.name == "201.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert b"correct" not in path.read_bytes()
    assert read(path) == secret
    assert secret.ha1("MD5") == ha1("MD5", "201", REALM, "correct-horse-9")
    assert secret.ha1("SHA-256") == ha1("SHA-256", "201", REALM, "correct-horse-9")


def test_a_new_password_and_a_lost_one_are_noticed(tmp_path: Path) -> None:
    known = Credentials(tmp_path, REALM)
    assert known.get("201", 0) is None
    first, second = (make_secret("201", REALM, word) for word in ("correct-horse-9", "battery-staple-8"))
    keep(tmp_path, first)
    assert known.get("201", LOOK_US - 1) is None, "not looked for within a second"
    assert known.get("201", LOOK_US) == first
    keep(tmp_path, second)
    assert known.get("201", 2 * LOOK_US) == second
    (tmp_path / "201.json").unlink()
    assert known.get("201", 3 * LOOK_US) is None


def test_two_changes_of_one_moment_are_both_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of a file system may stand still between them."""
    monkeypatch.setattr("firmware.sip.credentials._stamp", lambda folder: (1,))
    known = Credentials(tmp_path, REALM)
    assert known.get("201", 0) is None
    keep(tmp_path, make_secret("201", REALM, "correct-horse-9"))
    assert known.get("201", LOOK_US) is not None


def test_a_folder_that_stays_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, make_secret("201", REALM, "correct-horse-9"))
    known = Credentials(tmp_path, REALM)
    for turn in range(3):
        assert known.get("201", turn * LOOK_US) is not None
    monkeypatch.setattr("firmware.sip.credentials.read", lambda path: pytest.fail("read again"))
    assert known.get("201", 9 * LOOK_US) is not None


def test_files_that_are_none_of_ours_are_counted_and_let_nobody_in(tmp_path: Path) -> None:
    keep(tmp_path, make_secret("201", "tipring-other", "correct-horse-9"))
    keep(tmp_path, make_secret("202", REALM, "correct-horse-9"))
    (tmp_path / "203.json").write_bytes(b"\xff{")
    (tmp_path / "204.json").write_bytes((tmp_path / "202.json").read_bytes())
    (tmp_path / "205.json").mkdir()
    (tmp_path / "x.json").write_bytes(b"{}")
    known = Credentials(tmp_path, REALM)
    assert [known.get(number, 0) is not None for number in ("201", "202", "203", "204", "205", "x")] == [
        False, True, False, False, False, False,
    ]  # fmt: skip
    assert known.unusable == 4


@pytest.mark.parametrize("number", ["", "..", "../201", "201\0", "x" * 10_000, "²"])
def test_a_name_is_never_a_path(number: str, tmp_path: Path) -> None:
    assert Credentials(tmp_path, REALM).get(number, 0) is None


@pytest.mark.parametrize(
    "password", ["", "short", "1234567890123", "x201-horse-battery", "aaaaaaaaaaaaa", "horse\nbattery9"]
)
def test_passwords_that_are_soon_guessed_are_refused(password: str) -> None:
    with pytest.raises(WeakPassword):
        check_password("201", password)


def test_made_passwords_differ_and_are_long() -> None:
    made = {new_password() for _ in range(50)}
    assert len(made) == 50
    assert {len(one) for one in made} == {LENGTH}
    check_password("201", "correct-horse-9")


def test_the_stranger_is_as_long_as_anybody_and_nobody(tmp_path: Path) -> None:
    real, nobody = make_secret("201", REALM, "x"), stranger(b"key", REALM)
    assert [len(nobody.md5), len(nobody.sha256)] == [len(real.md5), len(real.sha256)]
    assert nobody.number == ""
    assert stranger(b"other", REALM) != nobody
