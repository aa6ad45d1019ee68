"""Simulated SPI hats on a wire: chips, chains, highways, and the backend that opens them like a box its own.

hats = SimulatedHats(wire, clock, [("fxo",) * 4 + ("fxs",) * 4])
[card] = build_cards(hats.specs(), hats.backend(), clock)
card.start()
"""

from __future__ import annotations

from collections.abc import Sequence

from drivers.backends import Backend, DeviceBackend, HatSpec, SlotSpec
from drivers.chips.spi_chain import CHIPS
from drivers.ports import Clock
from hwsim.silicon.chain import Chain, Si321xChain, Si3050Chain
from hwsim.silicon.highway import SLOTS, Backplane, Highway
from hwsim.silicon.pins import Pins
from hwsim.silicon.si321x import Si321x
from hwsim.silicon.si3050 import Si3050
from hwsim.standins import alsaaudio
from hwsim.standins.spidev import SpiDev
from hwsim.wire import Wire

AnyChip = Si3050 | Si321x


class SimulatedHats:
    """`layout[hat]` names its eight slots: `fxo`, `fxs` (Si3215), `fxs-si3210` or `empty`.

    Hat h is SPI bus h with two chip selects and PCM device `hw:h`; its slot s is row `8 h + s` of the wire.
    `chips[row]` (`daa(row)`, `slic(row)`) is the silicon itself, for faults:
    `missing`, `hung`, `reset()`, `raise_power_alarm()`,
    `lose_line_side()`; `highways[hat].broken = True` is a broken PCM stream.
    """

    def __init__(self, wire: Wire, clock: Clock, layout: Sequence[Sequence[str]]) -> None:
        if wire.ports < SLOTS * len(layout):
            raise ValueError(
                f"{len(layout)} hats need a wire of {SLOTS * len(layout)} ports, not {wire.ports}"
            )
        self.wire = wire
        self.layout = [tuple(slots) + ("empty",) * (SLOTS - len(slots)) for slots in layout]
        self.backplane = Backplane(wire, clock)
        self.chips: list[AnyChip | None] = []
        self.chains: dict[tuple[int, int], Chain] = {}
        self.highways: list[Highway] = []
        for hat, slots in enumerate(self.layout):
            self._build(hat, slots, clock)

    def _build(self, hat: int, slots: Sequence[str], clock: Clock) -> None:
        first = hat * SLOTS
        chips = [self._chip(kind, Pins(self.wire, first + slot), clock) for slot, kind in enumerate(slots)]
        self.chips += chips
        for select in range(SLOTS // CHIPS):
            part = chips[select * CHIPS : (select + 1) * CHIPS]
            daas = [chip for chip in part if isinstance(chip, Si3050)]
            if daas:
                self.chains[hat, select] = Si3050Chain(
                    [chip if isinstance(chip, Si3050) else None for chip in part]
                )
            else:
                self.chains[hat, select] = Si321xChain(
                    [chip if isinstance(chip, Si321x) else None for chip in part]
                )
        highway = Highway(self.wire, first, chips, clock)
        self.highways.append(highway)
        self.backplane.highways.append(highway)

    @staticmethod
    def _chip(kind: str, pins: Pins, clock: Clock) -> AnyChip | None:
        if kind == "fxo":
            return Si3050(pins, clock)
        if kind.startswith("fxs"):
            return Si321x(pins, clock, is_si3215=kind != "fxs-si3210")
        return None

    def daa(self, port: int) -> Si3050:
        """The FXO silicon of a row; raises KeyError where there is none."""
        chip = self.chips[port]
        if not isinstance(chip, Si3050):
            raise KeyError(f"port {port} is no FXO port")
        return chip

    def slic(self, port: int) -> Si321x:
        """The FXS silicon of a row; raises KeyError where there is none."""
        chip = self.chips[port]
        if not isinstance(chip, Si321x):
            raise KeyError(f"port {port} is no FXS port")
        return chip

    def backend(self) -> Backend:
        """What `drivers.backends.register("sim", hats.backend)` takes."""
        devices = {f"hw:{hat}": highway for hat, highway in enumerate(self.highways)}
        return DeviceBackend(lambda: SpiDev(self.chains), alsaaudio.on(self.backplane, devices))

    def specs(self, country: str = "CN", law: str = "a") -> list[HatSpec]:
        """A description of these hats as a configuration would give it."""
        return [
            HatSpec(
                name=f"hat{hat + 1}",
                slots=tuple(SlotSpec(kind=kind.partition("-")[0]) for kind in slots),
                country=country,
                bus=hat,
                pcm=f"hw:{hat}",
                law=law,
            )
            for hat, slots in enumerate(self.layout)
        ]
