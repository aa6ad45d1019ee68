"""HTTPS from the first boot: a certificate authority of this device alone, and the certificate it gives the box.

Browsers trust it once its certificate is installed; whoever installs it compares the fingerprint with the box's own
(`tipring doctor`, the label). An own certificate of the business, put beside, goes before. Times begin long before any
box was made: a clock that was never set must not keep people out (RFC 5280 4.1.2.5).
"""

from __future__ import annotations

import datetime
import ipaddress
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from firmware.store.disk import Disk

BEGINS = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
CA_ENDS = datetime.datetime(2049, 12, 31, tzinfo=datetime.UTC)
GOOD_FOR = datetime.timedelta(days=390)
"""Browsers refuse more than 398 days."""
RENEW_WITHIN = datetime.timedelta(days=60)
OWN = ("own.crt", "own.key")


class Certificates:
    """Files in `folder` (`Places.secrets`/web), private to this user."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.authority = folder / "authority.crt"
        self._authority_key = folder / "authority.key"
        self._chain, self._key = folder / "box.crt", folder / "box.key"

    def ready(self, names: Sequence[str], now: datetime.datetime) -> tuple[Path, Path]:
        """(chain, key) to serve with: the business's own where there is one, else ours, made or renewed.

        Raises OSError, ValueError for files that are damaged.
        """
        own = tuple(self._folder / name for name in OWN)
        if all(path.exists() for path in own):
            return own[0], own[1]
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.authority.exists():
            self._make_authority()
        if not self._is_good(names, now):
            self._make_box(names, now)
        return self._chain, self._key

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the authority's certificate, as browsers show it; empty where there is none."""
        if not self.authority.exists():
            return ""
        made = x509.load_pem_x509_certificate(self.authority.read_bytes())
        return made.fingerprint(hashes.SHA256()).hex(":").upper()

    def _is_good(self, names: Sequence[str], now: datetime.datetime) -> bool:
        if not (self._chain.exists() and self._key.exists()):
            return False
        held = x509.load_pem_x509_certificate(self._chain.read_bytes())
        named = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        return set(named) >= set(_alternatives(names)) and now < held.not_valid_after_utc - RENEW_WITHIN

    def _make_authority(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tipring"),
                x509.NameAttribute(NameOID.COMMON_NAME, f"Tipring {socket.gethostname()}"[:64]),
            ]
        )
        made = (
            _begun(name, name, key.public_key(), CA_ENDS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .sign(key, hashes.SHA256())
        )
        _write(self._authority_key, _text(key))
        _write(self.authority, made.public_bytes(serialization.Encoding.PEM))

    def _make_box(self, names: Sequence[str], now: datetime.datetime) -> None:
        authority = x509.load_pem_x509_certificate(self.authority.read_bytes())
        signing = serialization.load_pem_private_key(self._authority_key.read_bytes(), None)
        if not isinstance(signing, ec.EllipticCurvePrivateKey):
            raise ValueError(f"{self._authority_key} is no key of ours")
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
        made = (
            _begun(name, authority.subject, key.public_key(), max(now, BEGINS) + GOOD_FOR)
            .add_extension(x509.SubjectAlternativeName(_alternatives(names)), critical=False)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .sign(signing, hashes.SHA256())
        )
        _write(self._key, _text(key))
        _write(self._chain, made.public_bytes(serialization.Encoding.PEM) + self.authority.read_bytes())


def _begun(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, ends: datetime.datetime
) -> x509.CertificateBuilder:
    begins = max(BEGINS, ends - datetime.timedelta(days=397)) if ends != CA_ENDS else BEGINS
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _alternatives(names: Sequence[str]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in dict.fromkeys(names):
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name.strip("[]"))))
        except ValueError:
            with suppress(ValueError):
                found.append(x509.DNSName(name))
    return found


def _text(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, text: bytes) -> None:
    """Whole or not at all, private, on the disk when this returns."""
    partial = path.with_suffix(".new")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        os.write(handle, text)
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.rename(path)
    Disk().sync_directory(path.parent)
