"""Defects put back, one at a time: the rig must find each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

PLANTED: Mapping[str, Callable[[], None]] = {}
