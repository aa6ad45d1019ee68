"""The table of RFC 4475's messages, what a target answered, and the page that shows both.

`python -m tests.peers.torture.book` asks the bare endpoint anew and writes `seen.toml` and docs/sip-torture.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from tests.peers.sip_caller import Caller, NoAnswer, header_of, status_of
from tests.peers.sip_target import Target, a_target, prove_alive

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "sip-torture.md"
SEEN = HERE / "seen.toml"
SILENCE = "silence"
SILENCE_S = 0.4
"""Nothing within so long, and an answer to a request sent afterwards: silence."""
KINDS = ("udp", "tcp")
_NUMBERS = count(1)
METHODS = ("INVITE", "REGISTER", "OPTIONS", "MESSAGE")
HEAD = """# RFC 4475, message by message

All 49 messages, sent byte by byte over UDP and TCP, but for the topmost Via: in datagrams its address is ours, since
the answer would go elsewhere, and its branch is made unique, since many of the messages share one. *Served* is what a
good request of the same method gets: from the bare endpoint of this page 486 for INVITE, 401 for REGISTER, 200 for
OPTIONS, 403 for MESSAGE. After each the endpoint must answer OPTIONS over both and serve a whole call. Written by
`python -m tests.peers.torture.book` from `tests/peers/torture/table.toml` and what was seen.

| RFC | Message | What it is | Right for us | UDP | TCP |
|---|---|---|---|---|---|
"""


class Entry(Struct, frozen=True):
    section: str
    name: str
    about: str
    answers: tuple[str, ...]
    stream: tuple[str, ...] = ()
    why: str = ""

    def allowed(self, kind: str) -> tuple[str, ...]:
        return self.stream if kind == "tcp" and self.stream else self.answers

    def text(self) -> bytes:
        return (HERE / f"{self.name}.dat").read_bytes()


def entries() -> list[Entry]:
    table = tomllib.loads((HERE / "table.toml").read_text())
    return msgspec.convert(table["message"], list[Entry])


def seen() -> dict[str, dict[str, str]]:
    """By transport and message."""
    return tomllib.loads(SEEN.read_text())


def reachable(text: bytes, here: str) -> bytes:
    """The same with our address in the topmost Via, so that the answer finds us."""
    first = re.search(rb"(?im)^v(?:ia)?[ \t]*:", text)
    if not first:
        return text
    sent_by = re.compile(rb"(SIP\s*/\s*\d\.0\s*/\s*\w+\s+)([^\s;,]+)")
    return text[: first.end()] + sent_by.sub(rb"\g<1>" + here.encode(), text[first.end() :], count=1)


def unlike_others(text: bytes, number: int) -> bytes:
    """Its first branch made unique: many of the messages share one, and would be taken for one transaction's."""
    return re.sub(rb"(?i)(branch\s*=\s*z9hG4bK)(?=[^\s;,])", rb"\g<1>%d-" % number, text, count=1)


def plain_answers(target: Target) -> dict[str, str]:
    """What a good request of each method gets here."""
    host, port = target.address("udp")
    uri = f"sip:user@{host}:{port}"
    with Caller((host, port)) as caller:
        return {method: str(caller.ask(method, uri)) for method in METHODS}


def answer_to(target: Target, text: bytes, kind: str) -> str:
    """The first final status, or silence."""
    with Caller(target.address(kind), stream=kind == "tcp") as caller:
        caller.socket.settimeout(SILENCE_S)
        text = unlike_others(text, next(_NUMBERS))
        caller.send(reachable(text, caller.here) if kind == "udp" else text)
        try:
            while not _is_final(answer := caller.receive(), text):
                pass
        except (NoAnswer, ConnectionError):
            return SILENCE
        return str(status_of(answer))


def _is_final(answer: bytes, text: bytes) -> bool:
    """For the first message there, should there be two."""
    asked = header_of(text, "Call-ID|i")
    return status_of(answer) >= 200 and header_of(answer, "Call-ID") == asked


def is_right(entry: Entry, kind: str, status: str, plain: Mapping[str, str]) -> bool:
    method = entry.text().split(b" ", 1)[0].decode("latin-1")
    return any(status == (plain.get(method) if one == "served" else one) for one in entry.allowed(kind))


def ask_all(target: Target, kind: str) -> dict[str, str]:
    """Every message once, alive after each. Raises AssertionError."""
    told: dict[str, str] = {}
    for entry in entries():
        told[entry.name] = answer_to(target, entry.text(), kind)
        prove_alive(target)
    return told


def page(told: Mapping[str, Mapping[str, str]]) -> str:
    return HEAD + "".join(_rows(told)) + "\n" + "".join(_reasons())


def _rows(told: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    for entry in entries():
        right = " or ".join(entry.answers) + (f"; TCP: {' or '.join(entry.stream)}" if entry.stream else "")
        answers = " | ".join(told[kind][entry.name] for kind in KINDS)
        yield f"| {entry.section} | {entry.name} | {entry.about} | {right} | {answers} |\n"


def _reasons() -> Iterator[str]:
    for entry in entries():
        if entry.why:
            yield f"* **{entry.name}**: {entry.why}\n"


def main() -> None:
    told: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        with a_target() as target:
            told[kind] = ask_all(target, kind)
    lines = [
        f"[{kind}]\n" + "".join(f'{name} = "{status}"\n' for name, status in told[kind].items())
        for kind in KINDS
    ]
    SEEN.write_text(
        "# What the bare endpoint answered; written by tests.peers.torture.book.\n" + "\n".join(lines)
    )
    PAGE.write_text(page(told))


if __name__ == "__main__":
    main()
