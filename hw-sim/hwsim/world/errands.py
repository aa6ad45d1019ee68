"""What a person at a telephone does step by step: feature codes, calls, hold, transfer, conference."""

from __future__ import annotations

from enum import Enum, auto

from msgspec import Struct

from firmware.config.schema import Features
from firmware.protocol.names import Tone
from hwsim.scenario import Dialling, Handling, Person


class Wait(Enum):
    """What ends a step besides its time."""

    TIME = auto()
    DIAL_TONE = auto()
    VOICE = auto()


class Step(Struct, frozen=True):
    """Do something, then wait for `until` or `for_us`, whichever is first."""

    for_us: int
    until: Wait = Wait.TIME
    press: str = ""
    flash: bool = False
    hang_up: bool = False
    talk: bool = False
    hush: bool = False
    give_up: bool = False
    """What was waited for did not come: hang up."""
    go_back: bool = False
    """What was waited for did not come: flash, and go on talking to the first party."""


Errand = tuple[Step, ...]

DIAL_TONES = (Tone.DIAL, Tone.SPECIAL_DIAL)
CONFERENCE_KEY = "3"
"""After a flash while consulting: all three together."""
_TONE_US = 4_000_000
_CALL_US = 45_000_000


def dialling_us(digits: str) -> int:
    """How long keying these digits takes, and a moment more."""
    return len(digits) * 200_000 + 300_000


def feature_code(digits: str) -> Errand:
    """From off-hook: dial a code, listen a little, hang up."""
    return (
        Step(_TONE_US, Wait.DIAL_TONE, give_up=True),
        Step(dialling_us(digits) + 2_500_000, press=digits),
        Step(0, hang_up=True),
    )


def call(plan: Dialling, talk_us: int) -> Errand:
    """From off-hook: dial a number, talk when somebody answers, hang up."""
    return (
        Step(_TONE_US, Wait.DIAL_TONE, give_up=True),
        Step(dialling_us(plan.number) + _CALL_US, Wait.VOICE, press=plan.number, give_up=True),
        Step(talk_us, talk=True),
        Step(0, hush=True, hang_up=True),
    )


def handling(plan: Handling) -> Errand:
    """Within a conversation."""
    away = Step(_TONE_US, Wait.DIAL_TONE, flash=True, hush=True)
    for_us = round(plan.for_s * 1e6)
    if plan.do == "hold":
        return (Step(for_us, flash=True, hush=True), Step(300_000, flash=True), Step(0, talk=True))
    dial = Step(dialling_us(plan.to) + 2_000_000, press=plan.to)
    if plan.do == "blind":
        return (away, dial, Step(0, hang_up=True))
    consult = Step(dialling_us(plan.to) + 25_000_000, Wait.VOICE, press=plan.to, go_back=True)
    talk = Step(for_us, talk=True)
    if plan.do == "attended":
        return (away, consult, talk, Step(0, hush=True, hang_up=True))
    return (away, consult, talk, Step(400_000, flash=True), Step(600_000, press=CONFERENCE_KEY))


def planned(person: Person, features: Features) -> list[tuple[int, str]]:
    """A person's feature codes of the day: (when in µs, digits), in order of time."""
    plan: list[tuple[float, str]] = []
    if person.agent and person.signs_in_at_s >= 0:
        pin = f"{person.pin}#" if person.pin else ""
        plan.append((person.signs_in_at_s, f"{features.sign_in}{person.agent}#{pin}"))
    if person.signs_out_at_s:
        plan.append((person.signs_out_at_s, features.sign_out))
    for away in person.breaks:
        plan.append((away.at_s, f"{features.not_ready}{away.reason}"))
        plan.append((away.at_s + away.for_s, features.ready))
    return sorted((round(at_s * 1e6), digits) for at_s, digits in plan)
