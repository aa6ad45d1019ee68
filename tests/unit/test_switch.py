"""The switch over a bench card: commands in, sound and events out."""

from __future__ import annotations

import numpy as np
from tests.unit.switch_bench import Bench

from drivers import ports as wires
from drivers.dsp import tones
from firmware.prompts.bank import PromptBank
from firmware.protocol import commands as ask
from firmware.protocol import events as told


def test_smoke() -> None:
    bench = Bench()
    bench.do(ask.Seize(port=0), ask.Hear(port=0, source=4), ask.Hear(port=4, source=0))
    bench.lift(4)
    print(bench.run(3))
    print(bench.card.commands, bench.findings)
