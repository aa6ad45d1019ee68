"""The caller displays of all telephones: they listen on-hook when the country's exchange would send."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from drivers.countries import CountryProfile
from drivers.dsp.caller_id import CallerIdMessage
from drivers.dsp.caller_id_bank import CallerIdBank
from hwsim.world.lamp_receiver import QUIETEST_RMS, TONES_HZ, LampReceiver
from hwsim.world.telephone import Telephone


class Displays:
    """`look` after each change of a telephone, `read` once a tick."""

    def __init__(self, ports: int, profile: CountryProfile) -> None:
        self._bank = CallerIdBank(ports)
        self._form = profile.caller_id
        self._charset = profile.name_charset
        self._listening: set[int] = set()
        self._lamps: dict[int, LampReceiver] = {}
        """Of telephones that are on-hook and not ringing."""

    def look(self, telephone: Telephone) -> None:
        """Between rings where they send it so; else whenever it is on-hook."""
        wants = self._form.offered and not telephone.off_hook and not telephone.sounding
        if self._form.when == "between-rings":
            wants = wants and telephone.bell
        port = telephone.port
        self._look_at_lamp(telephone)
        if wants and port not in self._listening:
            self._listening.add(port)
            self._bank.start(port, self._form, self._charset)
        elif not wants and port in self._listening:
            self._listening.discard(port)
            self._bank.stop(port)

    def _look_at_lamp(self, telephone: Telephone) -> None:
        """A message half heard is lost when it is lifted or rung."""
        idle = self._form.form in TONES_HZ and not telephone.off_hook and not telephone.sounding
        if not idle:
            self._lamps.pop(telephone.port, None)
        elif telephone.port not in self._lamps:
            self._lamps[telephone.port] = LampReceiver(self._form.form)

    def lamps(self, block: NDArray[np.int16]) -> list[tuple[int, bool]]:
        """Message lamps that were told in this tick: (port, lit)."""
        if not self._lamps:
            return []
        loud = block.max(axis=1) >= QUIETEST_RMS
        heard = (
            (port, receiver.take(block[port]))
            for port, receiver in self._lamps.items()
            if receiver.hears or loud[port]
        )
        return [(port, lit) for port, lit in heard if lit is not None]

    def read(self, block: NDArray[np.int16]) -> list[tuple[int, CallerIdMessage]]:
        """What appeared on displays in this tick: (port, message)."""
        return self._bank.process(block) if self._listening else []
