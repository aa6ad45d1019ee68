"""Prompts of what somebody said by telephone, and a text heard before it is kept, for programs."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from firmware.config.versions import NoSuchVersion, Version
from firmware.prompts.taking import Measured
from firmware.store.history import StoreError
from firmware.store.messages import Message
from webui.api.in_force import running_of, tell
from webui.api.keys import by_itself, found, once
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused, refuse_for
from webui.api.prompts import PromptInForce, Words, check_name, prompt_etag, put_prompt, told_as_problems
from webui.api.scopes import Scope
from webui.applying import config_store
from webui.language import t
from webui.prompting import messages, sounds
from webui.prompting.changing import with_keys
from webui.site import the_site

_alone = threading.Lock()
"""A key that is sent twice at once makes one version."""


class MessagesAsked(Struct, frozen=True):
    most: Annotated[int, Meta(ge=1, le=200)] = messages.MOST


class MessageTold(Struct, frozen=True):
    """One that was left in a mailbox, or is being left; one in two mailboxes is there twice. `left_at` is in Unix
    microseconds. An empty `number` is withheld, or forgotten; `name` is of the extension of this number. `standing`:
    `there` can become a prompt, `writing` not yet, `erased` and `empty` never.
    """

    recording: str
    left_at: int
    mailbox: str
    mailbox_name: str
    number: str
    name: str
    seconds: float
    standing: Literal["there", "writing", "erased", "empty"]


class Messages(Struct, frozen=True):
    """Newest first."""

    messages: list[MessageTold]


class MessageUsed(Struct, frozen=True, forbid_unknown_fields=True):
    recording: Annotated[str, Meta(max_length=64)]
    language: Literal["zh", "en"]


class TextToSay(Struct, frozen=True, forbid_unknown_fields=True):
    text: Words
    language: Literal["zh", "en"]


class _Done(Struct, frozen=True):
    """What a key is kept with."""

    version: int
    measured: Measured | None


def find(given: Given) -> Answer:
    with _told_as_problems():
        left = messages.left(the_site(), given.query.most)
    return Answer(Messages([_told(one) for one in left]))


def use(given: Given, name: str) -> Answer:
    """The message stays. The key is kept after the version: where the box dies between the two, the same sound again
    makes no other version.
    """
    check_name(name)
    what = ["prompt-message", name, given.body]
    with by_itself(_alone):
        return _used_before(given, name, what) or _used(given, name, what)


def say(given: Given) -> Answer:
    asked: TextToSay = given.body
    text = sounds.clean(asked.text)
    refuse_for([] if text else [("text", "prompts.no-text")])
    with told_as_problems():
        return Answer(data=sounds.spoken(the_site().places, text, asked.language))


def _used(given: Given, name: str, what: list[object]) -> Answer:
    """Raises Refused."""
    asked: MessageUsed = given.body
    with _told_as_problems(), told_as_problems():
        file, measured = messages.take(the_site(), asked.recording, name, asked.language, given.token.author)
    answer = put_prompt(given, name, with_keys(name, {f"{asked.language}_wav": file}), measured)
    once(given, what, msgspec.json.encode(_Done(answer.body.version, measured)).decode())
    return answer


def _used_before(given: Given, name: str, what: list[object]) -> Answer | None:
    """None: it was not, or what came of it is not there any more. Raises Refused."""
    kept = found(given, what)
    done = None if kept is None else msgspec.json.decode(kept, type=_Done)
    version = _version(done.version) if done else None
    if done is None or version is None:
        return None
    applied, etag = tell(version), prompt_etag(name)
    told = PromptInForce(
        applied.version, running_of(applied), applied.is_well, applied.text, etag, done.measured
    )
    return Answer(told, headers=(("ETag", etag),))


def _version(number: int) -> Version | None:
    with config_store() as store:
        try:
            return store.get(number)
        except NoSuchVersion:
            return None


@contextmanager
def _told_as_problems() -> Iterator[None]:
    """Raises Refused."""
    try:
        yield
    except messages.NoMessage:
        raise Refused(404, "not-there") from None
    except messages.Unusable as error:
        raise _unusable(error.why) from None
    except (StoreError, sqlite3.Error):
        raise Refused(503, "busy", headers=[("Retry-After", "5")]) from None


def _unusable(why: str) -> Refused:
    status, text = messages.UNUSABLE[why], t(f"prompts.message-{why}")
    if status == 503:
        return Refused(status, "busy", text, headers=[("Retry-After", "5")])
    return Refused(status, "not-taken", text, faults=[Fault("$.recording", text, slug=f"message-{why}")])


def _told(one: Message) -> MessageTold:
    mailbox, name = messages.names(one, the_site().config)
    return MessageTold(
        one.recording, one.left_at, one.mailbox, mailbox, one.number, name if one.number else "", one.seconds,
        one.standing.value,
    )  # fmt: skip


OPERATIONS = (
    Operation(
        name="prompt_messages", method="GET", path="/prompt-messages", scope=Scope.READ_SETTINGS, view=find,
        query=MessagesAsked, answer=Messages, problems=(503,),
        says="Messages people left by telephone, of which a prompt can be made.",
    ),
    Operation(
        name="prompt_use_message", method="POST", path="/prompts/<name>/message", scope=Scope.WRITE_SETTINGS, view=use,
        body=MessageUsed, answer=PromptInForce, wants_key=True, heeds_version=True,
        problems=(404, 409, 410, 412, 422, 503),
        says="What was said in a message in place of a prompt's text. The audit is told first.",
    ),
    Operation(
        name="prompt_say", method="POST", path="/prompts/say", scope=Scope.READ_SETTINGS, view=say, body=TextToSay,
        media="audio/wav", problems=(503,), says="A text as the box would say it. Nothing is changed.",
    ),
)  # fmt: skip
