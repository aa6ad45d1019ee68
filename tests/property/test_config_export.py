from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from firmware.config.export import as_document, as_toml, secrets_of
from firmware.config.load import loads
from firmware.config.schema import Agent, Config, Mailbox
from firmware.config.versions import Version
from tests.property.whole_config import Drawn, known_names, whole_configs


@settings(
    deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(whole_configs())
def test_whatever_the_schema_allows_is_exported_and_read_back_the_same(drawn: Drawn) -> None:
    config = drawn.config
    row = Version(3, "wang", 1_790_000_000_000_000, "apply", msgspec.json.encode(config).decode())
    text = as_document(row)
    value, faults = loads(text, Config, known=known_names())
    assert [one for one in faults if not one.warning] == []
    assert value == config
    assert as_toml(value) == as_toml(config)


def test_the_head_says_whose_version_it_is_and_that_pins_are_in_it() -> None:
    config = Config(
        agents=(Agent(id="801", pin="4711"), Agent(id="802")), mailboxes=(Mailbox(id="o", pin="1"),)
    )
    row = Version(
        7, "li\nsite = 3", 1_790_000_000_000_000, "rollback to 3", msgspec.json.encode(config).decode()
    )
    head = [line for line in as_document(row).split("\n") if line.startswith("#")]
    assert "version 7" in head[0]
    assert "li?site = 3" in head[0]
    assert "agent 801, mailbox o" in head[1]
    assert secrets_of(config) == ["agent 801", "mailbox o"]
    value, faults = loads(as_document(row), Config)
    assert (value, faults) == (config, [])


def test_a_configuration_without_secrets_has_no_warning() -> None:
    row = Version(1, "li", 0, "apply", "{}")
    assert as_document(row).count("#") == 1


@pytest.mark.parametrize("planted", ["dropped", "renamed"])
def test_a_fault_of_the_export_is_found(planted: str) -> None:
    config = Config(agents=(Agent(id="801", name="王芳"),))
    text = as_toml(config)
    broken = text.replace('name = "王芳"\n', "") if planted == "dropped" else text.replace("王", "黄")
    value, _ = loads(broken, Config)
    assert value != config
