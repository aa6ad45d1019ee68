"""The cards of a rehearsed box: simulated silicon, and SIP telephones and trunks as legs of the world."""

from __future__ import annotations

from drivers.countries import profile
from drivers.dsp.tones import play
from drivers.ports import Clock
from drivers.signalling import AnyCard
from firmware.cli.cards import bench_cards
from firmware.config.expanded import SIP_CARD, expanded
from firmware.config.layout import first_ports
from firmware.config.schema import Config
from hwsim.legs.leg_card import LegCard
from hwsim.legs.message_wire import MessageWire
from hwsim.wire import Wire


def rehearsed_cards(config: Config, wire: Wire, clock: Clock, messages: MessageWire) -> list[AnyCard]:
    """Hats first: they keep the time. A box without any has the clock's."""
    config = expanded(config)
    hats = bench_cards(config, wire, clock)
    firsts = first_ports(config)
    tone = profile(config.site.country).tones["ringback"]
    ringback = play(tone, sum(one.on_ms + one.off_ms for one in tone.bursts()))
    legs: list[AnyCard] = [
        LegCard(
            card.name,
            card.slots,
            wire,
            messages,
            first=firsts[card.name],
            codec=config.sip.codecs[0],
            ringback=ringback,
            is_alone=not hats,
        )
        for card in config.cards
        if card.kind == SIP_CARD
    ]
    return [*hats, *legs]
