"""Signals for benches and worlds: noise, hum, keys, speech, music, echo paths. Seeded; in dBm0; 8 kHz."""
