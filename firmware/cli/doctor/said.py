"""The words of one thing that can be found."""

from __future__ import annotations

from msgspec import Struct


class Said(Struct, frozen=True):
    """`check` is the thing looked at; `{words}` are filled from a finding's data."""

    check: str
    en: str
    en_remedy: str
    zh: str
    zh_remedy: str
    wrong: bool = True
