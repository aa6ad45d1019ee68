"""The last-resort table of a configuration: what engine and switch agree upon before either is there."""

from __future__ import annotations

from firmware.config.expanded import expanded
from firmware.config.layout import port_of
from firmware.config.schema import Config, Line
from firmware.protocol.commands import Phrase
from firmware.protocol.last_resort import EmergencyLine, LastResort

LONGEST_DIAL_TONE_MS = 3000
"""Dial tone comes within a second; a line that is unplugged was known before."""
WAIT_PROMPTS = ("all-lines-busy", "please-wait")


def last_resort(config: Config) -> LastResort:
    """Every outside line may carry an emergency call, those for outgoing calls first."""
    config = expanded(config)
    plan = config.dial_plan
    pulses = (port_of(config, one.card, one.slot) for one in config.extensions if one.pulse)
    return LastResort(
        numbers=tuple(number for number in plan.emergency if number),
        prefix=plan.outside_prefix,
        lines=tuple(
            EmergencyLine(
                port,
                line.dial == "pulse",
                min(round(line.dial_tone_within_s * 1000), LONGEST_DIAL_TONE_MS),
                line.dial_without_tone,
            )
            for line in _in_order(config)
            if (port := port_of(config, line.card, line.slot)) >= 0
        ),
        pulse_telephones=tuple(port for port in pulses if port >= 0),
        wait=tuple(Phrase(prompt, config.site.language) for prompt in WAIT_PROMPTS),
    )


def _in_order(config: Config) -> list[Line]:
    """As the dial plan says, else the last line first; then those that are not for outgoing calls."""
    by_name = {line.name: line for line in config.lines}
    wished = config.dial_plan.outgoing_order or tuple(reversed(by_name))
    first = [by_name[name] for name in wished if name in by_name and by_name[name].outgoing]
    return [*first, *(line for line in config.lines if line not in first)]
