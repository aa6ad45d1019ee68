"""Hardware by name: who opens chip selects and PCM streams, and cards built on them.

The one module that knows `spidev` and `alsaaudio`, and only when the backend `pi` is asked for. Others
register: in a bare tree by `register`, installed ones by the entry point group `tipring.backends`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from typing import Any, Protocol

from msgspec import Struct

from drivers.cards.hat_port import FxoPort, FxsPort
from drivers.cards.spi_hat import PREFILL_PERIODS, HatUnusable, SpiHat
from drivers.chips.fxo_presets import fxo_preset
from drivers.chips.fxs_line import FxsTimes
from drivers.chips.si321x_bring_up import FxsSetup
from drivers.chips.si3050_bring_up import FxoSetup
from drivers.chips.spi_chain import CHIPS, Si321xChain, Si3050Chain
from drivers.countries import CountryProfile, profile
from drivers.ports import CYCLE_SAMPLES, SAMPLE_RATE_HZ, Card, Clock, DriverError, PcmDevice, SpiDevice

SPI_HZ = 4_000_000
CAPTURE_PERIODS = 8
PLAYBACK_PERIODS = PREFILL_PERIODS + 4
BREAK_SEEN_SHORTER_MS = 10
"""A break may look so much shorter than it is: two looks at the hook, five milliseconds apart."""


class UnknownBackend(DriverError, KeyError):
    """No hardware backend of that name."""


class BadHat(DriverError, ValueError):
    """A hat described as it cannot be built."""


class SlotSpec(Struct, frozen=True):
    """What is to be in one slot. Empty names mean the country's own."""

    kind: str = "empty"
    """`fxo`, `fxs` or `empty`."""
    preset: str = ""
    """FXO: termination preset."""
    impedance: str = ""
    """FXS: two-wire impedance."""
    to_line_db: float = 0.0
    from_line_db: float = 0.0


class HatSpec(Struct, frozen=True):
    """One SPI hat, as the caller reads it from its configuration."""

    name: str
    slots: tuple[SlotSpec, ...]
    country: str = "CN"
    bus: int = 0
    pcm: str = "hw:0"
    law: str = "a"


class Backend(Protocol):
    """Opens devices; raises DriverError where there is none."""

    def open_spi(self, bus: int, device: int) -> SpiDevice: ...
    def open_pcm(self, device: str) -> tuple[PcmDevice, PcmDevice]:
        """(capture, playback), 8 kHz, two 32-bit channels, periods of 5 ms."""


class DeviceBackend:
    """A backend on classes with the surface of `spidev.SpiDev` and of the module `alsaaudio`."""

    def __init__(self, spi_class: Callable[[], Any], alsa: Any) -> None:
        self._spi_class = spi_class
        self._alsa = alsa

    def open_spi(self, bus: int, device: int) -> SpiDevice:
        """Mode 3, MSB first, 8 bits (HARDWARE.md 1.0)."""
        spi = self._spi_class()
        try:
            spi.open(bus, device)
            spi.mode = 3
            spi.max_speed_hz = SPI_HZ
            spi.bits_per_word = 8
        except OSError as error:
            raise HatUnusable(f"/dev/spidev{bus}.{device} cannot be opened: {error}") from error
        opened: SpiDevice = spi
        return opened

    def open_pcm(self, device: str) -> tuple[PcmDevice, PcmDevice]:
        alsa = self._alsa
        return (
            self._stream(alsa.PCM_CAPTURE, device, CAPTURE_PERIODS),
            self._stream(alsa.PCM_PLAYBACK, device, PLAYBACK_PERIODS),
        )

    def _stream(self, direction: int, device: str, periods: int) -> PcmDevice:
        alsa = self._alsa
        try:
            pcm = alsa.PCM(
                type=direction,
                mode=alsa.PCM_NORMAL,
                rate=SAMPLE_RATE_HZ,
                channels=2,
                format=alsa.PCM_FORMAT_S32_LE,
                periodsize=CYCLE_SAMPLES,
                periods=periods,
                device=device,
            )
        except alsa.ALSAAudioError as error:
            raise HatUnusable(f"sound device {device} cannot be opened: {error}") from error
        granted = pcm.info()
        if granted["period_size"] != CYCLE_SAMPLES or granted["rate"] != SAMPLE_RATE_HZ:
            pcm.close()
            raise HatUnusable(
                f"sound device {device} gives periods of {granted['period_size']} frames "
                f"at {granted['rate']} Hz, not {CYCLE_SAMPLES} at {SAMPLE_RATE_HZ}"
            )
        opened: PcmDevice = pcm
        return opened


def _pi() -> Backend:
    try:
        import alsaaudio  # noqa: TID251 - the one module
        import spidev  # noqa: TID251 - the one module
    except ImportError as error:
        raise HatUnusable(f"{error}; on the box they come with `pip install tipring[box]`") from error
    return DeviceBackend(spidev.SpiDev, alsaaudio)


_BACKENDS: dict[str, Callable[[], Backend]] = {"pi": _pi}


def register(name: str, factory: Callable[[], Backend]) -> None:
    """Make a backend known to `load`; the last one of a name counts."""
    _BACKENDS[name] = factory


def load(name: str) -> Backend:
    """A backend by name; raises UnknownBackend, or HatUnusable where its libraries are missing."""
    factory = _BACKENDS.get(name)
    if factory is not None:
        return factory()
    for entry in entry_points(group="tipring.backends", name=name):
        made: Backend = entry.load()()
        return made
    raise UnknownBackend(f"no hardware backend {name!r}; there are: {', '.join(sorted(_BACKENDS))}")


def build_cards(specs: Sequence[HatSpec], backend: Backend, clock: Clock) -> list[Card]:
    """All hats, ready for `start`; the first leads the inner cycle of the others. Raises DriverError."""
    hats = [build_hat(spec, backend, clock) for spec in specs]
    for follower in hats[1:]:
        hats[0].lead(follower)
    return [*hats]


def build_hat(spec: HatSpec, backend: Backend, clock: Clock) -> SpiHat:
    """One hat with its devices open; the second chip select is opened only where it is needed."""
    if len(spec.slots) > 2 * CHIPS:
        raise BadHat(f"{spec.name}: a hat has {2 * CHIPS} slots, not {len(spec.slots)}")
    spis: list[SpiDevice] = []
    chains: list[Si3050Chain | Si321xChain] = []
    ports: list[FxoPort | FxsPort | None] = []
    for select in range(2):
        slots = spec.slots[select * CHIPS : (select + 1) * CHIPS]
        kinds = sorted({slot.kind for slot in slots} - {"empty"})
        if len(kinds) > 1 or not set(kinds) <= {"fxo", "fxs"}:
            raise BadHat(
                f"{spec.name}: slots {select * CHIPS + 1}-{select * CHIPS + 4} are {', '.join(kinds)}; one "
                "chip select serves one kind, `fxo` or `fxs`"
            )
        if kinds:
            spis.append(backend.open_spi(spec.bus, select))
            chain = (Si3050Chain if kinds[0] == "fxo" else Si321xChain)(spis[-1])
            chains.append(chain)
            ports += _ports(spec, select, chain)
        else:
            ports += [None] * CHIPS
    return SpiHat(spec.name, ports, spis, chains, lambda: backend.open_pcm(spec.pcm), clock, spec.law)


def _ports(spec: HatSpec, select: int, chain: Si3050Chain | Si321xChain) -> list[FxoPort | FxsPort | None]:
    """The four slots of one chip select."""
    ports: list[FxoPort | FxsPort | None] = [None] * CHIPS
    for chip, slot in enumerate(spec.slots[select * CHIPS : (select + 1) * CHIPS]):
        if slot.kind != "empty":
            ports[chip] = _port(spec, select * CHIPS + chip, slot, chain, chip)
    return ports


def _port(
    spec: HatSpec, number: int, slot: SlotSpec, chain: Si3050Chain | Si321xChain, chip: int
) -> FxoPort | FxsPort:
    country = profile(spec.country)
    if isinstance(chain, Si3050Chain):
        preset = fxo_preset(slot.preset or country.fxo_preset)
        daa = FxoSetup(preset, number, spec.law, slot.to_line_db, slot.from_line_db)
        return FxoPort(number, chain, chip, daa)
    impedance = slot.impedance or country.fxs_impedance
    vpk = country.ring_v * 2**0.5
    slic = FxsSetup(number, impedance, spec.law, country.ring_hz, vpk, slot.to_line_db, slot.from_line_db)
    return FxsPort(number, chain, chip, slic, hook_times(country))


def hook_times(country: CountryProfile) -> FxsTimes:
    """How long a break is a flash in this country; a longer one is a hang-up, known that much later."""
    shortest_ms, longest_ms = country.flash_accept_ms
    return FxsTimes(shortest_flash_ms=shortest_ms - BREAK_SEEN_SHORTER_MS, longest_flash_ms=longest_ms)
