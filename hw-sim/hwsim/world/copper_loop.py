"""An exchange's action on real copper: voltages on the wire's arrays, sound through the line's mouth."""

from __future__ import annotations

from drivers.countries import CountryProfile
from firmware.protocol.names import Tone
from hwsim.wire import Wire
from hwsim.world.caller_id import CallerIdSound
from hwsim.world.mouth import Mouth
from hwsim.world.tones import tone_row


class CopperLoop:
    """A `line_circuit.Loop`; scenario time 0 is box time `start_us`.

    `mouth` is what the exchange and, when through, the far person put on the line.
    """

    def __init__(
        self, port: int, wire: Wire, profile: CountryProfile, loop_ohm: float, start_us: int = 0
    ) -> None:
        self.mouth = Mouth()
        self._port = port
        self._world = wire.world
        self._profile = profile
        self._start_us = start_us
        wire.world["loop_ohm"][port] = loop_ohm

    def feed(self, volts: float, now_us: int) -> None:
        del now_us
        self._world["battery_v"][self._port] = volts

    def ring(self, on: bool, now_us: int) -> None:
        world, port = self._world, self._port
        world["ring_hz"][port] = self._profile.ring_hz
        if on:
            world["ring_phase0_us"][port] = self._start_us + now_us
        world["ring_v"][port] = self._profile.ring_v * 2**0.5 if on else 0.0

    def tone(self, tone: Tone, now_us: int) -> None:
        del now_us
        row = tone_row(self._profile, tone)
        self.mouth.loop(row.intro, row.loop)

    def alert(self, sound: CallerIdSound, now_us: int) -> None:
        del now_us
        self.mouth.once(sound.alert)

    def caller_id(self, sound: CallerIdSound, now_us: int) -> None:
        del now_us
        self.mouth.once(sound.samples)

    def quiet(self, now_us: int) -> None:
        del now_us
        self.mouth.quiet()
