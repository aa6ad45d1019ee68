"""A soak of a box in which defects are planted; a process of its own, since it is its memory that is measured.

python soak_with_leaks.py PLANTS FOLDER     PLANTS: any of `memory`, `descriptors`, joined by a comma, or `nothing`
"""

from __future__ import annotations

import os
import sys
from typing import Any

from firmware.archive.history import HANDLERS, History
from firmware.cli.main import main
from firmware.protocol import facts

LEAK_BYTES = 2048
leaked: list[bytes] = []
handles: list[int] = []


def leaks_with(kind: type[facts.Fact], leak: Any) -> None:
    """`leak()` whenever history writes a fact of this kind."""
    write = History._write

    def leaking(history: History, fact: facts.Fact) -> None:
        if isinstance(fact, kind):
            leak()
        write(history, fact)

    assert kind in HANDLERS
    setattr(History, "_write", leaking)  # noqa: B010 - mypy knows methods as constant


if __name__ == "__main__":
    plants, folder, hours, warm_up = sys.argv[1].split(","), *sys.argv[2:]
    if "memory" in plants:
        leaks_with(facts.CallEnded, lambda: leaked.append(bytes(LEAK_BYTES)))
    if "descriptors" in plants:
        leaks_with(facts.RecordingEnded, lambda: handles.append(os.open(os.devnull, os.O_RDONLY)))
    words = f"soak --fast --hours {hours} --warm-up-hours {warm_up} --sample-minutes 6 --json --folder"
    sys.exit(main([*words.split(), folder]))
