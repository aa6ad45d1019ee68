"""What the doctor says of pjproject as it is installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from drivers.sip import build_info
from drivers.sip.build_info import BuildInfo
from firmware.cli.doctor import sip
from firmware.cli.doctor.finding import Finding
from firmware.protocol.places import Places

GOOD = BuildInfo(
    "2.17",
    "pj.tar",
    "ab" * 32,
    "signed",
    "r",
    {"PJSUA_MAX_CALLS": 512, "PJ_IOQUEUE_MAX_HANDLES": 4096},
)


def looked(built: BuildInfo | None, monkeypatch: pytest.MonkeyPatch) -> Finding:
    monkeypatch.setattr(sip, "read", lambda: built)
    found: Iterator[Finding] = sip.look(Places(Path("/none")))
    (one,) = found
    return one


def replaced(**changes: object) -> BuildInfo:
    return msgspec.structs.replace(GOOD, **changes)


@pytest.mark.parametrize(
    ("built", "slug", "well"),
    [
        (GOOD, "sip", True),
        (replaced(version="2.18.1"), "sip", True),
        (replaced(trust="given"), "sip-given", True),
        (replaced(version="2.16"), "sip-old", False),
        (replaced(version="2.9"), "sip-old", False),
        (replaced(version="soup"), "sip-old", False),
        (replaced(limits={"PJSUA_MAX_CALLS": 4, "PJ_IOQUEUE_MAX_HANDLES": 4096}), "sip-small", False),
        (replaced(limits={"PJSUA_MAX_CALLS": 512, "PJ_IOQUEUE_MAX_HANDLES": 64}), "sip-small", False),
        (replaced(limits={}), "sip-small", False),
        (None, "sip-missing", False),
    ],
)
def test_what_is_found(
    built: BuildInfo | None, slug: str, well: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = looked(built, monkeypatch)
    assert (found.slug, found.well) == (slug, well)
    assert ("abababababab" in found.seen) is (slug in {"sip", "sip-given"})


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\xff"])
def test_a_manifest_that_cannot_be_read_is_none(
    tmp_path: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_info, "home", lambda: tmp_path)
    if content is not None:
        (tmp_path / "manifest.json").write_bytes(content)
    assert build_info.read() is None
