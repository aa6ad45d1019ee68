"""A box whose line L1 and number 850 lead into one flow made of the given nodes. For tests of flows."""

from __future__ import annotations

from msgspec import structs

from firmware.config.schema import Config, Flow, Lookup, Node
from firmware.protocol import inputs as i
from tests.unit.fake_box import FakeBox, office

CRM = Lookup(
    id="crm", kind="http", url="https://crm.example/{number}", take={"name": "name", "level": "level"}
)


def with_flow(*nodes: Node, flows: tuple[Flow, ...] = (), **keys: object) -> Config:
    config = office(**{name: keys.pop(name) for name in ("survey",) if name in keys})
    main = structs.replace(Flow(id="main", start=nodes[0].id, nodes=nodes, number="850"), **keys)
    return structs.replace(config, flows=(main, *flows), lookups=(CRM,))


def called(*nodes: Node, flows: tuple[Flow, ...] = (), **keys: object) -> FakeBox:
    """A caller on L1 is in the flow."""
    box = FakeBox(with_flow(*nodes, flows=flows, **keys))
    box.ring("L1")
    return box


def hear_all(box: FakeBox, where: str = "L1", most: int = 50) -> list[str]:
    """Everything that plays is heard to its end, until the box waits, says good-bye or has gone."""
    heard: list[str] = []
    for _ in range(most):
        words = box.words(where)
        if not words or words[-1] == "music":
            break
        heard += words
        box.heard(where)
    return heard


def answer(box: FakeBox, result: str = "done", **values: str) -> None:
    """The jobs process's word on the newest job."""
    job = box.engine.state.jobs_made
    box.give(i.JobAnswered(f"job:{job}", job, result, values=values))


BYE = Node(id="bye", kind="hang-up", prompt="goodbye")
LOST = Node(id="lost", kind="hang-up", prompt="not-available")
