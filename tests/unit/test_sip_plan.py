from __future__ import annotations

from pathlib import Path

import pytest

from drivers.sip.limits import Network
from drivers.sip.settings import Srtp, TransportKind
from firmware.config.schema import Card, Config, Extension, Sip, Site, Trunk
from firmware.sip.plan import plan_of

CARD = Card(name="ip", kind="sip")
PHONES = tuple(Extension(number=number, card="ip") for number in ("201", "202"))


def trunk(**how: object) -> Trunk:
    return Trunk(**{"name": "carrier", "card": "ip", "hosts": ("198.51.100.1",), "channels": 2} | how)  # type: ignore[arg-type]


def config(*trunks: Trunk, **sip: object) -> Config:
    return Config(
        site=Site(box="box1"),
        cards=(CARD,),
        extensions=PHONES,
        trunks=trunks,
        sip=Sip(**sip),  # type: ignore[arg-type]
    )


def test_telephones_come_first_then_the_channels_of_each_trunk(tmp_path: Path) -> None:
    plan = plan_of(config(trunk(), trunk(name="other")), tmp_path)
    assert [(one.port, one.number) for one in plan.telephones] == [(0, "201"), (1, "202")]
    assert [(one.trunk.name, one.ports) for one in plan.trunks] == [("carrier", (2, 3)), ("other", (4, 5))]
    assert plan.settings.legs == 6


def test_passwords_are_read_and_stay_out_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "carrier.txt").write_text("s3cret\nnot this\n")
    (account,) = plan_of(config(trunk(user="acc", password="carrier.txt")), tmp_path).settings.accounts
    assert (account.user, account.password) == ("acc", "s3cret")
    with pytest.raises(OSError, match="missing"):
        plan_of(config(trunk(user="acc", password="missing.txt")), tmp_path)


def test_it_listens_where_it_is_told(tmp_path: Path) -> None:
    settings = plan_of(
        config(tcp_port=0, tls_port=5061, certificate="a.pem", key="b.pem", srtp="required"), tmp_path
    ).settings
    assert [(one.kind, one.port) for one in settings.transports] == [
        (TransportKind.UDP, 5060),
        (TransportKind.TLS, 5061),
    ]
    assert settings.transports[1].key == str(tmp_path / "b.pem")
    assert settings.srtp is Srtp.REQUIRED


@pytest.mark.parametrize(
    ("host", "contact", "public"),
    [
        ("198.51.100.1", "sip:acc@203.0.113.9:5060", "203.0.113.9"),
        ("sip.carrier.example", "sip:acc@203.0.113.9:5060", "203.0.113.9"),
        ("10.1.1.1", "", ""),
    ],
)
def test_carriers_outside_are_told_the_public_address(
    tmp_path: Path, host: str, contact: str, public: str
) -> None:
    plan = plan_of(config(trunk(hosts=(host,), user="acc"), public_address="203.0.113.9"), tmp_path)
    (account,) = plan.settings.accounts
    assert (account.contact, account.public_address) == (contact, public)


@pytest.mark.parametrize(
    ("how", "sources"),
    [
        ({"hosts": ("198.51.100.1", "[2001:db8::1]:5070")}, (("198.51.100.1", 0), ("2001:db8::1", 5070))),
        ({"networks": ("198.51.100.0/24",)}, (("198.51.100.0/24", 0),)),
        ({"hosts": ("sip.carrier.example",)}, ()),
    ],
)
def test_whose_calls_are_a_carriers(
    tmp_path: Path, how: dict[str, object], sources: tuple[tuple[str, int], ...]
) -> None:
    (account,) = plan_of(config(trunk(**how)), tmp_path).settings.accounts
    assert account.sources == sources


def test_carriers_may_send_more_than_strangers(tmp_path: Path) -> None:
    settings = plan_of(config(trunk(), requests_a_second=50, local=("10.0.0.0/8",)), tmp_path).settings
    assert settings.networks == (Network("198.51.100.1", 2000, 4000), Network("10.0.0.0/8", 200, 400))
    assert settings.limits.of_all == 1000
