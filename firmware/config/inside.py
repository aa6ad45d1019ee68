"""Numbers of the house that are no telephones: what can be dialled, and the target it leads to."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.config.lines import Path
from firmware.config.schema import Config

Inside = tuple[str, str, Path]
"""(number, target as in `firmware.engine.targets`, where the document says so)."""


def inside_numbers(config: Config) -> Iterator[Inside]:
    for place, queue in enumerate(config.queues):
        if queue.number:
            yield queue.number, f"queue:{queue.id}", ("queue", place, "number")
    for place, flow in enumerate(config.flows):
        if flow.number:
            yield flow.number, f"flow:{flow.id}", ("flow", place, "number")
    for place, group in enumerate(config.groups):
        if group.number:
            yield group.number, f"group:{group.id}", ("group", place, "number")
    for place, room in enumerate(config.rooms):
        if room.number:
            yield room.number, f"room:{room.id}", ("room", place, "number")
