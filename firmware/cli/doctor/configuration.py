"""The configuration in force, checked again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

from firmware.cli.doctor.finding import Finding
from firmware.config.check import check_config
from firmware.config.versions import ConfigStoreError, in_force
from firmware.protocol.places import Places


def look(places: Places) -> Iterator[Finding]:
    if not places.config_db.is_file():
        yield Finding("configuration-none", {"place": places.root})
        return
    try:
        found = in_force(places.config_db)
    except (ConfigStoreError, sqlite3.Error) as error:
        yield Finding("configuration-unreadable", {"why": error})
        return
    if found is None:
        yield Finding("configuration-none", {"place": places.root})
        return
    faults = [finding for finding in check_config(found.config) if not finding.wording.warning]
    data = {"version": found.version, "author": found.author, "faults": len(faults)}
    yield Finding("configuration-faulty" if faults else "configuration", data)
