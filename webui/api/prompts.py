"""What the box says, for programs: prompts found and heard, their texts and sounds put in force at once."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Literal

from msgspec import Meta, Struct, structs

from firmware.cli.prompts import BUILT
from firmware.prompts.listing import Listed, listed
from firmware.prompts.render import RenderError
from firmware.prompts.taking import MOST_BYTES, Measured, NotTaken
from webui.api.in_force import InForce, faulty, running_of
from webui.api.operations import Answer, Given, Operation
from webui.api.problems import Fault, Refused
from webui.api.scopes import Scope
from webui.language import language, t
from webui.prompting import sounds
from webui.prompting.changing import Faulty, Make, Moved, own, put, seen, with_keys, without_part
from webui.prompting.looking import fits, own_first, used, why_not
from webui.site import the_site

LONGEST_NAME = 64
Words = Annotated[str, Meta(max_length=sounds.LONGEST_TEXT)]


class PromptsAsked(Struct, frozen=True):
    text: Annotated[
        str, Meta(max_length=LONGEST_NAME, description="Part of a name or of what is said; empty: all.")
    ] = ""
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0
    most: Annotated[int, Meta(ge=1, le=500)] = 100


class PromptSaid(Struct, frozen=True):
    text: str
    source: str
    """`product`, `text` or `file`."""
    seconds: float | None
    """None: no sound yet, or one that cannot be read."""


class PromptTold(Struct, frozen=True):
    """`etag` is what `If-Match` wants."""

    name: str
    etag: str
    product: bool
    """The box came with one of this name."""
    own: bool
    said: dict[str, PromptSaid]
    """By language; one that is not spoken is not there."""
    users: list[str]
    """Who says it, in the reader's language."""


class Prompts(Struct, frozen=True):
    """Own ones first."""

    prompts: list[PromptTold]
    count: int


class PromptTexts(Struct, frozen=True, forbid_unknown_fields=True):
    """Of an empty one the product's is said, or nothing; where there is a file, the file is."""

    zh: Words = ""
    en: Words = ""


class SpokenIn(Struct, frozen=True):
    language: Literal["zh", "en"]


class WhichPart(Struct, frozen=True):
    file: Annotated[
        Literal["", "zh", "en"],
        Meta(description="The sound file of this language alone; empty: all that is own."),
    ] = ""


class PromptInForce(InForce, frozen=True):
    etag: str
    """Of the prompt as it is now."""
    measured: Measured | None
    """Of a sound that was taken."""


def find(given: Given) -> Answer:
    asked: PromptsAsked = given.query
    found = [one for one in _listed() if fits(one, asked.text.strip().casefold())]
    used_by = used(the_site().config, found, language())
    page = own_first(found, used_by)[asked.skip :][: asked.most]
    return Answer(Prompts([_told(one, used_by) for one in page], len(found)))


def show(_: Given, name: str) -> Answer:
    found = next((one for one in _listed() if one.id == name), None)
    if found is None:
        raise Refused(404, "not-there")
    told = _told(found, used(the_site().config, [found], language()))
    return Answer(told, headers=(("ETag", told.etag),))


def change(given: Given, name: str) -> Answer:
    texts: PromptTexts = given.body
    return put_prompt(
        given, name, with_keys(name, {key: sounds.clean(text) for key, text in structs.asdict(texts).items()})
    )


def remove(given: Given, name: str) -> Answer:
    """The product's is said again, or nothing."""
    if own(the_site().config, name) is None:
        raise Refused(404, "not-there")
    return put_prompt(given, name, without_part(name, given.query.file))


def audio(given: Given, name: str) -> Answer:
    site = the_site()
    with told_as_problems():
        return Answer(data=sounds.sound(site.places, site.config, name, given.query.language))


def set_audio(given: Given, name: str) -> Answer:
    """In place of the text; measured and brought to the telephone's loudness."""
    spoken_in = given.query.language
    check_name(name)
    with told_as_problems():
        file, measured = sounds.take_file(the_site().places, io.BytesIO(given.data), name, spoken_in)
    return put_prompt(given, name, with_keys(name, {f"{spoken_in}_wav": file}), measured)


def put_prompt(given: Given, name: str, make: Make, measured: Measured | None = None) -> Answer:
    """Raises Refused."""
    check_name(name)
    was = given.if_match.removeprefix('"').removesuffix('"') if given.if_match else None
    try:
        applied = put(name, was, given.token.author, make)
    except Moved:
        raise Refused(412, "changed", headers=[("ETag", prompt_etag(name))]) from None
    except Faulty as error:
        raise faulty(error.faults, "$") from None
    etag = prompt_etag(name)
    told = PromptInForce(applied.version, running_of(applied), applied.is_well, applied.text, etag, measured)
    return Answer(told, headers=(("ETag", etag),))


def check_name(name: str) -> None:
    """Raises Refused."""
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Refused(404, "not-there")


@contextmanager
def told_as_problems() -> Iterator[None]:
    try:
        yield
    except sounds.NotThere:
        raise Refused(404, "not-there") from None
    except NotTaken as error:
        slug = f"sound-{error.why}"
        raise Refused(
            422, "not-taken", why_not(error), faults=[Fault("$", why_not(error), slug=slug)]
        ) from None
    except sounds.Crowded:
        raise Refused(503, "busy", t("prompts.crowded"), headers=[("Retry-After", "5")]) from None
    except RenderError as error:
        raise Refused(503, "busy", t("prompts.not-spoken", why=str(error))) from None


def _listed() -> list[Listed]:
    site = the_site()
    return listed(site.config, site.places, BUILT)


def prompt_etag(name: str) -> str:
    return f'"{seen(the_site().config, name)}"'


def _told(one: Listed, used_by: Mapping[str, list[str]]) -> PromptTold:
    said = {key: PromptSaid(each.text, each.source, each.seconds) for key, each in one.said.items()}
    return PromptTold(one.id, prompt_etag(one.id), one.is_product, one.is_own, said, used_by[one.id])


OPERATIONS = (
    Operation(
        name="prompts_find", method="GET", path="/prompts", scope=Scope.READ_SETTINGS, view=find, query=PromptsAsked,
        answer=Prompts, says="Everything the box says, and who uses it.",
    ),
    Operation(
        name="prompt", method="GET", path="/prompts/<name>", scope=Scope.READ_SETTINGS, view=show, answer=PromptTold,
        says="One prompt.", problems=(404,),
    ),
    Operation(
        name="prompt_change", method="PUT", path="/prompts/<name>", scope=Scope.WRITE_SETTINGS, view=change,
        body=PromptTexts, answer=PromptInForce, heeds_version=True, says="A prompt's own texts, in force at once.",
        problems=(404, 412, 422, 503),
    ),
    Operation(
        name="prompt_remove", method="DELETE", path="/prompts/<name>", scope=Scope.WRITE_SETTINGS, view=remove,
        query=WhichPart, answer=PromptInForce, heeds_version=True, says="The product's is said again, or nothing.",
        problems=(404, 412, 422, 503),
    ),
    Operation(
        name="prompt_audio", method="GET", path="/prompts/<name>/audio", scope=Scope.READ_SETTINGS, view=audio,
        query=SpokenIn, media="audio/wav", says="As callers hear it.", problems=(404, 503),
    ),
    Operation(
        name="prompt_set_audio", method="PUT", path="/prompts/<name>/audio", scope=Scope.WRITE_SETTINGS,
        view=set_audio, query=SpokenIn, takes="application/octet-stream", most_bytes=MOST_BYTES, answer=PromptInForce,
        heeds_version=True, problems=(404, 412, 422, 503),
        says="A sound file (WAV, FLAC, Ogg, MP3, AIFF) in place of a prompt's text.",
    ),
)  # fmt: skip
