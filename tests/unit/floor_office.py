"""An office for tests of queues: agents 801 and 802 of `sales`, supervisor 804, a second queue, numbers for both."""

from __future__ import annotations

from msgspec import convert, structs

from firmware.config.schema import Agent, Config, Hours, Positions, Queue
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox, office

RULES = Positions()


def floor_office(positions: Positions = RULES, /, **queue: object) -> Config:
    """`queue` goes to `sales`; nobody sits at 803, the supervisor at 804."""
    config = office(**({"number": "700", "announce_every_s": 0.0} | queue))
    service = convert({"id": "service", "number": "701", "announce_every_s": 0.0, "max_wait_s": 0.0}, Queue)
    chief = Agent(id="900", kind="supervisor")
    agents = tuple(chief if one.id == "900" else one for one in config.agents)
    seats = {"803": "", "804": "900"}
    extensions = tuple(
        structs.replace(one, agent=seats.get(one.number, one.agent)) for one in config.extensions
    )
    return structs.replace(
        config,
        agents=agents,
        extensions=extensions,
        queues=(*config.queues, service),
        hours=(*config.hours, Hours(id="morning", open={"mon": ("08:00-12:00",)})),
        positions=positions,
    )


def away(box: FakeBox, *agents: str) -> None:
    for agent in agents or ("801", "802"):
        box.give(i.AgentOrder(f"away-{agent}-{box.now_us}", "test", agent, "not-ready", "meeting"))


def back(box: FakeBox, *agents: str) -> None:
    for agent in agents or ("801", "802"):
        box.give(i.AgentOrder(f"back-{agent}-{box.now_us}", "test", agent, "ready"))
