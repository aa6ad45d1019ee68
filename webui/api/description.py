"""The API described for programs: OpenAPI 3.1, made of the operations and their types."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import msgspec
from msgspec import Struct

from firmware.version import VERSION
from webui.api.operations import NUMBER, Answer, Given, Operation
from webui.api.problems import MEDIA, Problem
from webui.api.scopes import MEANINGS, Scope

REF = "#/components/schemas/{name}"
TOKEN = "token"  # noqa: S105 - the scheme's name
ALWAYS = {
    400: "What was asked cannot be read; `faults` tells all of it.",
    401: "No token, or none that is good.",
    403: "The token was not made for this.",
    429: "Too often: `Retry-After` says when.",
    503: "Nobody can say now; asking again with the same key is safe.",
}
MORE = {
    404: "There is none.",
    409: "It was refused, or somebody changed it meanwhile.",
    410: "It was there, and is erased.",
    412: "It was changed since it was read.",
    413: "Too large.",
    415: "The body is no JSON.",
    416: "There is no such part.",
    422: "It has faults, which `faults` tells; or this key was used for something else.",
    428: "`If-Match` is wanted.",
}
_FIELD = re.compile(
    r"^ {4}(\w+): [^\n]*(?:\n {8}[^\n]*|\n {4}\])*\n {4}\"\"\"(.*?)\"\"\"", re.MULTILINE | re.DOTALL
)
_PLACE = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_ABOUT = """Programs beside the pages. Times are Unix: milliseconds in what is live, microseconds in what is kept.
Every request shows a token: `Authorization: Bearer tipring_…`, made by an administrator on the page Tokens."""


def document(_: Given) -> Answer:
    from webui.api.blueprint import DESCRIBED

    return Answer(openapi(DESCRIBED))


OPERATION = Operation(
    name="openapi", method="GET", path="/openapi.json", scope=Scope.ANY, says="This description.", view=document,
    answer=dict[str, Any],
)  # fmt: skip


@cache
def openapi(operations: tuple[Operation, ...]) -> dict[str, Any]:
    paths: dict[str, dict[str, Any]] = {}
    _, components = _components(operations)
    for one in operations:
        paths.setdefault(path_of(one), {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "tipring", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{TOKEN: []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {TOKEN: {"type": "http", "scheme": "bearer"}},
        },
    }


def path_of(one: Operation) -> str:
    """As OpenAPI writes it."""
    return _PLACE.sub(lambda found: "{" + found[2] + "}", one.path)


def types_of(operations: Sequence[Operation]) -> list[Any]:
    kinds = [kind for one in operations for kind in (one.body, one.answer) if kind is not None]
    return list(dict.fromkeys([*kinds, Problem]))


def _components(operations: Sequence[Operation]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    return msgspec.json.schema_components(types_of(operations), ref_template=REF)


def _schema(kind: Any) -> dict[str, Any]:
    (found,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    return found


def _operation(one: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.says,
        "tags": [one.path.strip("/").partition("/")[0]],
        "x-scope": str(one.scope),
        "description": f"Scope `{one.scope}`: {MEANINGS[one.scope]}.",
        "parameters": [*_places(one), *_queries(one), *_headers(one)],
        "responses": _responses(one),
    }
    if one.body is not None:
        content = {"application/json": {"schema": _schema(one.body)}}
        made["requestBody"] = {"required": True, "content": content}
    if one.takes:
        made["requestBody"] = {"required": True, "content": {one.takes: {"schema": {}}}}
    return made


def _places(one: Operation) -> Iterator[dict[str, Any]]:
    for kind, name in _PLACE.findall(one.path):
        number = {"type": "integer", "minimum": 0, "maximum": 2**53 - 1}
        schema = number if kind == NUMBER else {"type": "string", "minLength": 1}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _queries(one: Operation) -> Iterator[dict[str, Any]]:
    if one.query is None:
        return
    (_,), components = msgspec.json.schema_components([one.query], ref_template=REF)
    shape = components[one.query.__name__]
    says = field_words(one.query)
    for name, schema in shape["properties"].items():
        parameter = {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "schema": schema,
        }
        yield parameter | ({"description": says[name]} if name in says else {})


def _headers(one: Operation) -> Iterator[dict[str, Any]]:
    if one.wants_key:
        schema = {"type": "string", "pattern": "^[A-Za-z0-9._~-]{8,64}$"}
        says = "Names this request: sent again with the same key it is done once."
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "schema": schema,
            "description": says,
        }
    if one.wants_version or one.heeds_version:
        says = "The `ETag` that was read." + ("" if one.wants_version else " Without: whatever it is now.")
        yield {
            "name": "If-Match", "in": "header", "required": one.wants_version, "schema": {"type": "string"},
            "description": says,
        }  # fmt: skip


def _responses(one: Operation) -> dict[str, Any]:
    schema = {} if one.answer is None else {"schema": _schema(one.answer)}
    well: dict[str, Any] = {"description": "Done."}
    if one.answer is not None or one.media != "application/json":
        well["content"] = dict.fromkeys((one.media, *one.other_media), schema)
    wrong = sorted({*ALWAYS, *one.problems, *((413, 415) if one.body else (413,) if one.takes else ())})
    content = {"content": {MEDIA: {"schema": {"$ref": REF.format(name="Problem")}}}}
    told = {str(status): {"description": (ALWAYS | MORE)[status]} | content for status in wrong}
    return {str(one.status): well} | told


@cache
def field_words(kind: type) -> dict[str, str]:
    """What stands under each field of a type."""
    found: list[tuple[str, str]] = []
    for one in reversed(kind.__mro__):
        if issubclass(one, Struct) and one is not Struct:
            found += _FIELD.findall(inspect.getsource(one))
    return {name: " ".join(text.split()) for name, text in found}
