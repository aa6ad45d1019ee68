"""From configuration to cards: which hats with which chips, on the box's own or on simulated silicon."""

from __future__ import annotations

from drivers.backends import HatSpec, SlotSpec, build_cards, load
from drivers.cards.sip import SipCard
from drivers.countries import profile
from drivers.dsp.tones import play
from drivers.ports import Card, Clock, PortKind
from drivers.signalling import AnyCard
from firmware.cli.box_plan import BoxPlan
from firmware.config import schema
from firmware.config.expanded import SIP_CARD, expanded
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.protocol.ring import shared_memory
from firmware.switch.plan import SwitchPlan
from hwsim.bench_board import SimulatedHats
from hwsim.wire import Wire

SLOTS = 8
LAWS = {"a": "a", "mu": "u"}


def box_cards(config: Config, clock: Clock) -> list[Card]:
    """On real hardware; a box of SIP alone needs none. Raises DriverError with what is missing."""
    specs = hat_specs(config)
    return build_cards(specs, load("pi"), clock) if specs else []


def bench_cards(config: Config, wire: Wire, clock: Clock) -> list[Card]:
    """The same drivers on simulated silicon; `wire` has the ports of all cards in order."""
    hats = SimulatedHats(wire, clock, [card.slots for card in config.cards if card.kind != SIP_CARD])
    specs = [_renamed(spec, hat) for hat, spec in enumerate(hat_specs(config))]
    return build_cards(specs, hats.backend(), clock)


def hat_specs(config: Config) -> list[HatSpec]:
    return [_spec(config, card) for card in config.cards if card.kind != SIP_CARD]


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


def make_cards(places: Places, plan: BoxPlan, config: Config, clock: Clock) -> list[AnyCard]:
    """The box's own hats, or those of the bench it was started with; telephones and trunks of SIP in both."""
    config = expanded(config)
    simulated = plan.sim
    hats = bench_cards(config, shared_wire(places, config), clock) if simulated else box_cards(config, clock)
    return [*hats, *sip_cards(places, config, clock)]


def sip_cards(places: Places, config: Config, clock: Clock) -> list[AnyCard]:
    """`config` is expanded."""
    tone = profile(config.site.country).tones["ringback"]
    ringback = play(tone, sum(one.on_ms + one.off_ms for one in tone.bursts()))
    return [
        SipCard(card.name, [PortKind(slot) for slot in card.slots], places.run, clock, ringback)
        for card in config.cards
        if card.kind == SIP_CARD
    ]


def shared_wire(places: Places, config: Config) -> Wire:
    """The copper, shared with the world's process."""
    ports = len(SwitchPlan.from_config(config).ports)
    return Wire(ports, shared_memory(places.wire, Wire.size(ports)))
