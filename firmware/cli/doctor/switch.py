"""The half that carries: its punctuality, its tape, its cards, what it could not carry out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from firmware.cli.doctor.finding import Finding
from firmware.cli.doctor.told import number
from firmware.cli.told import read_told
from firmware.protocol.places import Places
from firmware.protocol.role import role_is_held

RING_FILLS = 0.5
STANDSTILLS = 0.01
"""Of all seconds: the machine itself stood still."""


def look(places: Places) -> Iterator[Finding]:
    """Nothing of a switch that does not run, or of another version."""
    now = read_told(places, "switch")
    pace = now.get("pace")
    if not isinstance(pace, dict) or not role_is_held(places.run, "switch"):
        return
    data = _data(now, pace)
    found = [Finding(slug, data) for slug, wrong in _wrong(now, pace).items() if wrong]
    found += [Finding("switch-finding", {"text": text}) for text in _list(now.get("findings"))]
    yield from found or [Finding("switch", data)]


def _wrong(now: Mapping[str, Any], pace: Mapping[str, Any]) -> dict[str, bool]:
    seconds = number(pace, "seconds")
    return {
        "ticks-late": number(pace, "late_ticks") > 0,
        "machine-stands": seconds > 60 and number(pace, "seconds_not_counted") > STANDSTILLS * seconds,
        "tape-overrun": number(now, "tape_lost_blocks") > 0,
        "audio-ring-fills": number(now, "audio_ring_fill") > RING_FILLS,
        "engine-away": now.get("engine_state", "deciding") in {"absent", "silent"},
        "events-lost": number(now, "events_lost") > 0,
        "commands-misfit": number(now, "misfit_commands") > 0,
        "prompts-asked-in-vain": number(now, "missing_prompts") > 0,
        "prompts-crowded": number(now, "crowded_prompts") > 0,
        "clocks-slip": number(now, "slips") > 0,
        "frames-garbled": number(now, "garbled_frames") > 0,
    }


def _data(now: Mapping[str, Any], pace: Mapping[str, Any]) -> dict[str, object]:
    return {
        "ticks": round(number(now, "tick")),
        "late": round(number(pace, "late_ticks")),
        "stood": round(number(pace, "seconds_not_counted")),
        "blocks": round(number(now, "tape_lost_blocks")),
        "fill": f"{number(now, 'audio_ring_fill'):.0%}",
        "state": now.get("engine_state", ""),
        "events": round(number(now, "events_lost")),
        "commands": round(number(now, "misfit_commands")),
        "prompts": round(number(now, "missing_prompts")),
        "crowded": round(number(now, "crowded_prompts")),
        "slips": round(number(now, "slips")),
        "frames": round(number(now, "garbled_frames")),
    }


def _list(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else []
