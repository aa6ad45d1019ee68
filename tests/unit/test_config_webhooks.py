"""Webhooks in a configuration: addresses that can be, events that are, not too many."""

from __future__ import annotations

import pytest

from firmware.config.check import check_config
from firmware.config.check_lookups import MOST_WEBHOOKS
from firmware.config.load import loads
from firmware.config.schema import Config
from firmware.stream.vocabulary import NAMES
from tests.webui.house import OFFICE
from webui.api.scopes import Scope


def slugs(more: str) -> set[str]:
    _, faults = loads(f"{OFFICE}\n{more}", Config, (check_config,))
    return {one.slug for one in faults if not one.warning}


def hook(name: str = "crm", url: str = "https://crm.example/hook", more: str = "") -> str:
    return f'[[webhook]]\nname = "{name}"\nurl = "{url}"\n{more}\n'


def test_what_can_be_is_taken() -> None:
    assert slugs("") == slugs(hook(more='events = ["call.began", "voicemail.left"]')) == set()
    private = '[jobs]\nschemes = ["https", "http"]\nports = [443, 8081]\n'
    assert slugs(hook(url="http://192.168.1.7:8081/hook?x=1") + private) == set()


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        (hook(url="http://crm.example/"), "bad-webhook-address"),
        (hook(url="https://me:word@crm.example/"), "bad-webhook-address"),
        (hook(url="https://crm.example:22/"), "bad-webhook-address"),
        (hook(url="crm.example"), "bad-webhook-address"),
        (hook(url=""), "bad-webhook-address"),
        (hook(name="../x"), "bad-name"),
        ("".join(hook(f"h{number}") for number in range(MOST_WEBHOOKS + 1)), "too-many-webhooks"),
    ],
)
def test_what_cannot_be_is_told(text: str, slug: str) -> None:
    assert slugs(text) == {slug}


def test_names_are_there_once_and_events_are_those_of_the_stream() -> None:
    assert slugs(hook() + hook())
    assert slugs(hook(more='events = ["call.began", "tea.time"]'))


def test_every_event_has_a_scope_of_the_api() -> None:
    assert {one.scope for one in NAMES.values()} <= {str(one) for one in Scope}
