"""The SIP process of a box, as a program: `python -m tests.peers.sip_box DATA BOX.toml`. Ends when told to."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from msgspec.structs import replace

from drivers.clock import MonotonicClock
from firmware.config.load import load
from firmware.config.schema import Config
from firmware.protocol.places import Places
from firmware.sip import runner
from firmware.sip.plan import plan_of


def main() -> None:
    data, box = Path(sys.argv[1]), Path(sys.argv[2])
    told: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, frame: told.append(number))
    places = Places(data)
    places.make()
    config, faults = load(box, Config)
    assert config is not None, faults
    plan = plan_of(config, places.secrets)
    level = int(os.environ.get("SIP_LOG", "1"))  # 4: all messages
    plan = replace(plan, settings=replace(plan.settings, log_level=level))
    runner.run(places, plan, config.sip, clock=MonotonicClock(), stopped=lambda: bool(told))


if __name__ == "__main__":
    main()
