"""What every test gets: run directories of its own session in memory, gone with it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from firmware.protocol.places import MEMORY, MEMORY_VARIABLE


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
