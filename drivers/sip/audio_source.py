"""Whom calls' audio is taken from: their far ends alone (rtp_source.c)."""

from __future__ import annotations

from msgspec import Struct

from drivers.sip._sip import ffi, lib


class AudioSources(Struct, frozen=True):
    """Since the endpoint started."""

    foreign: int
    """Packets that were not the far end's: dropped. Also what found its socket full."""
    learned: int
    """Far ends found elsewhere than their SDP said: behind routers."""


def guard_audio() -> None:
    """After pjsua was initialised, before any call."""
    lib.tip_rtp_start()


def comes_from(pjsua_call: int, source: str) -> None:
    """Its signalling: behind a router its audio may too, whatever SDP says. What is no address is let be."""
    lib.tip_rtp_peer(pjsua_call, source.encode())


def audio_sources() -> AudioSources:
    two = ffi.new("uint64_t[2]")
    lib.tip_rtp_counts(two)
    return AudioSources(*two)
