"""What the configuration tells the switch of its ports: kinds, countries, signs, levels. Nothing of calls."""

from __future__ import annotations

from msgspec import Struct, structs

from drivers.countries import CallerIdForm, CountryProfile, profile
from drivers.ports import PortKind
from firmware.config.expanded import expanded
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
    number: str = ""
    """Of a telephone: its extension."""
    plus: str = ""
    """Telephones with messages: what is dialled here in place of a `+`."""
    urgent: tuple[str, ...] = ()
    """Emergency numbers as one may dial them."""


class SwitchPlan(Struct, frozen=True):
    """All ports, in order."""

    country: CountryProfile
    ports: tuple[PortPlan, ...]
    """None in a box that has neither cards nor SIP yet."""
    last_resort: LastResort = LastResort()
    """What is known of it before an engine has told."""

    @classmethod
    def from_config(cls, config: Config) -> SwitchPlan:
        """Raises UnknownCountry for a country without profile (a checked configuration has one)."""
        config = expanded(config)
        country = profile(config.site.country)
        firsts = first_ports(config)
        kinds = _kinds(config)
        plus = config.dial_plan.outside_prefix + config.dial_plan.international_prefix
        urgent = _urgent(config)
        plans = [
            PortPlan(port, kind, country, country.caller_id, plus=plus, urgent=urgent)
            for port, kind in enumerate(kinds)
        ]
        for one in config.extensions:
            port = firsts.get(one.card, len(plans)) + one.slot - 1
            if 0 <= port < len(plans):
                plans[port] = structs.replace(plans[port], number=one.number)
        for line in config.lines:
            port = firsts.get(line.card, len(plans)) + line.slot - 1
            if 0 <= port < len(plans):
                plans[port] = PortPlan(
                    port,
                    PortKind.SIP_TRUNK if kinds[port] is PortKind.SIP_TRUNK else PortKind.FXO,
                    country,
                    country.caller_id_by(line.caller_id),
                    frozenset(HangUpSign(sign) for sign in line.hangup),
                    round(line.silence_limit_s * 1e6),
                    AnswerSign(line.answer),
                    line.gain_in_db,
                    line.gain_out_db,
                )
        return cls(country, tuple(plans), last_resort(config))


def _urgent(config: Config) -> tuple[str, ...]:
    plan = config.dial_plan
    return tuple(prefix + one for prefix in ("", plan.outside_prefix) for one in plan.emergency if one)


def _kinds(config: Config) -> list[PortKind | None]:
    known = {kind.value: kind for kind in PortKind}
    kinds: list[PortKind | None] = []
    for card in config.cards:
        size = card_ports(card)
        slots = [*card.slots[:size], *[""] * (size - len(card.slots))]
        kinds += [known.get(slot) for slot in slots]
    return kinds
