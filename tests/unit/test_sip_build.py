"""Where pjproject's source comes from, and what is refused. Nothing is compiled here, nothing fetched."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from provisioning.pjsua2 import archive, source, wheel
from provisioning.pjsua2.errors import SourceMissing, SourceRefused

MAK = "export PJ_VERSION_MAJOR  := {}\nexport PJ_VERSION_MINOR  := {}\nexport PJ_VERSION_REV    := {}\n"


def tree(path: Path, *version: str) -> Path:
    text = MAK.format(*version, *[""] * (3 - len(version))).encode()
    with tarfile.open(path, "w:bz2") as tar:
        told = tarfile.TarInfo("pjproject/version.mak")
        told.size = len(text)
        tar.addfile(told, io.BytesIO(text))
    return path


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (source.SOURCE_SETTING, source.DIGEST_SETTING):
        monkeypatch.delenv(name, raising=False)


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An apt that knows one mirror with one file."""
    codename = archive._codename()
    (tmp_path / "there.tar.bz2").write_bytes(tree(tmp_path / "made", "2", "17").read_bytes())
    tool(
        tmp_path,
        "apt-get",
        f'case "$*" in *indextargets*) echo "{codename}|copy://mirror/|/ring.gpg"; echo "other|copy://no/|";; '
        "*print-uris*) echo \"'copy://mirror/a.orig.tar.xz' a.orig.tar.xz 1 SHA256:0\"; "
        "echo \"'copy://mirror/x' a_2.orig-Xpjproject.tar.bz2 1 SHA256:1\";; "
        f'*update*) cat {tmp_path}/cache/apt/sources.list > {tmp_path}/asked; echo "$*" >> {tmp_path}/asked;; esac',
    )
    tool(tmp_path, "helper", f'cp {tmp_path}/there.tar.bz2 "$3"')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(archive, "APT_HELPER", str(tmp_path / "helper"))
    return tmp_path


def test_debian_gives_it_through_the_machines_own_mirror_and_only_once(mirror: Path) -> None:
    found = source.find(mirror / "cache")
    assert found.trust == "signed"
    assert found.sha256 == hashlib.sha256((mirror / "there.tar.bz2").read_bytes()).hexdigest()
    asked = (mirror / "asked").read_text()
    assert asked.startswith("deb-src [signed-by=/ring.gpg] copy://mirror/ unstable main\n")
    assert f"Dir::State={mirror}/cache/apt/state" in asked
    tool(mirror, "apt-get", "exit 9")
    assert source.find(mirror / "cache") == found


def test_without_network_or_cache_the_way_out_is_named(mirror: Path) -> None:
    tool(mirror, "apt-get", 'case "$*" in *indextargets*) exit 0;; esac; exit 100')
    with pytest.raises(SourceMissing, match=source.SOURCE_SETTING):
        source.find(mirror / "cache")


def test_a_mirror_that_fails_is_told(mirror: Path) -> None:
    tool(mirror, "helper", "echo unreachable >&2; exit 1")
    with pytest.raises(SourceMissing, match="unreachable"):
        source.find(mirror / "cache")


def test_a_path_of_ones_own_is_taken_and_held_to_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tree(tmp_path / "own.tar.bz2", "2", "17", "1")
    monkeypatch.setenv(source.SOURCE_SETTING, str(path))
    found = source.find(tmp_path / "cache")
    assert found.trust == "given"
    assert source.unpack(found, tmp_path / "out") == (tmp_path / "out/pjproject", "2.17.1")
    monkeypatch.setenv(source.DIGEST_SETTING, "0" * 64)
    with pytest.raises(SourceRefused, match=found.sha256):
        source.find(tmp_path / "cache")


def test_a_path_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(source.SOURCE_SETTING, str(tmp_path / "nowhere"))
    with pytest.raises(SourceMissing, match="nowhere"):
        source.find(tmp_path / "cache")


@pytest.mark.parametrize("version", [("2", "16"), ("2", "9"), ("1", "17")])
def test_what_is_too_old_is_refused(tmp_path: Path, version: tuple[str, ...]) -> None:
    path = tree(tmp_path / "old.tar", *version)
    with pytest.raises(SourceRefused, match="vulnerabilities"):
        source.unpack(source.Source(path, "", "given"), tmp_path / "out")


def test_what_is_no_source_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(b"\x1f\x8bnoise")
    with pytest.raises(SourceRefused, match="no tar"):
        source.unpack(source.Source(path, "", "given"), tmp_path / "out")


def test_the_wheel_is_one_that_pip_takes(tmp_path: Path) -> None:
    content = tmp_path / "content"
    (content / "pjproject").mkdir(parents=True)
    (content / "tip_probe.py").write_text("ANSWER = 42\n")
    (content / "pjproject" / "manifest.json").write_text("{}")
    made = wheel.pack(content, "2.17+tipring1", tmp_path)
    assert zipfile.ZipFile(made).testzip() is None
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--disable-pip-version-check",
    ]
    done = subprocess.run(
        [*pip, "--target", str(tmp_path / "site"), str(made)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site" / "tip_probe.py").is_file()
