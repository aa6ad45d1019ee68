"""`python -m webui.api.page`: writes docs/api.md from the operations, their types and the events. A test holds it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from firmware.jobs.webhooks.patience import ABOUT_THE_EVENT, FIRST_PAUSE_S, GIVE_UP_US, MOST_REFUSALS
from firmware.jobs.webhooks.posting import PATIENCE_S
from firmware.jobs.webhooks.signing import HEADER
from firmware.stream.vocabulary import KINDS, VERSION
from webui.api.blueprint import DESCRIBED
from webui.api.description import field_words, openapi, path_of
from webui.api.limits import A_SECOND, BURST
from webui.api.operations import Operation
from webui.api.scopes import GIVEN, MEANINGS, OF_THE_HOUSE
from webui.api.stream.feed import MOST_KEPT
from webui.api.stream.serving import MOST_OF_A_TOKEN

ANSWER_S, FIRST_S, DAYS = round(PATIENCE_S), round(FIRST_PAUSE_S), GIVE_UP_US // 86_400_000_000
REFUSALS = ", ".join(map(str, sorted(ABOUT_THE_EVENT)))
FILE = Path(__file__).resolve().parents[2] / "docs" / "api.md"
HEAD = f"""# API

What the pages do, for programs: `https://BOX/api/v1`. An administrator makes a token on the page "Programs"; its
secret is shown once. Examples that run: [a client](examples/client.py), [a screen pop](examples/screen_pop.py). For
tools that read OpenAPI 3.1: `/api/v1/openapi.json`, for people who are signed in also `/tokens/openapi.json`.

*This page is written by `make docs` from `webui/api`.*

## Rules

* Each request shows its token: `Authorization: Bearer tipring_…`. Cookies say nothing here.
* JSON in (`Content-Type: application/json`, at most 256 kB, with a configuration 1 MB) and out. Live times are Unix
  milliseconds, kept ones Unix microseconds; lengths are seconds.
* A POST that changes something wants an `Idempotency-Key` of 8 to 64 letters, digits or `. _ ~ -`. Sent again with the
  same key, by the same token, it is done once: after a time-out simply send it again. Orders answer `repeated`; what
  was asked first counts.
  All other keys are remembered for 30 days.
* A contact is changed or erased, a configuration put in force, a draft changed, with `If-Match: ETAG`, the `ETag` that
  was read: 412 if somebody else was quicker. At prompts, at the interview's answers and at what else becomes of drafts
  it is heeded where it is sent.
* What is wrong is told as RFC 9457 (`application/problem+json`) in Chinese or English by `Accept-Language`; `type` is
  stable, `faults` tells everything that is wrong at once, `reason` is why an order was refused ([orders](orders.md)).
* Each token has {A_SECOND:g} requests a second and {BURST} in a burst; beyond: 429 with `Retry-After`.
* A token that is bound to an agent sees the calls this agent has part in and orders for this agent alone.
* Lines, health, settings, prompts, webhooks, people and tokens are not for a token that is bound to an agent.
* Sound: `/recordings/ID/audio` leads (307) to where the bytes are; send the token there, too. Parts by `Range`.
"""
SETTINGS = """
## Settings

* `GET /settings` tells the [configuration](configuration.md) in force as TOML, with the **PINs in the clear**, as the
  export of the page Settings does: keep it as you keep keys. Passwords (SIP, look-ups, mail) and webhooks' secrets are
  files of their own and never in it; of programs at the gate it has a hash.
* `POST /settings/check` tells all faults of a text at once, with line, key, `slug` and remedy. It changes nothing.
* `PUT /settings` puts a whole text in force on top of the version that was read, at once, as a new version under the
  token's name (`api:ID`); calls go on. With faults it is 422, `faults` tells them all, and nothing is changed. A text
  that changes nothing makes no version; sent again after an answer was lost, with the same `If-Match`, it is told as
  done. `running` is what the running box said of it.
* Each version comes back: by `restore`, or a person by the page Settings > History.
* [An example](examples/settings.py) that runs: `get`, `check`, `put`.
* The [interview](interview.md): `POST /interview/proposal` makes a whole configuration of a few answers, says why, and
  what it changes. Nothing is put in force: send its `toml` with `If-Match: etag` to `PUT /settings`. `GET /interview`
  has the answers as they stand and their form; faulty ones are 422, told at `$.answers.…`, and not kept.
* An erasure is looked over (`POST /erasures/look`), then ordered. The number goes in bodies alone and is kept nowhere;
  do not write it into `why`. After a 503 send the order again with the same key: the rest is done then.
* A token with `write:settings` can do as much as an administrator: it may let a program in at the gate. What is left to
  people: what goes with a browser (signing in, their own passwords and languages, certificates).

## Drafts, rehearsals, trials

* A draft is a configuration before it is in force, the same that people have on the page Settings. `POST /drafts`
  begins one, `PUT` changes it with `If-Match`; a text with faults is 422 and not kept, as when a file is imported. A
  draft that people left faulty is told with its faults; `toml` then is what can be read of it. Text and PINs are told
  to `read:settings` only. Where the box dies within `POST /drafts`, asked again there may be two.
* `apply` puts it in force if it stands on the version that is: else 409 `other-version`, and `rebase` takes that
  version in. An applied draft is gone.
* `POST /drafts/ID/rehearsal` plays a day of `/rehearsal-days` with the draft beside what was in force, in minutes of
  the processor that calls leave over: ask `GET` how far it is. One at a time: else 409 `rehearsing` says whose. What it
  found stays with the draft till the next one.
* `POST /settings/try-flow` walks a flow with a simulated caller, all steps at once: to go on, send them again with one
  more of `choices`.
"""
EVENTS = f"""## Events

`GET /events` is a stream (`text/event-stream`). Each event is JSON with `v` ({VERSION}, it grows when a meaning
changes; fields and events are added without that), `id`, `event`, `at`, and its own fields. `?kinds=a,b` chooses.

* Come again with `Last-Event-ID` (or `?after=`) and it goes on there; the last {MOST_KEPT:,} are kept. If what lies
  between is not kept any more, the first event is `gap`: fetch `/live` anew.
* Who reads too slowly is told `overtaken`, which means the same; who takes nothing for half a minute is cut.
* An event may be told before it is on the disk: after a power cut the box may not know of it.
* A token has {MOST_OF_A_TOKEN} streams at most. A revoked token's stream ends within half a minute.

| event | meaning | fields | scope |
|---|---|---|---|
"""


WEBHOOKS = f"""
## Webhooks

The same events, brought to you: a `[[webhook]]` of the [configuration](configuration.md) names an address and which
events it is told. On the page Programs > Webhooks, or by `/webhooks`, its secret is made (shown once), a test is sent,
what became of each delivery is told, and events are sent again. [A receiver](examples/webhook_receiver.py) that runs.

Each event is a POST of its own, `Content-Type: application/json`, with the JSON a stream has, and these headers:

| header | is |
|---|---|
| `{HEADER}` | `t=SECONDS,v1=HEX`, Unix seconds and HMAC-SHA256 with the secret over `SECONDS.BODY` |
| `Tipring-Event`, `Tipring-Event-Id` | as `event` and `id` in the body; only the body is signed |
| `Tipring-Attempt` | 1, and more when it is sent again |

* **Check the signature** before anything else, over the bytes as they came, in constant time; refuse a `t` that is more
  than 300 s off. For a day after a new secret was made there are two `v1`, of the new and of the former one: one that
  fits is enough. Nothing is sent unsigned.
* **Answer 2xx within {ANSWER_S} s** when you have it: put it into a queue of your own, work later. Anything else, a
  redirect too, means "again". Of your answer only the status counts.
* **At least once:** after a power cut or a lost answer an event comes again with the same `id`. Remember ids for ten
  days and pass over those you know. Nothing is told that the box may forget: an event comes when it is on the disk, a
  second or so after it happened. For what must be on the screen while the telephone rings take the stream.
* **In order:** the next event waits till the one before was taken. Pauses grow from {FIRST_S} s to an hour, each up
  to a fifth shorter or longer; `Retry-After` of 429 and 503 is heeded, up to an hour. No endpoint waits for another.
* **Set aside** is one event that was answered {MOST_REFUSALS} times with a status that means this event, or for a day
  with anything but 2xx, so that the others come. Answer 2xx to events you do not know. Such statuses are
  {REFUSALS}.
* **Given up** are events older than {DAYS} days while an endpoint took nothing for as long; it is tried on. When it is
  back the first event is `gap` (`id` of its own): events are missing, fetch `/live` anew. `doctor` and the page Health
  tell of an endpoint that took nothing for ten minutes.
* `test` is what the page sends: `v`, `id`, `event`, `at`, nothing else.
* Addresses in private networks have to be named in `[jobs]` `networks`, plain `http` and other ports there, too; an
  authority of your own in `certificates`.
"""


def page() -> str:
    return (
        "\n".join(
            [
                HEAD,
                *_scopes(),
                *_operations(),
                SETTINGS.rstrip("\n"),
                *_types(),
                "",
                EVENTS.rstrip("\n"),
                *_events(),
                WEBHOOKS.rstrip("\n"),
            ]
        )
        + "\n"
    )


def _scopes() -> Iterator[str]:
    yield "## Scopes\n\n| scope | may | for one agent |\n|---|---|---|"
    for one in GIVEN:
        yield f"| `{one}` | {MEANINGS[one]} | {'no' if one in OF_THE_HOUSE else 'yes'} |"


def _operations() -> Iterator[str]:
    yield "\n## Operations\n\n| | does | scope | takes | gives |\n|---|---|---|---|---|"
    for one in sorted(DESCRIBED, key=lambda one: (one.path, one.method)):
        yield f"| `{one.method} {path_of(one)}` | {one.says} | `{one.scope}` | {_takes(one)} | {_gives(one)} |"


def _takes(one: Operation) -> str:
    said = [f"`?{name}`" for name in _names(one.query)]
    said += [f"[{one.body.__name__}](#{one.body.__name__.lower()})"] if one.body else []
    said += [f"`{one.takes}`"] if one.takes else []
    said += ["`Idempotency-Key`"] if one.wants_key else []
    said += (
        ["`If-Match`" + ("" if one.wants_version else " or none")]
        if one.wants_version or one.heeds_version
        else []
    )
    return ", ".join(said)


def _names(kind: type[Struct] | None) -> tuple[str, ...]:
    return kind.__struct_encode_fields__ if kind else ()


def _gives(one: Operation) -> str:
    name = getattr(one.answer, "__name__", "")
    return (
        f"[{name}](#{name.lower()})"
        if isinstance(one.answer, type) and issubclass(one.answer, Struct)
        else str(one.status)
    )


def _types() -> Iterator[str]:
    yield "\n## Types"
    kinds = {
        kind.__name__: kind for one in DESCRIBED for kind in (one.body, one.answer) if isinstance(kind, type)
    }
    for name, shape in openapi(DESCRIBED)["components"]["schemas"].items():
        says = field_words(kinds[name]) if name in kinds and issubclass(kinds[name], Struct) else {}
        yield f"\n### {name}\n"
        if about := shape.get("description", ""):
            yield f"{about}\n"
        yield from _shape(shape, says)


def _shape(shape: dict[str, Any], says: dict[str, str]) -> Iterator[str]:
    if "enum" in shape:
        yield "One of " + ", ".join(f"`{one}`" for one in shape["enum"]) + "."
        return
    yield "| field | is | |\n|---|---|---|"
    wanted = shape.get("required", ())
    for name, kind in shape.get("properties", {}).items():
        default = "" if name in wanted or "default" not in kind else f", else `{kind['default']!r}`"
        yield f"| `{name}` | {_kind(kind)}{default} | {says.get(name, '')} |"


def _kind(kind: dict[str, Any]) -> str:
    if "$ref" in kind:
        name = kind["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in kind:
        return " or ".join(_kind(one) for one in kind["anyOf"])
    if "enum" in kind:
        return ", ".join(f"`{one}`" for one in kind["enum"])
    if kind.get("type") == "array":
        inner = kind.get("items")
        return f"list of {_kind(inner)}" if isinstance(inner, dict) and inner else "list"
    return str(kind.get("type", "anything"))


def _events() -> Iterator[str]:
    for one in KINDS.values():
        yield f"| `{one.name}` | {one.says} | {', '.join(f'`{name}`' for name in one.fields)} | `{one.scope}` |"


def main() -> None:
    FILE.write_text(page(), "utf-8")
    sys.stdout.write("docs/api.md\n")


if __name__ == "__main__":
    main()
