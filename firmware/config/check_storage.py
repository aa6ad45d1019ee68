"""Storage: the marks of a full disk ascend, far enough apart to be left one by one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from firmware.config import wordings as say
from firmware.config.faults import Finding
from firmware.config.schema import Config
from firmware.config.shape import BROKEN_NUMBER

KEYS = ("warn_percent", "purge_percent", "stop_percent")
STEP = 3
"""More than a level's hysteresis (firmware.recorder.watermark.MARGIN)."""


def check_storage(config: Config) -> Iterator[Finding]:
    for below, key in pairwise(KEYS):
        least, value = getattr(config.storage, below), getattr(config.storage, key)
        if BROKEN_NUMBER not in (least, value) and value < least + STEP:
            data = {"key": key, "value": value, "below": below, "least": least}
            yield Finding(("storage", key), say.MARKS_TOO_CLOSE, data)
