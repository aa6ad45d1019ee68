"""A prompt's change as a new version under somebody's name: at once, reversible as every version is."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import msgspec
from msgspec import structs

from firmware.config.drafts.draft import look, plain
from firmware.config.faults import Fault
from firmware.config.schema import Config, Prompt
from firmware.config.versions import ConfigStore
from firmware.prompts.listing import product_texts
from firmware.prompts.render import LANGUAGES
from webui.applying import Applied, config_store, one_change, tell_box
from webui.site import the_site

Make = Callable[[Config], Config]


class Moved(RuntimeError):
    """Somebody else changed the prompt since the page was shown."""


class Faulty(ValueError):
    """The configuration would not be one any more."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} fault(s)")
        self.faults = faults


def own(config: Config, name: str) -> Prompt | None:
    return next((one for one in config.prompts if one.id == name), None)


def seen(config: Config, name: str) -> str:
    """What a page knew of a prompt."""
    return hashlib.blake2b(msgspec.json.encode(own(config, name)), digest_size=8).hexdigest()


def with_prompt(config: Config, prompt: Prompt) -> Config:
    """In place of the one of its name; a language of the product's that it says nothing in keeps the product's words.

    One that says nothing of its own is none.
    """
    product = {key: product_texts().get((prompt.id, key), "") for key in LANGUAGES}
    texts = {key: getattr(prompt, key) for key in LANGUAGES}
    if not (prompt.zh_wav or prompt.en_wav) and all(texts[key] in ("", product[key]) for key in LANGUAGES):
        return without(config, prompt.id)
    whole = structs.replace(prompt, **{key: texts[key] or product[key] for key in LANGUAGES})
    kept = tuple(whole if one.id == whole.id else one for one in config.prompts)
    return structs.replace(config, prompts=kept if own(config, whole.id) else (*config.prompts, whole))


def without(config: Config, name: str) -> Config:
    return structs.replace(config, prompts=tuple(one for one in config.prompts if one.id != name))


def with_keys(name: str, keys: Mapping[str, str]) -> Make:
    """Of the prompt of this name, which need not be there: `zh`, `en_wav`…"""

    def make(config: Config) -> Config:
        return with_prompt(config, structs.replace(own(config, name) or Prompt(id=name), **keys))

    return make


def without_part(name: str, language: str) -> Make:
    """Without the file of one language; of an empty one without all that is our own."""

    def make(config: Config) -> Config:
        there = own(config, name)
        if there is None or not language:
            return without(config, name)
        return with_prompt(config, structs.replace(there, **{f"{language}_wav": ""}))

    return make


def put(name: str, was: str | None, author: str, make: Make) -> Applied:
    """In force and on the disk when this returns; `was` is what `seen` told, None: whatever it is now.

    Raises Moved, Faulty, sqlite3.Error.
    """
    with config_store() as store:
        with one_change(store):
            version = store.get(_put(store, name, was, author, make))
        return tell_box(version)


def _put(store: ConfigStore, name: str, was: str | None, author: str, make: Make) -> int:
    current = store.current()
    config = current.config if current else Config()
    if was is not None and seen(config, name) != was:
        raise Moved(name)
    changed = make(config)
    looked = look(plain(changed))
    if looked.config is None:
        raise Faulty([one for one in looked.faults if not one.warning])
    if current and changed == config:
        return current.version
    return store.put(changed, author, the_site().wall_us(), f"prompt {name}"[:120])
