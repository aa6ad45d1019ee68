"""SIP of a running box: whether it is there, how many telephones and trunks it knows, who tries to get in."""

from __future__ import annotations

from collections.abc import Iterator

from firmware.cli.box_now import box_now_us
from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import config_of, whole
from firmware.cli.told import read_told
from firmware.config.expanded import SIP_CARD
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

SILENT_US = 10_000_000
GUESSES = 100
"""So many wrong passwords are no slip of a hand."""


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a box that does not run, or has no SIP."""
    now_us, config = box_now_us(places), config_of(places)
    if now_us is None or config is None or not role_is_held(places.run, "engine"):
        return
    cards = {card.name for card in config.cards if card.kind == SIP_CARD}
    if not cards:
        return
    told = read_told(places, "sip")
    if not role_is_held(places.run, "sip") or now_us - whole(told, "at_us") > SILENT_US:
        yield Finding("sip-gone", {"log": places.log / "sip.log"})
        return
    yield from _of(config, cards, told)


def _of(config: Config, cards: set[str], told: dict[str, object]) -> Iterator[Finding]:
    telephones = sum(one.card in cards for one in config.extensions)
    data = {
        "telephones": whole(told, "telephones"),
        "all": telephones,
        "trunks": whole(told, "trunks"),
        "every": len(config.trunks),
        "calls": whole(told, "calls"),
    }
    down = data["trunks"] < len(config.trunks)
    nobody = telephones and not data["telephones"]
    yield Finding("sip-trunk-down" if down else "sip-nobody" if nobody else "sip-service", data)
    failures, bans = whole(told, "log_in_failures"), whole(told, "bans")
    if failures >= GUESSES:
        yield Finding("sip-guessed", {"failures": failures, "bans": bans})
    if not told.get("is_realtime"):
        yield Finding("sip-no-priority")
