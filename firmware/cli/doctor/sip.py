"""What SIP is built on: its version, its limits, where its source came from."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.sip.build_info import BuildInfo, read
from firmware.cli.doctor.finding import Finding
from firmware.protocol.places import Places

OLDEST = (2, 17)
"""Earlier ones have published vulnerabilities (docs/decisions/sip-build.md)."""
CALLS, HANDLES_PER_CALL = 512, 2
SHOWN = 12


def look(_: Places) -> Iterator[Finding]:
    built = read()
    yield _found(built) if built else Finding("sip-missing")


def _found(built: BuildInfo) -> Finding:
    calls, handles = (built.limits.get(name, 0) for name in ("PJSUA_MAX_CALLS", "PJ_IOQUEUE_MAX_HANDLES"))
    data = {
        "version": built.version,
        "calls": calls,
        "source": built.source,
        "hash": built.source_sha256[:SHOWN],
    }
    if _numbers(built.version) < OLDEST:
        return Finding("sip-old", data)
    if calls < CALLS or handles < HANDLES_PER_CALL * calls:
        return Finding("sip-small", data)
    return Finding("sip-given" if built.trust == "given" else "sip", data)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
