"""A folder packed as a wheel that pip installs (PEP 427)."""

from __future__ import annotations

import base64
import hashlib
import sys
import sysconfig
import zipfile
from pathlib import Path

NAME = "tipring_pjproject"


def tag() -> str:
    """This interpreter on this kind of machine."""
    python = f"cp{sys.version_info.major}{sys.version_info.minor}"
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    return f"{python}-{python}-{machine}"


def pack(content: Path, version: str, into: Path) -> Path:
    """The wheel's path. `content` is laid out as in site-packages; links are left out."""
    told = f"{NAME}-{version}.dist-info"
    files = {str(path.relative_to(content)): path.read_bytes() for path in sorted(content.rglob("*"))
             if path.is_file() and not path.is_symlink()}  # fmt: skip
    files[f"{told}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {NAME.replace('_', '-')}\nVersion: {version}\n"
        "Summary: pjproject and pjsua2 with a switchboard's limits\nLicense: GPL-2.0-or-later\n"
    ).encode()
    files[f"{told}/WHEEL"] = (
        f"Wheel-Version: 1.0\nGenerator: tipring\nRoot-Is-Purelib: false\nTag: {tag()}\n"
    ).encode()
    target = into / f"{NAME}-{version}-{tag()}.whl"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
        archive.writestr(f"{told}/RECORD", _record(files, told))
    return target


def _record(files: dict[str, bytes], told: str) -> str:
    lines = [f"{name},sha256={_digest(data)},{len(data)}" for name, data in files.items()]
    return "\n".join([*lines, f"{told}/RECORD,,", ""])


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
