"""PINs as the engine remembers them: keyed hashes. The digits themselves stay in config.db and nowhere else.

A sealed PIN is `sealed:KEY:HASH` and, for each beginning of the PIN that ends with an emergency number, one more hash:
so that somebody who keys such a PIN is not taken for somebody who calls for help.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from hmac import compare_digest

import msgspec
from msgspec import structs

from firmware.config.schema import Agent, Config, Mailbox

_SEALED = "sealed:"


class PinKey:
    """The box's key for PINs; without one (virtual time) everybody can make the same hashes."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self.name = self._hash("name", "")[:8]

    def seal(self, text: str) -> str:
        """A configuration's JSON with all PINs sealed; the same text where there are none. Raises MsgspecError."""
        config = msgspec.json.decode(text, type=Config)
        if not _clear(config):
            return text
        emergency = config.dial_plan.emergency
        agents = tuple(self._agent(agent, emergency) for agent in config.agents)
        mailboxes = tuple(self._mailbox(mailbox, emergency) for mailbox in config.mailboxes)
        return msgspec.json.encode(structs.replace(config, agents=agents, mailboxes=mailboxes)).decode()

    def knows(self, config: Config) -> bool:
        """Whether every sealed PIN was sealed with this key."""
        return all(pin.split(":")[1] == self.name for pin in _pins(config) if pin.startswith(_SEALED))

    def right(self, of: Agent | Mailbox, keyed: str) -> bool:
        """Whether these digits are the PIN. One nobody sealed yet (an old journal's) is compared as it is."""
        if of.pin.startswith(_SEALED):
            return compare_digest(of.pin.split(":")[2], self._hash(of.id, keyed))
        return compare_digest(of.pin.encode(), keyed.encode())

    def begins(self, of: Agent | Mailbox, keyed: str) -> bool:
        """Whether the PIN begins with these digits, whose last are an emergency number."""
        if of.pin.startswith(_SEALED):
            return self._hash(of.id, keyed) in of.pin.split(":")[2:]
        return of.pin.startswith(keyed)

    def _agent(self, agent: Agent, emergency: Iterable[str]) -> Agent:
        return structs.replace(agent, pin=self._sealed(agent.id, agent.pin, emergency))

    def _mailbox(self, mailbox: Mailbox, emergency: Iterable[str]) -> Mailbox:
        return structs.replace(mailbox, pin=self._sealed(mailbox.id, mailbox.pin, emergency))

    def _sealed(self, of: str, pin: str, emergency: Iterable[str]) -> str:
        if not pin or pin.startswith(_SEALED):
            return pin
        beginnings = (pin[:length] for length in range(1, len(pin) + 1))
        urgent = [one for one in beginnings if any(number and one.endswith(number) for number in emergency)]
        return _SEALED + ":".join((self.name, self._hash(of, pin), *(self._hash(of, one) for one in urgent)))

    def _hash(self, of: str, digits: str) -> str:
        return blake2b(f"{of}\0{digits}".encode(), key=self._key, digest_size=16).hexdigest()


def _pins(config: Config) -> list[str]:
    pins = [*(one.pin for one in config.agents), *(one.pin for one in config.mailboxes)]
    return [pin for pin in pins if pin]


def _clear(config: Config) -> bool:
    return any(not pin.startswith(_SEALED) for pin in _pins(config))
