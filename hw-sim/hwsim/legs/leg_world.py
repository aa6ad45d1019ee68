"""All SIP telephones and trunk channels around one box, in either model of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from itertools import count

from msgspec import structs

from drivers.countries import CountryProfile
from drivers.signalling import SignallingCommand
from firmware.config.expanded import CHANNEL, TELEPHONE, expanded, trunk_of
from firmware.config.layout import first_ports
from firmware.config.schema import Config, Trunk
from firmware.protocol.names import Tone
from hwsim.legs.carrier import CarrierChannel
from hwsim.legs.message_wire import LegEvent, MessageWire
from hwsim.legs.sip_telephone import SipTelephone
from hwsim.legs.trunk_channel import TrunkChannel
from hwsim.places import line_ports, telephone_ports
from hwsim.scenario import OutsideTrunk, Scenario
from hwsim.world.mouth import Mouth
from hwsim.world.outside import Outside
from hwsim.world.percepts import Percept
from hwsim.world.timeline import Timeline


def leg_rows(config: Config) -> dict[int, str]:
    """Rows of SIP telephones and trunk channels: `sip`, `sip-trunk`."""
    config = expanded(config)
    firsts = first_ports(config)
    return {
        firsts[card.name] + place: slot
        for card in config.cards
        for place, slot in enumerate(card.slots)
        if slot in (TELEPHONE, CHANNEL)
    }


def without_legs(scenario: Scenario) -> Scenario:
    """Nobody sits at SIP telephones: their calls are somebody else's (the process that speaks real SIP)."""
    rows = leg_rows(scenario.config)
    ports = telephone_ports(scenario.config)
    persons = tuple(one for one in scenario.persons if ports.get(one.extension) not in rows)
    return structs.replace(scenario, persons=persons)


def _own_number(trunk: Trunk) -> str:
    """What the carrier shows of a call that names no extension."""
    number = "" if trunk.caller_number == "none" else trunk.number
    return number or trunk.user or "unavailable"


class LegWorld:
    """`telephones` by extension, `channels` by row; none without a scenario. Box-wide rows everywhere.

    `give(event, at_us)` is the box, `tell(who, percept, at_us)` the people; `changed(row)` is called when somebody
    hears something else, `early(row, tone, at_us)` when a carrier begins to let a tone be heard.
    """

    def __init__(
        self,
        scenario: Scenario | None,
        timeline: Timeline,
        country: CountryProfile,
        outside: Outside,
        *,
        give: Callable[[LegEvent, int], None],
        tell: Callable[[str, Percept, int], None],
        changed: Callable[[int], None],
        early: Callable[[int, Tone, int], None],
    ) -> None:
        self._numbers = count(1)
        self._timeline, self._country, self._give = timeline, country, give
        self.telephones: dict[str, SipTelephone] = {}
        self.channels: dict[int, CarrierChannel] = {}
        self._trunks: dict[str, list[CarrierChannel]] = {}
        if scenario is not None:
            rows = leg_rows(scenario.config)
            for number, port in telephone_ports(scenario.config).items():
                if port in rows:
                    self._lay_telephone(number, port, tell, changed)
            trunks = {trunk.name: trunk for trunk in scenario.config.trunks}
            for name, port in line_ports(scenario.config).items():
                if port in rows:
                    plan = scenario.outside_trunk(trunk_of(name))
                    self._lay_channel(plan, trunks[plan.trunk], port, outside, early)
        ends: list[SipTelephone | CarrierChannel] = [*self.telephones.values(), *self.channels.values()]
        self._ends = {one.port: one for one in ends}
        self._numbers_at = {one.port: number for number, one in self.telephones.items()}

    def _lay_telephone(
        self,
        number: str,
        port: int,
        tell: Callable[[str, Percept, int], None],
        changed: Callable[[int], None],
    ) -> None:
        self.telephones[number] = SipTelephone(
            port,
            self._timeline,
            self._country,
            new_number=self._numbers.__next__,
            tell=partial(tell, f"ext-{number}"),
            give=self._give,
            changed=partial(changed, port),
        )

    def _lay_channel(
        self,
        plan: OutsideTrunk,
        trunk: Trunk,
        port: int,
        outside: Outside,
        early: Callable[[int, Tone, int], None],
    ) -> None:
        machine = TrunkChannel(
            port,
            self._numbers.__next__,
            own=_own_number(trunk),
            names_extension=trunk.caller_number == "extension",
            early_media=plan.early_media,
            refuses=plan.refuses,
        )
        channel = CarrierChannel(
            machine, self._timeline, self._country, outside, give=self._give, heard=partial(early, port)
        )
        self.channels[port] = outside.circuits[port] = channel
        self._trunks.setdefault(plan.trunk, []).append(channel)

    # -- the box -------------------------------------------------------------------------------------

    def command(self, port: int, command: SignallingCommand, now_us: int) -> None:
        """Of the box to one of its ports; nobody is at others."""
        end = self._ends.get(port)
        if end is not None:
            end.command(command, now_us)

    def look(self, messages: MessageWire, now_us: int) -> None:
        """Do what the box sent; a box that began anew is told first what stands."""
        if messages.asked:
            messages.asked = False
            messages.to_box.extend(self.standing(now_us))
        while messages.to_world:
            port, command = messages.to_world.popleft()
            self.command(port, command, now_us)

    def standing(self, now_us: int) -> Iterable[LegEvent]:
        """All calls, and the ports that cannot be used."""
        for end in self._ends.values():
            yield from end.standing(now_us)

    # -- people --------------------------------------------------------------------------------------

    def telephone(self, who: str) -> SipTelephone | None:
        """Of somebody called `ext-NUMBER`."""
        return self.telephones.get(who.removeprefix("ext-")) if who.startswith("ext-") else None

    def has(self, port: int) -> bool:
        return port in self._ends

    def listener(self, port: int, outside: Outside) -> str | None:
        """Who hears what the box sends to this row."""
        if port in self.channels:
            return outside.on.get(port) if self.channels[port].through else None
        number = self._numbers_at[port]
        return f"ext-{number}" if self.telephones[number].hears else None

    def press(self, who: str, digits: str, now_us: int, outside: Outside) -> bool:
        """Keys become messages, at a telephone or beyond a carrier; False where it is neither."""
        telephone, port = self.telephone(who), outside.port_of(who)
        if telephone is not None:
            telephone.press(digits, now_us)
        elif port in self.channels:
            self.channels[port].press(digits, now_us)
        return telephone is not None or port in self.channels

    def transfer(self, who: str, digits: str, now_us: int) -> None:
        telephone = self.telephone(who)
        if telephone is not None:
            telephone.transfer(digits, now_us)

    def decline(self, who: str, now_us: int) -> None:
        telephone = self.telephone(who)
        if telephone is not None:
            telephone.decline(now_us)

    def mouth(self, port: int) -> Mouth | None:
        """What somebody beyond a channel speaks into, and the carrier itself before that."""
        channel = self.channels.get(port)
        return None if channel is None else channel.mouth

    def mouths(self) -> Iterable[tuple[int, Mouth]]:
        """What is spoken into rows now."""
        for telephone in self.telephones.values():
            if telephone.speaks:
                yield telephone.port, telephone.mouth
        for port, channel in self.channels.items():
            yield port, channel.mouth

    def plug(self, target: str, plugged: bool, now_us: int) -> bool:
        """A telephone's cable, or the way to a trunk's carrier; False where there is neither."""
        if target in self.telephones:
            self.telephones[target].plug(plugged, now_us)
        for channel in self._trunks.get(target, ()):
            channel.work(plugged, now_us)
        return target in self.telephones or target in self._trunks
