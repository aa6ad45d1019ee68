"""What is usual in a country about recordings, and which zone its capital keeps: first proposals, no legal advice.

Sources: Germany StGB s. 201 and France Code pénal art. 226-1 want every party's consent; the GDPR (EU, and its British
twin), China's PIPL art. 19 and Taiwan's PDPA want the shortest time that serves the purpose; about a dozen states of
the USA want all parties' consent. Brazil's LGPD, India's DPDP Act and Russia's 152-FZ want people to be told.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Custom(Struct, frozen=True):
    """A country's."""

    zone: str
    record: bool
    """Whether recording is proposed where nobody says anything."""
    must_announce: bool
    """Recording without telling is a crime."""
    retention_days: int
    personal_data_days: int


CUSTOMS: Mapping[str, Custom] = {
    "BR": Custom("America/Sao_Paulo", True, False, 180, 365),
    "CN": Custom("Asia/Shanghai", True, False, 180, 365),
    "DE": Custom("Europe/Berlin", False, True, 90, 180),
    "FR": Custom("Europe/Paris", False, True, 90, 180),
    "GB": Custom("Europe/London", True, False, 90, 365),
    "IN": Custom("Asia/Kolkata", True, False, 180, 365),
    "RU": Custom("Europe/Moscow", True, False, 180, 365),
    "TW": Custom("Asia/Taipei", True, False, 180, 365),
    "US": Custom("America/New_York", True, True, 180, 365),
}
"""By the country profiles of `drivers/countries`; a test holds the two lists against each other."""
ELSEWHERE = Custom("UTC", False, True, 90, 180)


def custom(country: str) -> Custom:
    return CUSTOMS.get(country, ELSEWHERE)
