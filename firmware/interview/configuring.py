"""Answers to a configuration: what the box would be, against what it is.

Cards, secrets, features and everything the interview does not ask about stay. Parts are found again by their names, so
that the same answers a second time change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from msgspec import structs

from firmware.config.schema import (
    Class,
    Config,
    Group,
    Hours,
    Line,
    Mailbox,
    Positions,
    Service,
    Site,
    Trunk,
)
from firmware.interview import flows, people, queues
from firmware.interview.answers import Answers, Channel
from firmware.interview.house import OWN, House, own_id

_Named = TypeVar("_Named", Hours, Mailbox, Service, Class, Group)


def proposed(answers: Answers, config: Config) -> Config:
    """What these answers make of the box. They must have no faults (`check_answers`)."""
    return configuration(House(answers, config))


def configuration(house: House) -> Config:
    config = house.config
    mailbox = own_id(OWN, (one.id for one in config.mailboxes)) if house.answers.wishes.voicemail else ""
    voicemail = f"voicemail:{mailbox}" if mailbox else ""
    mobiles = people.mobiles(house, voicemail)
    return structs.replace(
        config,
        site=_site(house),
        dial_plan=house.plan,
        lines=tuple(_line(house, line) for line in house.found.lines),
        trunks=tuple(_trunk(house, trunk) for trunk in config.trunks),
        extensions=tuple(people.telephones(house, mailbox)),
        agents=tuple(people.agents(house)),
        queues=tuple(queues.queues(house, mobiles, voicemail)),
        groups=_put(config.groups, mobiles.values()),
        routing=tuple(queues.language_rules(house)),
        flows=tuple(flows.flows(house, voicemail)),
        prompts=tuple(flows.prompts(house)),
        hours=_put(config.hours, [_hours(house)]),
        services=_put(config.services, _services(house)),
        mailboxes=_put(config.mailboxes, [_mailbox(house, mailbox)] if mailbox else []),
        classes=_put(config.classes, [people.safe_class(house)]),
        positions=_positions(house),
    )


def _put(there: Iterable[_Named], mine: Iterable[_Named]) -> tuple[_Named, ...]:
    """Each in the place of its namesake; new ones behind."""
    new: dict[str, _Named] = {one.id: one for one in mine}
    kept: list[_Named] = [new.pop(one.id, one) for one in there]
    return tuple(kept + list(new.values()))


def _site(house: House) -> Site:
    site, answers, custom = house.config.site, house.answers.site, house.custom
    moved = answers.country != site.country
    untouched = site.retention_days == Site().retention_days and (
        site.personal_data_days == Site().personal_data_days
    )
    usual = custom if moved or untouched else None
    return structs.replace(
        site,
        name=answers.name,
        country=answers.country,
        area=answers.area,
        zone=answers.zone,
        language=answers.language,
        retention_days=site.retention_days if usual is None else usual.retention_days,
        personal_data_days=site.personal_data_days if usual is None else usual.personal_data_days,
    )


def _positions(house: House) -> Positions:
    """Where recording unasked is a crime, listening in unasked is one too."""
    there = house.config.positions
    if house.custom.must_announce and there.monitoring == "silent":
        return structs.replace(there, monitoring="beep")
    return there


def _hours(house: House) -> Hours:
    """Holidays are the service's: it has words of its own for them."""
    name = own_id(f"{OWN}-hours", (one.id for one in house.config.hours))
    return Hours(id=name, open={day: spans for day, spans in house.answers.opening.open.items() if spans})


def _services(house: House) -> Iterator[Service]:
    closed = f"flow:{flows.flow_id(house, flows.CLOSED_FLOW)}"
    yield _service(house, OWN, flows.MENU_FLOW, closed)
    for queue in flows.direct(house):
        yield _service(house, f"{OWN}-{queue}", f"{OWN}-{queue}", closed)


def _service(house: House, wanted: str, flow: str, closed: str) -> Service:
    opening = house.answers.opening
    name = service_id(house, wanted)
    there = next((one for one in house.config.services if one.id == name), Service(id=name))
    return structs.replace(
        there,
        hours=_hours(house).id,
        holidays=dict(opening.holidays),
        exceptions={**there.exceptions, **dict.fromkeys(opening.working, "day")},
        day=f"flow:{flows.flow_id(house, flow)}",
        night=closed,
        holiday=closed,
    )


def service_id(house: House, wanted: str) -> str:
    return own_id(wanted, (one.id for one in house.config.services))


def _mailbox(house: House, name: str) -> Mailbox:
    there = next((one for one in house.config.mailboxes if one.id == name), Mailbox(id=name))
    return structs.replace(there, name=there.name or house.answers.site.name)


def channel_of(house: House, line: str) -> Channel:
    return next((one for one in house.answers.channels if one.line == line), Channel(line=line))


def _target(house: House, channel: Channel) -> str:
    if not channel.department:
        return f"service:{service_id(house, OWN)}"
    names = [one.name for one in house.answers.departments]
    queue = list(house.queues)[names.index(channel.department)]
    return f"service:{service_id(house, f'{OWN}-{queue}')}"


def _line(house: House, line: Line) -> Line:
    channel = channel_of(house, line.name)
    return structs.replace(
        line, number=channel.number or line.number, flow="", target=_target(house, channel)
    )


def _trunk(house: House, trunk: Trunk) -> Trunk:
    channel = channel_of(house, trunk.name)
    return structs.replace(
        trunk, number=channel.number or trunk.number, flow="", target=_target(house, channel)
    )
