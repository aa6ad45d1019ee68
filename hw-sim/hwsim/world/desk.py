"""The simulator's desk: telephones lifted and outside calls placed by hand, in a running world. No sockets here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from functools import partial
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from drivers.countries import profile
from drivers.dsp.tones import level_dbm0
from firmware.protocol.names import Tone
from hwsim.places import hunt_group
from hwsim.scenario import Caller as CallerPlan
from hwsim.scenario import press_times
from hwsim.world import by_hand
from hwsim.world.asked import LONGEST_S, BadRequest, Reply, Session, in_base64, somebody, telephone, text
from hwsim.world.asked import seconds as seconds_of
from hwsim.world.caller import Caller, CallerState
from hwsim.world.speech import SpeechError
from hwsim.world.tap import Tap
from hwsim.world.tones import tone_row
from hwsim.world.visitor import Visitor
from hwsim.world.world import World

LONGEST_TEXT = 500
CHUNK_SAMPLES = 8000
MOST_ENTRIES = 5000
LATEST_CALLERS = 200
Render = Callable[[Callable[[], list[NDArray[np.int16]]]], "Future[list[NDArray[np.int16]]]"]


class Desk:
    """`open` takes one request, a JSON object with `do`; the session it gives is to be stepped once a tick."""

    def __init__(self, world: World, render: Render | None = None) -> None:
        """`render` does what takes long beside the world's own thread; without it, at once."""
        self._world = world
        self._render = render or _at_once
        self._calls = 0

    def open(self, request: object) -> Session:
        """Never raises: a bad request is answered with `ok: false`."""
        try:
            if not isinstance(request, dict):
                raise BadRequest("a request is a JSON object")
            doing = _DOINGS.get(str(request.get("do")))
            if doing is None:
                raise BadRequest(f"`do` must be one of: {', '.join(_DOINGS)}")
            yield from doing(self, request)
        except (BadRequest, SpeechError) as error:
            yield {"ok": False, "error": str(error)}

    # -- telephones ----------------------------------------------------------------------------------

    def _lift(self, request: Mapping[str, Any]) -> Session:
        who = telephone(request, self._world)
        self._world.lift(who, self._world.now_us)
        yield {"ok": True, "who": who}

    def _hang(self, request: Mapping[str, Any]) -> Session:
        who = somebody(request, self._world)
        self._put_down(who)
        yield {"ok": True, "who": who}

    def _put_down(self, who: str) -> None:
        person = self._world.cast.people.get(who)
        self._world.hang_up(who, self._world.now_us)
        if isinstance(person, Visitor):
            person.left("left", self._world.now_us)
        elif isinstance(person, Caller):
            person.state = CallerState.GONE

    def _flash(self, request: Mapping[str, Any]) -> Session:
        who = telephone(request, self._world)
        self._world.flash(who, self._world.now_us)
        yield {"ok": True, "who": who}

    def _dial(self, request: Mapping[str, Any]) -> Session:
        who = somebody(request, self._world)
        digits = text(request, "digits", 40).upper()
        if not digits or set(digits) - set("0123456789*#ABCD"):
            raise BadRequest("digits are 0-9, *, #, A-D")
        self._world.press(who, digits, self._world.now_us)
        yield {"ok": True, "who": who, "seconds": 0.2 * len(digits)}

    def _say(self, request: Mapping[str, Any]) -> Session:
        who = somebody(request, self._world)
        if self._world.mouth_of(who) is None:
            raise BadRequest(f"{who} is not in a call")
        sound = yield from self._sound(request)
        mouth = self._world.mouth_of(who)
        if mouth is None:
            raise BadRequest(f"{who} is not in a call any more")
        mouth.once(sound)
        yield {"ok": True, "who": who, "seconds": round(len(sound) / 8000, 1)}

    def _sound(self, request: Mapping[str, Any]) -> Generator[None, None, NDArray[np.int16]]:
        """Speech of a text, or a file's where it may be one (`as` is not `text`)."""
        words, language = text(request, "text", LONGEST_TEXT), str(request.get("language", "en"))
        speech = self._world.speech
        if request.get("as") == "text":
            making = self._render(lambda: [speech.spoken(words, language, 1)])
        else:
            making = self._render(partial(speech.said, words, language, 1))
        while not making.done():
            yield None
        return np.concatenate(making.result())

    def _hear(self, request: Mapping[str, Any]) -> Session:
        who = somebody(request, self._world)
        yield from self._listen(who, seconds_of(request, "seconds", 10.0), lambda: True)

    # -- outside -------------------------------------------------------------------------------------

    def _call(self, request: Mapping[str, Any]) -> Session:
        """Ring a line and listen."""
        world = self._world
        called = text(request, "number", 40)
        if not hunt_group(world.scenario.config, called):
            there = ", ".join(sorted({line.number or line.name for line in world.scenario.config.lines}))
            raise BadRequest(f"no line has the number {called!r}; there are: {there}")
        seconds = seconds_of(request, "seconds", 20.0)
        plan = self._plan(request, called, seconds)
        world.cast.invite(plan)
        world.timeline.run(world.now_us)
        caller = world.cast.callers[-1]
        if caller.state is CallerState.GONE:
            raise BadRequest("the line is busy; try again in a moment")
        try:
            yield from self._heard_out(caller, plan.id, seconds)
        finally:  # whoever went away without waiting for the end has hung up
            if caller.state is not CallerState.GONE:
                self._put_down(plan.id)

    def _heard_out(self, caller: Caller, who: str, seconds: float) -> Session:
        yield {"ok": True, "event": "ringing", "who": who}
        answered = False
        for reply in self._listen(who, seconds + 60.0, lambda: caller.state is not CallerState.GONE):
            if not answered and caller.state is not CallerState.RINGING:
                answered = True
                yield {"ok": True, "event": "answered", "who": who}
            yield reply
        yield {"ok": True, "event": caller.why or "ended", "who": who}

    def _plan(self, request: Mapping[str, Any], called: str, seconds: float) -> CallerPlan:
        self._calls += 1
        press = request.get("press", [])
        if not isinstance(press, list) or len(press) > 40:
            raise BadRequest("press is a list of KEYS@SECONDS")
        try:
            for one in press:
                press_times(str(one))
        except ValueError as error:
            raise BadRequest(str(error)) from None
        return CallerPlan(
            id=f"hand-{self._calls}",
            at_s=self._world.now_us / 1e6,
            calls=called,
            number=text(request, "from", 24),
            name=text(request, "name", 50),
            presentation="allowed" if request.get("from") else "unavailable",
            press=tuple(str(one) for one in press),
            says=text(request, "says", LONGEST_TEXT),
            language="zh" if request.get("language") == "zh" else "en",
            patience_s=LONGEST_S,
            talk_s=LONGEST_S,
            hangs_up_at_s=seconds,
        )

    def _listen(self, who: str, seconds: float, still: Callable[[], bool]) -> Session:
        """Levels and samples, second by second."""
        world = self._world
        ringback = tone_row(profile(world.scenario.config.site.country), Tone.RINGBACK)
        tap = Tap(lambda: by_hand.ear(world, who), None if who.startswith("ext-") else ringback)
        end_us = world.now_us + round(seconds * 1e6)
        world.taps.append(tap)
        try:
            kept = np.zeros(0, np.int16)
            while world.now_us < end_us and still():
                kept = np.concatenate([kept, tap.pull()])
                if len(kept) >= CHUNK_SAMPLES:
                    yield self._heard(kept)
                    kept = np.zeros(0, np.int16)
                else:
                    yield None
            if kept.size:
                yield self._heard(kept)
        finally:
            world.taps.remove(tap)
        if who.startswith("ext-"):
            yield {"ok": True, "event": "end", "who": who}

    def _heard(self, samples: NDArray[np.int16]) -> Reply:
        level = level_dbm0(samples)
        return {
            "ok": True,
            "event": "heard",
            "at_s": round(self._world.now_us / 1e6, 2),
            "level_dbm0": round(level, 1) if np.isfinite(level) else -90.0,
            "audio": in_base64(samples),
        }

    def _status(self, request: Mapping[str, Any]) -> Session:
        del request
        world = self._world
        lines = {
            name: {
                "state": world.lines[port].exchange.state.name.lower(),
                "with": world.outside.on.get(port, ""),
                "plugged": world.lines[port].plugged,
            }
            for name, port in world.line_names.items()
        }
        telephones = {
            number: {
                "off_hook": one.off_hook,
                "ringing": one.bell,
                "displayed": " ".join(one.displayed[-1]) if one.displayed else "",
            }
            for number, one in world.telephones.items()
        }
        at_s = round(world.now_us / 1e6, 2)
        yield {
            "ok": True,
            "at_s": at_s,
            "lines": lines,
            "telephones": telephones,
            "late_blocks": world.late_blocks,
        }

    def _diary(self, request: Mapping[str, Any]) -> Session:
        """What people noticed and did after the first `after` entries, in box time; how those fared who are gone."""
        world, after = self._world, request.get("after", 0)
        if isinstance(after, bool) or not isinstance(after, int) or after < 0:
            raise BadRequest("after is a whole number from 0")
        entries = world.diary.since(after)[:MOST_ENTRIES]
        yield {
            "ok": True,
            "at_us": world.now_us + world.start_us,
            "late_blocks": world.late_blocks,
            "next": max(after, world.diary.noted - len(world.diary.entries)) + len(entries),
            "entries": [[one.at_us + world.start_us, one.who, one.what, one.about] for one in entries],
            "gone": {
                one.name: one.why
                for one in islice(reversed(world.cast.callers), LATEST_CALLERS)
                if one.state is CallerState.GONE
            },
        }


def _at_once(making: Callable[[], list[NDArray[np.int16]]]) -> Future[list[NDArray[np.int16]]]:
    made: Future[list[NDArray[np.int16]]] = Future()
    made.set_result(making())
    return made


def _live(
    doing: Callable[[World, Mapping[str, Any]], Session], desk: Desk, request: Mapping[str, Any]
) -> Session:
    return doing(desk._world, request)


_DOINGS: Mapping[str, Callable[[Desk, Mapping[str, Any]], Session]] = {
    "lift": Desk._lift,
    "hang": Desk._hang,
    "flash": Desk._flash,
    "dial": Desk._dial,
    "say": Desk._say,
    "hear": Desk._hear,
    "call": Desk._call,
    "status": Desk._status,
    "diary": Desk._diary,
    **{
        name: partial(_live, doing)
        for name, doing in (
            ("ring", by_hand.ring),
            ("stay", by_hand.stay),
            ("speak", by_hand.speak),
            ("listen", by_hand.listen),
            ("watch", by_hand.watch),
        )
    },
}
