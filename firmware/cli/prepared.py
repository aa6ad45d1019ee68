"""A box that can be started: where it keeps everything, its configuration, its time."""

from __future__ import annotations

from msgspec import Struct

from firmware.config.schema import Config
from firmware.protocol.places import Places


class Prepared(Struct, frozen=True):
    places: Places
    config: Config
    offset_us: int
