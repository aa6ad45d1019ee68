"""What the configuration tells the switch of its ports: kinds, countries, signs, levels. Nothing of calls."""

from __future__ import annotations

from msgspec import Struct

from drivers.countries import CallerIdForm, CountryProfile, profile
from drivers.ports import PortKind
from firmware.config.last_resort import last_resort
from firmware.config.layout import card_ports, first_ports
from firmware.config.schema import Config
from firmware.protocol.last_resort import LastResort
from firmware.protocol.names import AnswerSign, HangUpSign


class PortPlan(Struct, frozen=True):
    """One port. `port` is the box-wide index, cards in order of the configuration."""

    port: int
    kind: PortKind | None
    """What should be there; None where nothing is configured."""
    country: CountryProfile
    caller_id: CallerIdForm
    """FXO: how the exchange sends it; FXS: how we send it."""
    hangup: frozenset[HangUpSign] = frozenset()
    silence_limit_us: int = 60_000_000
    answer: AnswerSign = AnswerSign.VOICE
    gain_from_db: float = 0.0
    gain_to_db: float = 0.0


class SwitchPlan(Struct, frozen=True):
    """All ports, in order."""

    ports: tuple[PortPlan, ...]
    last_resort: LastResort = LastResort()
    """What is known of it before an engine has told."""

    @classmethod
    def from_config(cls, config: Config) -> SwitchPlan:
        """Raises UnknownCountry for a country without profile (a checked configuration has one)."""
        country = profile(config.site.country)
        firsts = first_ports(config)
        kinds = _kinds(config)
        plans = [PortPlan(port, kind, country, country.caller_id) for port, kind in enumerate(kinds)]
        for line in config.lines:
            port = firsts.get(line.card, len(plans)) + line.slot - 1
            if 0 <= port < len(plans):
                plans[port] = PortPlan(
                    port,
                    PortKind.FXO,
                    country,
                    country.caller_id_by(line.caller_id),
                    frozenset(HangUpSign(sign) for sign in line.hangup),
                    round(line.silence_limit_s * 1e6),
                    AnswerSign(line.answer),
                    line.gain_in_db,
                    line.gain_out_db,
                )
        return cls(tuple(plans), last_resort(config))


def _kinds(config: Config) -> list[PortKind | None]:
    known = {kind.value: kind for kind in PortKind}
    kinds: list[PortKind | None] = []
    for card in config.cards:
        size = card_ports(card)
        slots = [*card.slots[:size], *[""] * (size - len(card.slots))]
        kinds += [known.get(slot) for slot in slots]
    return kinds
