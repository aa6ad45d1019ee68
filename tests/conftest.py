"""What every test gets: run directories of its own session in memory, gone with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from firmware.protocol.places import MEMORY, MEMORY_VARIABLE

# `make test` asks the same questions of each version; `make explore` (EXPLORE=1) asks new ones each time.
settings.register_profile("steady", derandomize=True)
settings.register_profile("explore", print_blob=True)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "steady")


@pytest.fixture(scope="session", autouse=True)
def memory() -> Iterator[None]:
    """A box's rings take 89 MB of shared memory; nothing of them may outlive the tests."""
    base = MEMORY if Path(MEMORY).is_dir() else None
    folder = tempfile.mkdtemp(prefix="tipring-tests-", dir=base)
    os.environ[MEMORY_VARIABLE] = folder
    try:
        yield
    finally:
        del os.environ[MEMORY_VARIABLE]
        shutil.rmtree(folder, ignore_errors=True)
