"""An exchange's line without copper: what it does comes to the box as events, late as the detectors are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from drivers import ports as wires
from drivers.countries import CountryProfile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.caller_id_send import message as caller_id_message
from firmware.protocol.names import Presentation, Tone
from firmware.switch.lines.exchanged import CallerIdDecoded, Given, ToneRecognised
from hwsim.fast import latencies as late
from hwsim.fast.players import ear_after_us
from hwsim.world.caller_id import CallerIdSound
from hwsim.world.timeline import Timeline

Give = Callable[[int, Given, int], None]
STANDS_MS = 400
Person = Callable[[Tone, int], None]
"""Called with a tone and the time when a person on the line would know it."""


class EventLoop:
    """A `line_circuit.Loop`; `give(port, what, at_us)` is the box's port. `sounding` tells of any tone."""

    def __init__(
        self, port: int, profile: CountryProfile, timeline: Timeline, give: Give, person: Person
    ) -> None:
        self.off_hook = False
        self.hears_caller_id = False
        """The box's receiver runs."""
        self.sounding = False
        self._port = port
        self._profile = profile
        self._timeline = timeline
        self._give = give
        self._person = person
        self._volts = 0.0
        self._tones = 0
        self._urgent = False
        self._sounds: tuple[Tone, int] | None = None
        """What sounds, and since when."""
        self._lost = False
        self._rings = False

    def feed(self, volts: float, now_us: int) -> None:
        before, self._volts = self._volts, volts
        if not before and not now_us:
            return
        if not volts:
            after_us = late.OPEN_LOOP_US if self.off_hook else late.BATTERY_US
            self._timeline.at(now_us + after_us, self._dark)
        elif not before:
            self._timeline.at(now_us + late.OPEN_LOOP_US, self._lit)
        else:
            self._timeline.at(now_us + late.REVERSAL_US, partial(self._turned, volts > 0))

    def _dark(self, now_us: int) -> None:
        if self._volts:
            return
        if self.off_hook:
            self._tell(wires.LoopOpened(self._port, now_us), now_us)
        else:
            self._lost = True
            self._tell(wires.BatteryLost(self._port, now_us), now_us)

    def _lit(self, now_us: int) -> None:
        if not self._volts:
            return
        if self._lost:
            self._lost = False
            self._tell(wires.BatteryReturned(self._port, now_us), now_us)
        elif self.off_hook:
            self._tell(wires.LoopClosed(self._port, now_us), now_us)

    def _turned(self, backwards: bool, now_us: int) -> None:
        if (self._volts > 0) is backwards:
            self._tell(wires.PolarityReversed(self._port, now_us, backwards), now_us)

    def ring(self, on: bool, now_us: int) -> None:
        if on is self._rings:
            return
        self._rings = on
        kind = wires.RingBegan if on else wires.RingStopped
        after_us = late.RING_US if on else late.RING_OVER_US
        self._timeline.at(now_us + after_us, lambda at_us: self._tell(kind(self._port, at_us), at_us))

    def tone(self, tone: Tone, now_us: int) -> None:
        self.quiet(now_us)
        self.sounding = True
        self._sounds = tone, now_us
        self._stand(now_us)
        self._timeline.at(now_us + self._heard_after_us(tone), partial(self._recognised, tone, self._tones))
        ear_us = ear_after_us(self._profile, tone)
        if ear_us is not None:
            at_us = now_us + late.AUDIO_US + ear_us
            self._timeline.at(at_us, partial(self._heard, tone, self._tones))

    def urgent(self, urgent: bool, now_us: int) -> None:
        """Any tone that stands is dial tone enough for the box."""
        self._urgent = urgent
        self._stand(now_us)

    def _stand(self, now_us: int) -> None:
        if self._urgent and self._sounds is not None:
            self._timeline.at(now_us + late.STANDS_US, partial(self._stands, self._tones))

    def _stands(self, tones: int, now_us: int) -> None:
        if self._urgent and self._sounds is not None and _on_ms(self._profile, self._sounds[0]) > STANDS_MS:
            self._urgent = False
            self._recognised(Tone.DIAL, tones, now_us)

    def _heard(self, tone: Tone, tones: int, now_us: int) -> None:
        if tones == self._tones:
            self._person(tone, now_us)

    def _heard_after_us(self, tone: Tone) -> int:
        if tone in late.TONES_HEARD_US:
            return late.TONES_HEARD_US[tone]
        bursts = self._profile.tones[tone.value].bursts()
        cycle_ms = sum(one.on_ms + one.off_ms for one in bursts)
        return round(cycle_ms * 1000 * (1.0 if tone is Tone.RINGBACK else late.CYCLES_HEARD))

    def _recognised(self, tone: Tone, tones: int, now_us: int) -> None:
        if tones == self._tones and self.off_hook:
            self._tell(ToneRecognised(tone), now_us)

    def alert(self, sound: CallerIdSound, now_us: int) -> None:
        """The box is not told of it."""

    def caller_id(self, sound: CallerIdSound, now_us: int) -> None:
        if sound.us:
            at_us = now_us + sound.us + late.CALLER_ID_US
            self._timeline.at(at_us, partial(self._decoded, sound.said, self._tones))

    def _decoded(self, said: CallerIdMessage, tones: int, now_us: int) -> None:
        if tones != self._tones or not self.hears_caller_id or self.off_hook:
            return
        allowed = said.presentation == "allowed" and said.number
        presentation = Presentation(said.presentation) if not allowed else Presentation.ALLOWED
        if presentation is Presentation.ALLOWED and not said.number:
            presentation = Presentation.UNAVAILABLE
        name = "" if said.form == "dtmf" or said.form.endswith("sdmf") else said.name
        number = said.number if allowed else ""
        self._tell(CallerIdDecoded(number, name, presentation, said.form), now_us)

    def quiet(self, now_us: int) -> None:
        del now_us
        self._tones += 1
        self.sounding = False
        self._sounds = None

    def _tell(self, what: Given, now_us: int) -> None:
        self._give(self._port, what, now_us)


def _on_ms(profile: CountryProfile, tone: Tone) -> float:
    """The longest unbroken sound of a tone."""
    plan = profile.tones[tone.value]
    return 1e9 if plan.continuous else max((one.on_ms for one in plan.bursts()), default=0.0)


def caller_id_us(profile: CountryProfile, number: str, name: str) -> int:
    """How long the box's own caller ID to a telephone lasts."""
    said = CallerIdMessage(number, name, "allowed" if number else "unavailable", "")
    return len(caller_id_message(profile.caller_id, said, profile.name_charset)) * 125
