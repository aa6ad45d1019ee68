"""How late everything is noticed in the whole box with silicon and audio, in microseconds: all measured.

`tests/scenario/test_fast_latencies.py` holds the figures that hang on our own code against the full model.
"""

from __future__ import annotations

from firmware.protocol.names import Tone

TICK_US = 20_000

RING_US = 65_000
"""Ringing current to `RingBegan` (ring validation of three alternations)."""
RING_OVER_US = 80_000
CALLER_ID_US = 5_000
"""End of a message to its decoding."""
REVERSAL_US = 70_000
OPEN_LOOP_US = 80_000
BATTERY_US = 1_000_000
"""Loss of battery on-hook to the alarm."""
HOOK_US = 20_000
"""A command to the loop, to the exchange's seeing it."""
DTMF_US = 45_000
"""Beginning of a key to its decoding, both at the box and at the exchange."""
PULSE_DIGIT_US = 250_000
"""End of a digit's last pulse to the exchange's knowing it."""
VOICE_US = 240_000
"""Beginning of speech to `VoiceRecognised`."""
MARK_US = 280_000
"""Beginning of a voiceprint at the lips to its being known at the ear."""
GOODBYE_US = 280_000
BEEP_US = 190_000
MUSIC_US = 2_400_000
"""Beginning of a tune to its being known, by the second at which an ear looks: half a second more or less."""
PORT_FAILED_US = 60_000
"""Loss of a port's power to its alarm."""
PORT_TRY_US = 970_000
"""The driver's try to bring a chip without power up."""
PORT_UP_US = 1_200_000
"""One that succeeds."""
AUDIO_US = 40_000
"""Lips to ear, and player to ear."""

TONES_HEARD_US = {Tone.DIAL: 1_160_000, Tone.SPECIAL_DIAL: 1_000_000}
"""By the box on a line; the others by their cadence."""
STANDS_US = 460_000
"""A tone that stands, where any will do for dial tone."""
CYCLES_HEARD = 5.0
"""Cycles of busy tone or congestion until the box is sure."""
CYCLES_EAR = 2.0
"""Cycles until a person is."""
EAR_DIAL_US = 1_260_000
EAR_SLACK_US = 60_000
