"""Loops that every page lives on: they go on whatever one turn does, and say once what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Guarded:
    """The turns of one loop, which is called `name`."""

    def __init__(self, name: str) -> None:
        self._name, self._told = name, ""

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Lets no exception out; being cancelled ends the loop as ever."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - one fault must not silence the stream of all pages
            self._tell(f"{type(error).__name__}: {error}")
        else:
            self._told = ""

    def _tell(self, fault: str) -> None:
        if fault != self._told:
            sys.stderr.write(f"web: {self._name}: {fault}\n")
        self._told = fault
