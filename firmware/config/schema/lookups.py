"""What flows look up, and what the jobs process may do for it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from firmware.config.schema.part import Part, one_of


class Lookup(Part, frozen=True):
    """A question to a database or a web service. Its answer goes into variables of the flow that asks."""

    id: Annotated[str, Meta(extra={"defines": "lookup", "form": "name"})]
    """What flows call it."""
    kind: Annotated[str, one_of("http", "sql")]
    """A web service that answers with JSON, or a SQLite file."""
    url: str = ""
    """`http`: address; `{name}` in its path or query is a parameter. No user names or passwords in it."""
    method: Annotated[str, one_of("GET", "POST")] = "GET"
    """`http`: with POST the parameters that the address does not name are its JSON body."""
    token: str = ""
    """`http`: file below the box's `secrets` directory; its first line is sent as bearer token."""
    file: str = "business.db"
    """`sql`: SQLite file in the box's data directory, or an absolute path. It is opened for reading only."""
    statement: str = ""
    """`sql`: one SELECT; `:name` is a parameter. Its first row is the answer."""
    take: dict[str, str] = field(default_factory=dict)
    """Variable to where it stands in the answer: a column, or a path of names and places (`customer.tags.0`)."""


class Jobs(Part, frozen=True):
    """The process that does what may take long."""

    networks: tuple[str, ...] = ()
    """Private networks that look-ups may reach (`192.168.10.0/24`); all others that are not public are shut."""
    schemes: tuple[Annotated[str, one_of("https", "http")], ...] = ("https",)
    """Kinds of addresses that look-ups may have."""
    ports: tuple[Annotated[int, Meta(ge=1, le=65535)], ...] = (443, 80, 8443, 8080)
    """Ports that look-ups may reach."""
    certificates: str = ""
    """File of further certificate authorities to trust, as PEM."""
    at_once: Annotated[int, Meta(ge=1, le=32)] = 8
    """So many look-ups are under way at a time; others wait."""
    answer_kb: Annotated[int, Meta(ge=1, le=1024)] = 64
    """Longer answers are refused."""
