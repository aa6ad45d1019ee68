"""history.db for the length of a request: read-only, and nothing where there is none yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from sqlite_utils import Database

from firmware.store.history import NoHistory, read_history
from webui.site import Site


@contextmanager
def history(site: Site) -> Iterator[Database | None]:
    """None: no call was ever written down. Raises NewerSchema, sqlite3.Error."""
    try:
        opened = read_history(site.places.history_db)
    except NoHistory:
        yield None
        return
    with closing(opened) as db:
        yield db
