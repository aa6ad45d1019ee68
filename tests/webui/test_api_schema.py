"""The API held against its own description; `make api-fuzz N=200000` asks for longer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.webui.api_fuzz import fuzz, ready_house
from tests.webui.house import House
from webui.api.blueprint import OPERATIONS
from webui.api.scopes import Scope, for_scope


@pytest.fixture
def box(tmp_path: Path) -> Iterator[House]:
    made = ready_house(tmp_path)
    yield made
    made.close()


def _hold(told: Counter[int], each: int) -> None:
    assert told.total() >= each * len(OPERATIONS), "few requests were made"
    assert told[200] and told[400] and not any(status >= 500 for status in told), told


def test_answers_are_as_described(box: House) -> None:
    _hold(fuzz(box, 12), 12)


@pytest.mark.slow
def test_answers_are_as_described_however_long_one_asks(box: House) -> None:
    _hold(fuzz(box, 1500), 1500)


def test_a_server_error_is_found(box: House) -> None:
    """Planted: the state breaks."""
    box.app.view_functions["api.live_state"] = for_scope(Scope.READ_LIVE)(lambda: "broken"[9])
    with pytest.raises(IndexError):
        fuzz(box, 2)
