"""Recordings in the browser: who may hear one, its bytes, what people note at a moment of it."""
