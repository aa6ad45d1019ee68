"""Keys of one box."""

from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from firmware.protocol.box_secret import SECRET_BYTES, box_secret


def test_a_key_is_made_once_and_stays(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = box_secret(folder, "erasures")
    assert len(first) == SECRET_BYTES and len(set(first)) > 8
    assert box_secret(folder, "erasures") == first
    assert box_secret(folder, "pins") != first
    assert sorted(path.name for path in folder.iterdir()) == ["erasures", "pins"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    box_secret(tmp_path / "secrets", "pins")
    assert stat.S_IMODE((tmp_path / "secrets" / "pins").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def test_two_that_ask_at_once_get_the_same(tmp_path: Path) -> None:
    found: list[bytes] = []
    threads = [threading.Thread(target=lambda: found.append(box_secret(tmp_path, "pins"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1 and len(found) == 8


def test_a_damaged_key_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "pins").write_bytes(b"short")
    with pytest.raises(ValueError, match="restore it from a backup"):
        box_secret(tmp_path, "pins")
