"""`Idempotency-Key`: what a program asked for with one is made once, and found when it asks again."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from webui.access.once import KeyUsed
from webui.api.operations import Given
from webui.api.problems import Refused
from webui.site import the_site

PATIENCE_S = 0.2


@contextmanager
def by_itself(lock: threading.Lock) -> Iterator[None]:
    """For what takes long and is made once: who comes meanwhile, with the same key too, asks again. Raises Refused."""
    if not lock.acquire(timeout=PATIENCE_S):
        raise Refused(503, "busy", headers=[("Retry-After", "5")])
    try:
        yield
    finally:
        lock.release()


def once(given: Given, asked: object, made: str) -> str:
    """`made`, or what this key named before. Raises Refused."""
    with _told_as_problem():
        return the_site().doors.once.name(given.token.id, given.key, _digest(asked), made)


def known(given: Given, asked: object) -> bool:
    """This key was used before, for the same. Raises Refused."""
    return found(given, asked) is not None


def found(given: Given, asked: object) -> str | None:
    """What this key named before; None: it was not used yet. Raises Refused."""
    with _told_as_problem():
        return the_site().doors.once.find(given.token.id, given.key, _digest(asked))


def _digest(asked: object) -> str:
    return hashlib.sha256(msgspec.json.encode(asked, order="deterministic")).hexdigest()


@contextmanager
def _told_as_problem() -> Iterator[None]:
    try:
        yield
    except KeyUsed:
        raise Refused(422, "key-used") from None
