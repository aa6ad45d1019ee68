from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webui.house import House


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password's hash takes long by design; not in each test."""
    monkeypatch.setattr("webui.access.people.METHOD", "scrypt:512:8:1")


@pytest.fixture
def empty_house(tmp_path: Path) -> Iterator[House]:
    """Nobody was ever here."""
    made = House(tmp_path)
    yield made
    made.close()


@pytest.fixture
def house(empty_house: House) -> House:
    empty_house.settle()
    return empty_house
