"""From configuration to cards: which hats with which chips, on the box's own or on simulated silicon."""

from __future__ import annotations

from drivers.backends import HatSpec, SlotSpec, build_cards, load
from drivers.ports import Card, Clock
from firmware.cli.box_plan import BoxPlan
from firmware.config import schema
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.protocol.ring import shared_memory
from firmware.switch.plan import SwitchPlan
from hwsim.bench_board import SimulatedHats
from hwsim.wire import Wire

SLOTS = 8
LAWS = {"a": "a", "mu": "u"}


def box_cards(config: Config, clock: Clock) -> list[Card]:
    """On real hardware. Raises DriverError with what is missing."""
    return build_cards(hat_specs(config), load("pi"), clock)


def bench_cards(config: Config, wire: Wire, clock: Clock) -> list[Card]:
    """The same drivers on simulated silicon; `wire` has the ports of all cards in order."""
    hats = SimulatedHats(wire, clock, [card.slots for card in config.cards])
    specs = [_renamed(spec, hat) for hat, spec in enumerate(hat_specs(config))]
    return build_cards(specs, hats.backend(), clock)


def hat_specs(config: Config) -> list[HatSpec]:
    return [_spec(config, card) for card in config.cards]


def _spec(config: Config, card: schema.Card) -> HatSpec:
    presets = {line.slot: line.impedance for line in config.lines if line.card == card.name}
    slots = (*card.slots, *("empty",) * (SLOTS - len(card.slots)))
    return HatSpec(
        name=card.name,
        slots=tuple(SlotSpec(kind=kind, preset=presets.get(n, "")) for n, kind in enumerate(slots, 1)),
        country=config.site.country,
        bus=card.bus,
        pcm=card.pcm,
        law=LAWS[card.law],
    )


def _renamed(spec: HatSpec, hat: int) -> HatSpec:
    """A bench has its hats on bus 0, 1 … in the order of the configuration."""
    return HatSpec(spec.name, spec.slots, spec.country, hat, f"hw:{hat}", spec.law)


def make_cards(places: Places, plan: BoxPlan, config: Config, clock: Clock) -> list[Card]:
    """The box's own hats, or those of the bench it was started with."""
    if plan.sim:
        return bench_cards(config, shared_wire(places, config), clock)
    return box_cards(config, clock)


def shared_wire(places: Places, config: Config) -> Wire:
    """The copper, shared with the world's process."""
    ports = len(SwitchPlan.from_config(config).ports)
    return Wire(ports, shared_memory(places.wire, Wire.size(ports)))
