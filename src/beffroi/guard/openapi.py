"""GET /openapi.json: the API as an OpenAPI 3.1 document, written from the very types that read and write it."""

from datetime import datetime
from importlib.metadata import version
from typing import Final

import msgspec

from beffroi.guard.doors import finding
from beffroi.guard.operations import OPERATIONS
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_REFERENCE: Final = "#/components/schemas/{name}"


class FieldError(msgspec.Struct, frozen=True):
    """A field of the request that was not accepted, and what was expected."""

    field: str
    expected: str


class StepUp(msgspec.Struct, frozen=True):
    """What a step-up must bring: level, greatest age of the second factor in seconds, page of the guard."""

    level: int
    max_age: int | None
    url: str


class Restricting(msgspec.Struct, frozen=True):
    """Who decided that a person's file is used no more, and since when."""

    organisation: str
    name: str
    since_at: datetime


class Problem(msgspec.Struct, frozen=True):
    """A problem document (RFC 9457). ``code`` is stable; ``detail`` is a sentence in the language preferred."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    span: str | None = None
    step_up: StepUp | None = None
    errors: list[FieldError] | None = None
    followed_by: list[finding.Follower] | None = None
    archived: bool | None = None
    restricted_by: list[Restricting] | None = None
    reasons: list[str] | None = None
    matches: list[finding.Match] | None = None


def _anything(kind: type) -> dict[str, object]:
    """Values whose shape depends on their group, or on whoever sends them."""
    if kind in (object, msgspec.Raw):
        return {"description": "Any JSON value"}
    raise NotImplementedError(kind)


def document(server: str) -> dict[str, object]:
    """The whole OpenAPI 3.1 document."""
    types = [
        one for operation in OPERATIONS.values() for one in (operation.body, operation.answer) if one is not None
    ]
    schemas, components = msgspec.json.schema_components(
        [Problem, *types], schema_hook=_anything, ref_template=_REFERENCE
    )
    problem, found = schemas[0], iter(schemas[1:])
    paths: dict[str, dict[str, object]] = {}
    for (method, path), operation in OPERATIONS.items():
        entry: dict[str, object] = {
            "summary": operation.summary,
            "operationId": f"{method.lower()}{path.replace('/', '-').replace('.', '')}",
            "security": [{name: [] for name in operation.security}] if operation.security else [],
        }
        if operation.body is not None:
            entry["requestBody"] = {"required": True, "content": {"application/json": {"schema": next(found)}}}
        answers: dict[str, object] = {
            str(operation.done): {"description": "Done", "content": {"application/json": {"schema": next(found)}}}
        }
        for status in operation.problems:
            answers[str(status)] = {
                "description": "Refused",
                "content": {"application/problem+json": {"schema": problem}},
            }
        entry["responses"] = answers
        paths.setdefault(path, {})[method.lower()] = entry
    return {
        "openapi": "3.1.0",
        "info": {"title": "Beffroi guard", "version": version("beffroi"), "license": {"name": "EUPL-1.2"}},
        "servers": [{"url": server}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "application": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "header", "name": "Beffroi-Session"},
                "client": {"type": "apiKey", "in": "header", "name": "Beffroi-Client"},
            },
        },
    }


async def show(call: Call) -> Answer:
    """The document, with this guard's address."""
    areas = call.services.areas
    if "openapi" not in areas:
        areas["openapi"] = document(call.services.settings.public_url)
    return json_answer(areas["openapi"])


ROUTES: Final[Routes] = {("GET", "/openapi.json"): show}
