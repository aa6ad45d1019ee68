"""Coming in and leaving, and what a program may ask that is no business of the box."""

# ruff: noqa: ARG001 - rows of a table share one signature

from __future__ import annotations

from firmware.gate.hub import Hub, fully_booted
from firmware.gate.packets import Packet
from firmware.gate.session import MOST_WRONG, Session, logged_in
from firmware.version import VERSION


def challenge(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    if packet.get("authtype").upper() != "MD5":
        session.refuse(packet, "Must specify AuthType")
        return
    session.challenged = True
    session.answer(packet, "Challenge follows", ("Challenge", session.challenge))


def login(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    name = packet.get("username")
    known = name if hub.tokens.get(name) else ""
    if hub.wrong.wait_us(known, now_us):
        hub.refused(now_us)
        session.refuse(packet, "Too many wrong secrets, try later")
        session.closing = True
        return
    token = logged_in(hub.tokens, session, packet)
    session.challenged = False
    if token is None:
        _wrong_secret(hub, session, packet, known, now_us)
        return
    hub.counts.logins += 1
    session.let_in(token, packet.get("events"))
    session.answer(packet, "Authentication accepted")
    if hub.booted and session.wants(fully_booted()):
        session.tell(fully_booted())


def _wrong_secret(hub: Hub, session: Session, packet: Packet, known: str, now_us: int) -> None:
    hub.counts.wrong_secrets += 1
    hub.refused(now_us)
    hub.wrong.count(known, now_us)
    session.wrong += 1
    session.refuse(packet, "Authentication failed")
    session.closing = session.wrong >= MOST_WRONG


def logoff(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    session.say(
        (("Response", "Goodbye"), ("ActionID", packet.get("actionid")), ("Message", "Thanks for all."))
    )
    session.closing = True


def ping(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    stamp = (now_us + hub.queues.wall_offset_us) / 1e6
    session.say(
        (
            ("Response", "Success"),
            *((("ActionID", packet.get("actionid")),) if packet.get("actionid") else ()),
            ("Ping", "Pong"),
            ("Timestamp", f"{stamp:.6f}"),
        )
    )


def events(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    session.watch(packet.get("eventmask"))
    on = sorted(session.mask)
    session.answer(packet, "Events on" if on else "Events off", ("Events", ",".join(on) or "Off"))


def core_settings(hub: Hub, session: Session, packet: Packet, now_us: int) -> None:
    rows = (
        ("AMIversion", "5.0.0"),
        ("AsteriskVersion", f"Tipring {VERSION}"),
        ("SystemName", hub.config.site.box),
    )
    session.answer(packet, "Settings follow", *rows)
