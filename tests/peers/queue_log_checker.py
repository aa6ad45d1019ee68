"""Holds a queue log against what Asterisk's documentation says of its fields, independently of the writer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

NUMBER = re.compile(r"[0-9]+")
PLACE = re.compile(r"[1-9][0-9]*")
KEY = re.compile(r"[0-9*#A-D]")
ANY = re.compile(r"[^|]*")
SOME = re.compile(r"[^|]+")
METHOD = re.compile(r"BRIDGE|APP|LINK|THREEWAY")
UNIQUE = re.compile(r"([\w-]+-)?[0-9]+\.[0-9]+")
Shape = Sequence[re.Pattern[str]]

# Event -> who it is of (call, queue, agent: must be named?) and its data fields.
EVENTS: Mapping[str, tuple[str, Shape]] = {
    "DID": ("cq-", (SOME,)),
    "ENTERQUEUE": ("cq-", (ANY, ANY, PLACE)),
    "ABANDON": ("cq-", (PLACE, PLACE, NUMBER)),
    "EXITEMPTY": ("cq-", (PLACE, PLACE, NUMBER)),
    "EXITWITHTIMEOUT": ("cq-", (PLACE, PLACE, NUMBER)),
    "EXITWITHKEY": ("cq-", (KEY, PLACE, PLACE, NUMBER)),
    "CONNECT": ("cqa", (NUMBER, UNIQUE, NUMBER)),
    "RINGNOANSWER": ("cqa", (NUMBER,)),
    "RINGCANCELED": ("cqa", (NUMBER,)),
    "COMPLETEAGENT": ("cqa", (NUMBER, NUMBER, PLACE)),
    "COMPLETECALLER": ("cqa", (NUMBER, NUMBER, PLACE)),
    "BLINDTRANSFER": ("cqa", (SOME, SOME, NUMBER, NUMBER, PLACE)),
    "ATTENDEDTRANSFER": ("cqa", (METHOD, SOME, NUMBER, NUMBER, PLACE)),
    "ADDMEMBER": ("-qa", ()),
    "REMOVEMEMBER": ("-qa", ()),
    "PAUSE": ("-qa", (ANY,)),
    "UNPAUSE": ("-qa", ()),
    "PAUSEALL": ("--a", (ANY,)),
    "UNPAUSEALL": ("--a", ()),
}
LEAVE = ("ABANDON", "EXITEMPTY", "EXITWITHTIMEOUT", "EXITWITHKEY", "CONNECT")
COMPLETE = ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")


class Checker:
    """`faults` after all lines are taken."""

    def __init__(self) -> None:
        self.faults: list[str] = []
        self._last_s = 0
        self._waiting: dict[tuple[str, str], tuple[int, str]] = {}
        self._talking: dict[tuple[str, str], tuple[int, str, str]] = {}
        self._members: set[tuple[str, str]] = set()

    def take(self, line: str) -> None:
        cells = line.split("|")
        if len(cells) < 5 or cells[4] not in EVENTS or not NUMBER.fullmatch(cells[0]):
            self._fault("no event of a queue log", line)
            return
        self._form(line, cells)
        if int(cells[0]) < self._last_s:
            self._fault("time goes back", line)
        self._last_s = int(cells[0])
        step = self._steps.get(cells[4])
        if step is not None:
            step(self, line, cells)

    def _form(self, line: str, cells: list[str]) -> None:
        of, shape = EVENTS[cells[4]]
        for mark, cell, what in zip(of, cells[1:4], ("call", "queue", "agent"), strict=True):
            if (mark != "-") == (cell in ("NONE", "")):
                self._fault(f"{what} of {cells[4]}", line)
        data = cells[5:]
        if len(data) != len(shape) or not all(
            one.fullmatch(cell) for one, cell in zip(shape, data, strict=False)
        ):
            self._fault(f"data of {cells[4]}", line)

    def _enter(self, line: str, cells: list[str]) -> None:
        if (key := (cells[1], cells[2])) in self._waiting:
            self._fault("enters a queue it is in", line)
        self._waiting[key] = int(cells[0]), cells[7] if len(cells) > 7 else ""

    def _leave(self, line: str, cells: list[str]) -> None:
        """The wait is the time since the caller came, the original place the one told then."""
        found = self._waiting.pop((cells[1], cells[2]), None)
        if found is None:
            self._fault("leaves a queue it is not in", line)
            return
        came_s, place = found
        told_s = cells[5] if cells[4] == "CONNECT" else cells[-1]
        if NUMBER.fullmatch(told_s) and abs(int(told_s) - (int(cells[0]) - came_s)) > 1:
            self._fault("wait", line)
        if cells[4] == "CONNECT":
            self._talking[cells[1], cells[3]] = int(cells[0]), told_s, place
        elif cells[-2] != place:
            self._fault("original place", line)

    def _complete(self, line: str, cells: list[str]) -> None:
        found = self._talking.pop((cells[1], cells[3]), None)
        if found is None:
            self._fault("completes what was never connected", line)
            return
        began_s, wait_s, place = found
        told_wait, told_talk, told_place = cells[-3:]
        if told_wait != wait_s or told_place != place:
            self._fault("wait or place differ from those before", line)
        if NUMBER.fullmatch(told_talk) and abs(int(told_talk) - (int(cells[0]) - began_s)) > 1:
            self._fault("talk time", line)

    def _missed(self, line: str, cells: list[str]) -> None:
        if cells[4] == "RINGNOANSWER" and (cells[1], cells[2]) not in self._waiting:
            self._fault("rings for a caller who does not wait", line)

    def _member(self, line: str, cells: list[str]) -> None:
        member = (cells[2], cells[3])
        if (cells[4] == "ADDMEMBER") == (member in self._members):
            self._fault("member twice, or none", line)
        (self._members.add if cells[4] == "ADDMEMBER" else self._members.discard)(member)

    def _fault(self, what: str, line: str) -> None:
        self.faults.append(f"{what}: {line}")

    _steps: Mapping[str, Callable[[Checker, str, list[str]], None]] = {
        "ENTERQUEUE": _enter,
        **dict.fromkeys(LEAVE, _leave),
        **dict.fromkeys(COMPLETE, _complete),
        "RINGNOANSWER": _missed,
        "ADDMEMBER": _member,
        "REMOVEMEMBER": _member,
    }


def faults_of(lines: Iterable[str]) -> list[str]:
    checker = Checker()
    for line in lines:
        checker.take(line)
    return checker.faults
