"""What every page may use: where the box's things are, its configuration, who may come in, how things stand now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from flask import current_app

from drivers.ports import Clock
from firmware.config.newest import newest
from firmware.config.schema import Config
from firmware.protocol.places import Places
from webui.access.doors import Doors
from webui.live.hub import LiveHub
from webui.recordings.tickets import Tickets
from webui.security.certificates import Certificates

KEY = "tipring-site"


@dataclass
class Site:
    places: Places
    clock: Clock
    """Box time."""
    wall_us: Callable[[], int]
    """Unix microseconds."""
    doors: Doors
    live: LiveHub
    certificates: Certificates
    is_sim: bool = False
    is_https: bool = False
    tickets: Tickets = field(default_factory=Tickets)
    """For recordings that are being heard."""
    _known: tuple[int, int, Config] | None = field(default=None, repr=False)

    @property
    def config(self) -> Config:
        """The one in force; read anew only after `config.db` changed."""
        return self._newest()[2]

    @property
    def config_version(self) -> int:
        return self._newest()[1]

    def _newest(self) -> tuple[int, int, Config]:
        stamp = self._stamp()
        if self._known is None or self._known[0] != stamp:
            found = newest(self.places.config_db)
            self._known = (stamp, found.version, found.config) if found else (stamp, 0, Config())
        return self._known

    def _stamp(self) -> int:
        """Of the database and of its log of writes: one of them changes with every version."""
        found = 0
        for path in (self.places.config_db, self.places.config_db.with_name("config.db-wal")):
            try:
                there = path.stat()
            except OSError:
                continue
            found = hash((found, there.st_mtime_ns, there.st_size))
        return found


def the_site() -> Site:
    """Of the request under way."""
    return cast(Site, current_app.extensions[KEY])
