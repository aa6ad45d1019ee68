"""`/api/v1`: see `webui.api`."""

from __future__ import annotations

from webui.api.blueprint import made

BLUEPRINT = made()
