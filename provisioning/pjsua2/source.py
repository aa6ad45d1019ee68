"""The source of pjproject: found, checked, unpacked."""

from __future__ import annotations

import hashlib
import os
import re
import tarfile
import tomllib
from dataclasses import dataclass
from pathlib import Path

from provisioning.pjsua2 import archive
from provisioning.pjsua2.commands import run
from provisioning.pjsua2.errors import SourceMissing, SourceRefused

SOURCE_SETTING = "TIPRING_PJPROJECT_SOURCE"
"""A path or an address of a pjproject tar; empty: Debian unstable."""
DIGEST_SETTING = "TIPRING_PJPROJECT_SHA256"
"""What the file of the setting above must have; empty: what it has is written down."""
PINS = tomllib.loads((Path(__file__).parent / "pins.toml").read_text())
VERSION = re.compile(r"PJ_VERSION_(MAJOR|MINOR|REV)\s*:=\s*(\d*)")


@dataclass(frozen=True)
class Source:
    """A tar on this machine. `trust`: `pinned`, `signed` (Debian's archive), `given` (a setting)."""

    path: Path
    sha256: str
    trust: str


def find(cache: Path) -> Source:
    """From the setting, else from the cache, else from Debian. Raises SourceMissing, SourceRefused."""
    given = os.environ.get(SOURCE_SETTING, "")
    if given:
        return _checked(_given(given, cache), "given")
    kept = sorted(cache.glob(f"*{archive.COMPONENT}*"), key=lambda path: path.stat().st_mtime)
    kept = [path for path in kept if not path.name.endswith(".part")]
    try:
        return _checked(kept[-1] if kept else archive.fetch(cache / "apt", cache), "signed")
    except SourceMissing as error:
        raise SourceMissing(
            f"{error}\nNo source of pjproject is cached on this machine. Connect it to its Debian mirror, or set "
            f"{SOURCE_SETTING} to a pjproject tar (a path or an address)."
        ) from error


def unpack(source: Source, into: Path) -> tuple[Path, str]:
    """(folder of the tree, version). Raises SourceRefused."""
    try:
        with tarfile.open(source.path) as tar:
            # Python before 3.11.4 may lack the filter; the tar is Debian's or the administrator's own.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            tar.extractall(into)  # noqa: S202
    except (tarfile.TarError, OSError, EOFError) as error:
        raise SourceRefused(f"{source.path} is no tar that can be read: {error}") from error
    found = sorted(into.glob("**/version.mak"), key=lambda path: len(path.parts))
    if not found:
        raise SourceRefused(f"{source.path} holds no pjproject")
    told = {name: number for name, number in VERSION.findall(found[0].read_text()) if number}
    version = ".".join(told[name] for name in ("MAJOR", "MINOR", "REV") if name in told)
    if _numbers(version) < _numbers(PINS["oldest"]):
        raise SourceRefused(
            f"pjproject {version} has published vulnerabilities; {PINS['oldest']} or newer is needed"
        )
    return found[0].parent, version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _given(where: str, cache: Path) -> Path:
    if "://" not in where:
        path = Path(where).expanduser()
        if not path.is_file():
            raise SourceMissing(f"{SOURCE_SETTING} names {path}, which is no file")
        return path
    cache.mkdir(parents=True, exist_ok=True)
    target = cache / f"given-{hashlib.sha256(where.encode()).hexdigest()[:16]}.tar"
    if not target.is_file():
        run([archive.APT_HELPER, "download-file", where, str(target)])
    return target


def _checked(path: Path, trust: str) -> Source:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    wanted = os.environ.get(DIGEST_SETTING, "") if trust == "given" else ""
    if wanted and wanted.lower() != sha256:
        raise SourceRefused(f"{path} has SHA-256 {sha256}, wanted is {wanted}")
    return Source(path, sha256, "pinned" if sha256 in PINS.get("sha256", {}) else trust)
