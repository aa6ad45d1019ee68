"""The web pages and the API."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from firmware.config.schema.part import Part

WebPort = Annotated[int, Meta(ge=1, le=65535)]


class Web(Part, frozen=True):
    """Pages for people and the API for programs; a simulated box serves them on 127.0.0.1 without TLS."""

    enabled: bool = True
    """Serve them at all; a box that runs takes this when it starts again."""
    address: str = "0.0.0.0"  # noqa: S104 - the people are on the network
    """Of this machine, where browsers reach it; 0.0.0.0 is every one."""
    port: WebPort = 8443
    """Of HTTPS."""
    plain_port: WebPort = 8080
    """Of plain HTTP, which only sends browsers on to HTTPS; on a simulated box the pages themselves."""
    names: tuple[str, ...] = ()
    """Host names people type, besides the machine's own and its addresses; others are refused."""
