"""Which carrier a call from outside is of, by where it comes from (accounts.c)."""

from __future__ import annotations

import ipaddress

from drivers.sip._sip import lib
from drivers.sip.library import check


def tell_carriers_apart() -> None:
    """After pjsua was initialised, before it listens."""
    lib.tip_accounts_start()


def belongs_to(pjsua_account: int, network: str, port: int) -> None:
    """What comes from there is this account's. Raises ValueError, SipError."""
    prefix = ipaddress.ip_network(network, strict=False)
    address = str(prefix.network_address).encode()
    check(lib.tip_account_source(address, prefix.prefixlen, port, pjsua_account), f"calls from {network}")
