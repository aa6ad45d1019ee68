"""Look-ups: addresses and statements that can be asked, nodes that give what they want; addresses of webhooks."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from firmware.config import flow_wordings as say
from firmware.config import webhook_wordings
from firmware.config.faults import Finding
from firmware.config.lines import Path
from firmware.config.schema import Config, Lookup
from firmware.config.shape import BROKEN

_IN_URL = re.compile(r"\{(\w+)\}")
_IN_SQL = re.compile(r":([A-Za-z_]\w*)")
_QUOTED = re.compile(r"'(?:[^']|'')*'")
_SELECT = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
MOST_WEBHOOKS = 16
"""Each is a thread of the jobs process, with up to a megabyte of the journal in hand."""
NEEDS = {"http": ("url", "take"), "sql": ("statement", "take")}


def check_lookups(config: Config) -> Iterator[Finding]:
    for place, lookup in enumerate(config.lookups):
        yield from _lookup(config, lookup, ("lookup", place))
    if len(config.webhooks) > MOST_WEBHOOKS:
        yield Finding(("webhook", MOST_WEBHOOKS), webhook_wordings.TOO_MANY_WEBHOOKS, {"most": MOST_WEBHOOKS})
    for place, webhook in enumerate(config.webhooks):
        if webhook.url != BROKEN and not _is_address(config, webhook.url):
            data = {"value": webhook.url[:80], "schemes": ", ".join(config.jobs.schemes)}
            yield Finding(("webhook", place, "url"), webhook_wordings.BAD_WEBHOOK_ADDRESS, data)
    for place, network in enumerate(config.jobs.networks):
        if network != BROKEN and not _is_network(network):
            yield Finding(("jobs", "networks", place), say.BAD_NETWORK, {"value": network})
    yield from _nodes(config)


def _lookup(config: Config, lookup: Lookup, path: Path) -> Iterator[Finding]:
    for key in NEEDS.get(lookup.kind, ()):
        if not getattr(lookup, key):
            yield Finding(path, say.LOOKUP_NEEDS, {"kind": lookup.kind, "key": key})
    if lookup.kind == "http" and lookup.url not in ("", BROKEN) and not _is_address(config, lookup.url):
        data = {"value": lookup.url[:80], "schemes": ", ".join(config.jobs.schemes)}
        yield Finding((*path, "url"), say.BAD_LOOKUP_ADDRESS, data)
    if lookup.kind == "sql" and lookup.statement not in ("", BROKEN) and not _is_select(lookup.statement):
        yield Finding((*path, "statement"), say.NO_SELECT)


def _is_address(config: Config, url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return False
    port = {"http": 80, "https": 443}.get(parts.scheme) if port is None else port
    return (
        parts.scheme in config.jobs.schemes
        and bool(parts.hostname)
        and not {"{", "@"} & set(parts.netloc)
        and port in config.jobs.ports
    )


def _is_select(statement: str) -> bool:
    bare = _QUOTED.sub("''", statement).strip().rstrip(";")
    return _SELECT.match(bare) is not None and ";" not in bare


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def parameters(lookup: Lookup) -> list[str]:
    """What an asking node must give."""
    if lookup.kind == "sql":
        return list(dict.fromkeys(_IN_SQL.findall(_QUOTED.sub("''", lookup.statement))))
    return list(dict.fromkeys(_IN_URL.findall(lookup.url)))


def _nodes(config: Config) -> Iterator[Finding]:
    known = {one.id: one for one in config.lookups}
    for at, flow in enumerate(config.flows):
        for place, node in enumerate(flow.nodes):
            lookup = known.get(node.lookup) if node.kind in ("http", "sql") else None
            if lookup is None:
                continue
            path: Path = ("flow", at, "node", place)
            if lookup.kind != node.kind:
                data = {"name": lookup.id, "found": lookup.kind}
                yield Finding((*path, "lookup"), say.LOOKUP_KIND, data)
            for parameter in parameters(lookup):
                if parameter not in node.give:
                    data = {"name": lookup.id, "parameter": parameter}
                    yield Finding((*path, "lookup"), say.LOOKUP_WANTS, data)
