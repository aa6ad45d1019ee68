"""The device's own authority: made once, its certificate renewed, trusted by whoever has the authority's."""

from __future__ import annotations

import datetime
import socket
import ssl
import stat
import threading
from pathlib import Path

import pytest
from cryptography import x509

from webui.security.certificates import BEGINS, OWN, RENEW_WITHIN, Certificates

NAMES = ["box.local", "127.0.0.1", "192.168.1.9"]
NOW = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)


def greets(chain: Path, key: Path, trusted: Path, name: str) -> str:
    """What a client that trusts only `trusted` says of a server with this certificate."""
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(chain, key)
    asking = ssl.create_default_context(cafile=str(trusted))
    one, other = socket.socketpair()

    def serve() -> None:
        try:
            serving.wrap_socket(one, server_side=True).close()
        except (ssl.SSLError, OSError):
            one.close()

    there = threading.Thread(target=serve)
    there.start()
    try:
        asking.wrap_socket(other, server_hostname=name).close()
        return "trusted"
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    finally:
        other.close()
        there.join()


def test_who_has_the_authority_trusts_the_box_by_each_of_its_names(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    chain, key = made.ready(NAMES, datetime.datetime.now(datetime.UTC))
    assert [greets(chain, key, made.authority, name) for name in NAMES] == ["trusted"] * 3
    assert "mismatch" in greets(chain, key, made.authority, "evil.example")
    other = Certificates(tmp_path / "other")
    other.ready(NAMES, NOW)
    assert greets(chain, key, other.authority, "box.local") != "trusted"


def test_it_is_made_once_and_private(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    assert made.fingerprint == ""
    chain, _ = made.ready(NAMES, NOW)
    before, told = chain.read_bytes(), made.fingerprint
    made.ready(NAMES, NOW)
    assert chain.read_bytes() == before and made.fingerprint == told
    assert len(told) == 95
    for path in (*(tmp_path / "web").iterdir(), tmp_path / "web"):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path


def held(chain: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(chain.read_bytes())


def test_it_is_renewed_in_time_by_the_same_authority(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    chain, _ = made.ready(NAMES, NOW)
    first, told = held(chain), made.fingerprint
    assert first.not_valid_after_utc - first.not_valid_before_utc <= datetime.timedelta(days=398)
    made.ready(NAMES, first.not_valid_after_utc - RENEW_WITHIN + datetime.timedelta(days=1))
    assert held(chain).serial_number != first.serial_number
    assert made.fingerprint == told


def test_a_new_name_makes_a_new_certificate(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    chain, key = made.ready(NAMES, NOW)
    made.ready([*NAMES, "shop.example"], datetime.datetime.now(datetime.UTC))
    assert greets(chain, key, made.authority, "shop.example") == "trusted"


@pytest.mark.parametrize("year", [1970, 2000, 2037, 2044])
def test_a_wrong_clock_keeps_nobody_from_making_one(tmp_path: Path, year: int) -> None:
    made = Certificates(tmp_path / "web")
    chain, _ = made.ready(NAMES, datetime.datetime(year, 1, 1, tzinfo=datetime.UTC))
    assert held(chain).not_valid_after_utc > BEGINS


def test_the_business_own_certificate_goes_before(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    made.ready(NAMES, NOW)
    for name in OWN:
        (tmp_path / "web" / name).write_text("theirs")
    assert made.ready(NAMES, NOW) == tuple(tmp_path / "web" / name for name in OWN)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "web")
    chain, _ = made.ready(NAMES, NOW)
    chain.write_bytes(b"half of a cert")
    with pytest.raises(ValueError, match="PEM"):
        made.ready(NAMES, NOW)
