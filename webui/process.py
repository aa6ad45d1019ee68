"""The role `web`: hypercorn's event loop with Flask in its threads and the event streams in the loop itself."""

from __future__ import annotations

import asyncio
import datetime
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config as Serving
from msgspec import Struct

from drivers.clock import MonotonicClock
from firmware.cli.box_plan import CONFIGURED, BoxPlan, read_plan
from firmware.config.schema import Config
from firmware.protocol.heartbeat import Heartbeat
from firmware.protocol.places import Places
from firmware.protocol.status_file import StatusFile
from webui.access.doors import Doors
from webui.access.people import Person
from webui.access.schema import WEB_FILE
from webui.api.recordings import SOUND, Sound
from webui.api.stream import serving as api_events
from webui.api.stream.feed import Feed
from webui.app import MOST_BYTES, create_app
from webui.bench import wire
from webui.hosts import hosts_of, names_of, to_https
from webui.live import events, meters
from webui.live.hub import LiveHub
from webui.pool import Pages
from webui.recordings import audio
from webui.rehearsing import runs
from webui.security.certificates import Certificates
from webui.security.guard import COOKIE, SECURE_COOKIE
from webui.security.rights import Right
from webui.site import Site

ROLE = "web"
BEAT_S = 1.0
LOOPBACK = "127.0.0.1"


class WebStatus(Struct, frozen=True):
    at_us: int
    url: str
    streams: int = 0
    followers: int = 0
    """Programs at the stream of events."""
    fingerprint: str = ""
    """SHA-256 of the authority people install; empty without TLS."""


def web(data: Path, stopped: Callable[[], bool]) -> None:
    """Until `stopped()`. Raises OSError where no port is free."""
    places = Places(data)
    plan = read_plan(places)
    clock = MonotonicClock(plan.offset_us)
    doors = Doors(places.root / WEB_FILE, clock.wall_us)
    live = LiveHub(places, clock, clock.wall_us, lambda: site.config)
    certificates = Certificates(places.secrets / "web")
    site = Site(
        places, clock, clock.wall_us, doors, live, certificates, bool(plan.sim), is_https=not plan.sim
    )
    try:
        asyncio.run(Server(site, plan).run(stopped))
    finally:
        doors.close()
        runs.stop(places)


class Server:
    """What the process holds."""

    def __init__(self, site: Site, plan: BoxPlan) -> None:
        """Raises OSError where no port is free, ValueError for damaged certificates."""
        self._site, config = site, site.config
        self._certificate = certificate_of(site) if site.is_https else None
        self._sockets = [_listen(site.is_sim, config, plan)]
        host, port = self._sockets[0].getsockname()[:2]
        if site.is_https:
            self._sockets.append(_bound(config.web.address, config.web.plain_port))
        self._port = int(port)
        self.url = f"{'https' if site.is_https else 'http'}://{host}:{port}"
        self._fingerprint = site.certificates.fingerprint if site.is_https else ""
        self._heartbeat = Heartbeat(site.places.beat(ROLE))
        self._status = StatusFile(site.places.status(ROLE))
        self._feed = Feed(site.places.run / "journal.ring", lambda: site.wall_us() - site.clock.now_us())
        self._programs = api_events.Events(self._feed, site)
        self._lines = meters.LineHub(site.places, lambda: site.config)
        self._pages = Pages(create_app(site, hosts_of(site)), MOST_BYTES)

    async def run(self, stopped: Callable[[], bool]) -> None:
        ends = asyncio.Event()
        beats = asyncio.ensure_future(self._beat(stopped, ends))
        live = asyncio.ensure_future(self._site.live.run(ends.is_set))
        feed = asyncio.ensure_future(self._feed.run(ends.is_set))
        lines = asyncio.ensure_future(self._lines.run(ends.is_set))
        sys.stderr.write(f"web: {self.url}\n")
        try:
            await serve(self._front(), self._serving(), shutdown_trigger=ends.wait, mode="asgi")
        finally:
            ends.set()
            await asyncio.gather(beats, live, feed, lines, self._pages.close())

    async def _beat(self, stopped: Callable[[], bool], ends: asyncio.Event) -> None:
        while not ends.is_set():
            now_us = self._site.clock.now_us()
            self._heartbeat.beat(now_us)
            self._status.write(self._figures(now_us))
            if stopped():
                ends.set()
            await asyncio.sleep(BEAT_S if not stopped() else 0)

    def _figures(self, now_us: int) -> WebStatus:
        return WebStatus(now_us, self.url, self._site.live.streams, self._programs.readers, self._fingerprint)

    def _serving(self) -> Serving:
        serving = Serving()
        descriptors = [f"fd://{one.detach()}" for one in self._sockets]
        serving.bind, serving.insecure_bind = descriptors[:1], descriptors[1:]
        if self._certificate:
            serving.certfile, serving.keyfile = map(str, self._certificate)
        serving.keep_alive_timeout = 20
        serving.graceful_timeout = 1
        serving.shutdown_timeout = 3
        # No read_timeout: it would end event streams and slow downloads, whose browsers have nothing to say.
        serving.include_server_header = False
        serving.wsgi_max_body_size = MOST_BYTES
        serving.websocket_max_message_size = wire.MOST_BYTES
        serving.websocket_ping_interval = wire.PING_S
        serving.loglevel = "WARNING"
        return serving

    def _front(self) -> Callable[..., Any]:
        cookie = SECURE_COOKIE if self._site.is_https else COOKIE
        site = self._site
        sound = audio.Audio(site.places.root, site.tickets, self._who, cookie, site.wall_us)
        native = {
            ("http", events.PATH): events.Streams(site.live, self._who, cookie).serve,
            ("http", meters.PATH): events.Streams(self._lines, self._who, cookie, Right.LOOK_AT_LINES).serve,
            ("http", audio.PATH): sound.serve,
            ("http", SOUND): Sound(site).serve,
            ("http", api_events.PATH): self._programs.serve,
        }
        if self._site.is_sim:
            bench = wire.Wires(self._site.places.world_socket, self._who, cookie)
            native["websocket", wire.PATH] = bench.serve

        async def front(scope: Mapping[str, Any], receive: events.Receive, send: events.Send) -> None:
            if scope["type"] == "lifespan":
                await _live_on(receive, send)
            elif self._site.is_https and scope["scheme"] == "http":
                await to_https(scope, send, self._port)
            elif serve := native.get((scope["type"], scope["path"])):
                await serve(scope, receive, send)
            else:
                await self._pages(scope, receive, send)  # type: ignore[arg-type]

        return front

    def _who(self, token: str) -> Person | None:
        found = self._site.doors.session(token)
        return found[1] if found else None


async def _live_on(receive: events.Receive, send: events.Send) -> None:
    while True:
        told = (await receive())["type"]
        await send({"type": f"{told}.complete"})
        if told == "lifespan.shutdown":
            return


def _listen(is_sim: bool, config: Config, plan: BoxPlan) -> socket.socket:
    """A simulated box that finds its port taken takes any: several may run beside one another."""
    asked = plan.web_port != CONFIGURED
    if not is_sim:
        return _bound(config.web.address, plan.web_port if asked else config.web.port)
    try:
        return _bound(LOOPBACK, plan.web_port if asked else config.web.plain_port)
    except OSError:
        if asked:
            raise
        return _bound(LOOPBACK, 0)


def _bound(address: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((address, port))
    except OSError:
        made.close()
        raise
    made.listen(100)
    return made


def certificate_of(site: Site) -> tuple[Path, Path]:
    """(chain, key), made where there is none yet."""
    today = datetime.datetime.fromtimestamp(site.wall_us() // 1_000_000, datetime.UTC)
    return site.certificates.ready(names_of(site), today)
