"""pjproject out of Debian unstable's `asterisk` source package, through apt, with apt state of our own.

The machine's sources, lists and locks stay as they are. The mirror is the one the machine itself uses.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from provisioning.pjsua2.commands import run, say
from provisioning.pjsua2.errors import BuildError, SourceMissing

SUITE = "unstable"
PACKAGE = "asterisk"
COMPONENT = ".orig-Xpjproject.tar"
APT_HELPER = "/usr/lib/apt/apt-helper"
LISTED = re.compile(r"^'(?P<uri>[^']+)' (?P<name>\S+) \d+ (?P<hash>\S+)$", re.MULTILINE)


@dataclass(frozen=True)
class Listed:
    """A file as apt's signed lists name it. `digest` is apt's form, `SHA256:…`."""

    uri: str
    name: str
    digest: str


def mirrors() -> list[tuple[str, str]]:
    """(address, keyring) of the machine's own Debian release, in apt's order; keyring may be empty."""
    codename = _codename()
    told = run(
        ["apt-get", "indextargets", "--format", "$(RELEASE)|$(REPO_URI)|$(SIGNED_BY)", "Created-By: Packages"]
    )
    rows = [line.split("|") for line in told.splitlines()]
    return list(dict.fromkeys((row[1], row[2]) for row in rows if len(row) == 3 and row[0] == codename))


def fetch(folder: Path, into: Path) -> Path:
    """The component's file in `into`. `folder` keeps apt's lists. Raises SourceMissing where no mirror has it."""
    found = mirrors()
    if not found:
        raise SourceMissing("apt knows no Debian mirror on this machine")
    why = ""
    for uri, keyring in found:
        try:
            return _download(_listed(folder, uri, keyring), into)
        except BuildError as error:
            why = str(error)
    raise SourceMissing(f"no mirror of this machine gave {PACKAGE} of Debian {SUITE}: {why}")


def _codename() -> str:
    told = dict(
        line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line
    )
    return told.get("VERSION_CODENAME", "").strip('"')


def _listed(folder: Path, uri: str, keyring: str) -> Listed:
    options = own_state(folder, "deb-src", uri, keyring)
    say(f"asking {uri} for the sources of Debian {SUITE}")
    run(["apt-get", *options, "update"])
    told = run(["apt-get", *options, "source", "--print-uris", "--only-source", PACKAGE])
    for hit in LISTED.finditer(told):
        if COMPONENT in hit["name"] and not hit["name"].endswith(".asc"):
            return Listed(hit["uri"], hit["name"], hit["hash"])
    raise SourceMissing(f"{PACKAGE} of Debian {SUITE} has no {COMPONENT} any more")


def own_state(folder: Path, kind: str, uri: str, keyring: str) -> list[str]:
    """Options of an apt with a state of its own in `folder`. `kind`: `deb`, `deb-src`.

    A state of its own does not keep dpkg from the machine's `/`; that there is no dpkg does.
    """
    signed = f"[signed-by={keyring}] " if keyring.startswith("/") else ""
    for name in ("state/lists/partial", "cache/archives/partial", "parts"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(f"{kind} {signed}{uri} {SUITE} main\n")
    told = {
        "Dir::State": folder / "state",
        "Dir::State::status": folder / "status",
        "Dir::Cache": folder / "cache",
        "Dir::Bin::dpkg": "/bin/false",
        "Dir::Etc::SourceList": folder / "sources.list",
        "Dir::Etc::SourceParts": folder / "parts",
        "Acquire::Languages": "none",
        "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
        "APT::Update::Error-Mode": "any",
        "APT::Update::Post-Invoke-Success::": "",
    }
    return [word for name, value in told.items() for word in ("-o", f"{name}={value}")]


def _download(listed: Listed, into: Path) -> Path:
    """Through apt's own transport, which knows the machine's proxies; apt checks the digest."""
    into.mkdir(parents=True, exist_ok=True)
    target = into / listed.name.replace("/", "_")
    part = target.with_name(target.name + ".part")
    say(f"fetching {listed.name}")
    run([APT_HELPER, "download-file", listed.uri, str(part), listed.digest])
    part.replace(target)
    return target
