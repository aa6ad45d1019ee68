"""Tells people what happens, in a thread of its own: neither disk nor terminal holds the guardian up."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from drivers.clock import MonotonicClock
from firmware.cli.prepared import Prepared
from firmware.cli.told import read_told
from firmware.config.expanded import expanded
from firmware.config.layout import port_names
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held
from firmware.recorder.segments import read_records

if TYPE_CHECKING:
    from firmware.cli.call_log import CallLog

LOOK_S = 0.3
FINISH_S = 2.0
DIED = {
    "en": {
        "died": "{role} died and is started again",
        "hung": "{role} hung and is started again",
        "stopped": "{role} was stopped by a signal and is started again",
        "memory": "{role} took too much memory and is started again",
    },
    "zh": {
        "died": "{role} 进程意外退出，正在重新启动",
        "hung": "{role} 进程无响应，正在重新启动",
        "stopped": "{role} 进程被信号暂停，正在重新启动",
        "memory": "{role} 进程占用内存过多，正在重新启动",
    },
}

RAISED = re.compile(r"^[A-Za-z_][\w.]*(Error|Exception|Fails|Exit): ")
MOST_WORDS = 200
PAGES = {"en": "Open the box in a browser: {url}", "zh": "在浏览器中打开：{url}"}


def why(last_words: str) -> str:
    """Behind what is told: an error's text without the name of its class, nothing where nothing was said."""
    text = RAISED.sub("", last_words)[:MOST_WORDS]
    return f": {text}" if text else ""


class Teller:
    """Calls go to the standard output, deaths to the standard error output."""

    def __init__(self, prepared: Prepared, language: str, *, calls: bool) -> None:
        """`calls`: tell what the journal says from now on."""
        self._wall = _wall(prepared)
        self._clock = MonotonicClock(prepared.offset_us)
        self._language = language
        self._new = new_lines(prepared.places, self._call_log(prepared)) if calls else None
        self._deaths: SimpleQueue[str] = SimpleQueue()
        self._over = Event()
        self._places, self._pages_told = prepared.places, False
        self._thread = Thread(target=self._tell, name="teller", daemon=True)

    def _call_log(self, prepared: Prepared) -> CallLog:
        from firmware.cli.call_log import CallLog  # with the words of all reports: the quiet carry none

        return CallLog(self._wall, self._language, port_names(expanded(prepared.config)))

    def start(self) -> None:
        self._thread.start()

    def died(self, role: str, reason: str, last_words: str) -> None:
        """`last_words`: of its log, e.g. that a port is somebody else's. Of any thread; never waits."""
        text = DIED[self._language][reason].format(role=role) + why(last_words)
        self._deaths.put(f"{self._wall(self._clock.now_us())}  {text}")

    def finish(self) -> None:
        """Tells the last, if that can be done soon."""
        self._over.set()
        self._thread.join(FINISH_S)

    def _tell(self) -> None:
        while True:
            over = self._over.wait(LOOK_S)
            for line in next(self._new) if self._new else ():
                print(line, flush=True)
            self._tell_pages()
            while (death := self._death()) is not None:
                print(death, file=sys.stderr, flush=True)
            if over:
                return

    def _tell_pages(self) -> None:
        """Once: where people open the box in a browser."""
        if self._pages_told:
            return
        now = read_told(self._places, "web")
        if now.get("url") and role_is_held(self._places.run, "web"):
            self._pages_told = True
            print(PAGES[self._language].format(url=now["url"]), flush=True)

    def _death(self) -> str | None:
        try:
            return self._deaths.get_nowait()
        except Empty:
            return None


def new_lines(places: Places, log: CallLog) -> Iterator[list[str]]:
    """Each time it is asked: the lines of the records that came since. Those of former runs are passed over."""
    reader = read_records(places.journal)
    with suppress(OSError):
        for _ in reader:
            pass
    last = reader.last
    while True:
        lines: list[str] = []
        reader = read_records(places.journal, last)
        with suppress(OSError):  # a file was dropped, or the disk is gone: it is tried again
            for record in reader:
                lines += log.lines(record)
        last = reader.last
        yield lines


def _wall(prepared: Prepared) -> WallClock:
    return WallClock(
        MonotonicClock.wall_us() - MonotonicClock(prepared.offset_us).now_us(), prepared.config.site.zone
    )


class WallClock:
    """Box time as `HH:MM:SS` of the site."""

    def __init__(self, offset_us: int, zone: str) -> None:
        self._offset_us, self._zone = offset_us, ZoneInfo(zone)

    def __call__(self, at_us: int) -> str:
        return datetime.fromtimestamp((at_us + self._offset_us) / 1e6, self._zone).strftime("%H:%M:%S")
