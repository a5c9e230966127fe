"""GET /openapi.json: the API as an OpenAPI 3.1 document, written from the very types that read and write it."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final, NamedTuple

import msgspec

from beffroi.guard.doors import agents, asked, changing, finding, listing, opening, released
from beffroi.guard.exposure import answers as exposure
from beffroi.guard.sessions import doors as sessions
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer
from beffroi.standards import authzen

_REFERENCE: Final = "#/components/schemas/{name}"
_COMMON: Final = (400, 401, 403, 413, 429, 503)


class FieldError(msgspec.Struct, frozen=True):
    """A field of the request that was not accepted, and what was expected."""

    field: str
    expected: str


class StepUp(msgspec.Struct, frozen=True):
    """What a step-up must bring: level, greatest age of the second factor in seconds, page of the guard."""

    level: int
    max_age: int | None
    url: str


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
    matches: list[finding.Match] | None = None


class Operation(NamedTuple):
    """One operation: what it is for, its body, its answer, the statuses of its problems."""

    summary: str
    body: Any
    answer: Any
    problems: tuple[int, ...] = _COMMON
    security: tuple[str, ...] = ("application", "session", "client")


_ANY: Final = dict[str, object]
OPERATIONS: Final[Mapping[tuple[str, str], Operation]] = {
    ("POST", "/v1/open"): Operation("Open one person's file", asked.Opening, opening.Opened, (*_COMMON, 404, 422)),
    ("POST", "/v1/release"): Operation(
        "Decide, charge and journal the use of data held elsewhere",
        asked.Opening,
        released.Released,
        (*_COMMON, 404, 422),
    ),
    ("POST", "/v1/releases"): Operation("The same for many people", asked.Releasing, released.ReleasedAll),
    ("POST", "/v1/list"): Operation("A page of people", listing.Listing, listing.ListPage),
    ("POST", "/v1/find"): Operation("Search exactly", finding.Search, finding.Found),
    ("POST", "/v1/create"): Operation("Register a person", changing.Creation, changing.Written, (*_COMMON, 404, 409)),
    ("POST", "/v1/update"): Operation(
        "Replace whole groups of a file", changing.Change, changing.Written, (*_COMMON, 404, 409)
    ),
    ("POST", "/v1/erase"): Operation("Erase a person", changing.Erasure, changing.Written, (*_COMMON, 404)),
    ("POST", "/v1/agents"): Operation("Names of colleagues", agents.Colleagues, agents.Named),
    ("POST", "/v1/inventory"): Operation("Accounts with their exposure", exposure.Wanted, exposure.Page),
    ("POST", "/v1/inventory/account"): Operation(
        "One account with its line of creation", exposure.About, exposure.Line, (*_COMMON, 404)
    ),
    ("POST", authzen.EVALUATION): Operation("AuthZEN evaluation", authzen.Evaluation, authzen.Decision),
    ("POST", authzen.EVALUATIONS): Operation("AuthZEN evaluations", authzen.Evaluations, _ANY),
    ("GET", authzen.METADATA): Operation("AuthZEN metadata", None, _ANY, (), ()),
    ("GET", "/healthz"): Operation("Whether the guard can decide", None, _ANY, (), ()),
    ("POST", "/v1/sessions"): Operation(
        "Redeem the one-time code of a sign-in", sessions.Redemption, _ANY, _COMMON, ("application",)
    ),
    ("GET", "/v1/session"): Operation("Describe the session", None, _ANY),
    ("PUT", "/v1/session"): Operation("Choose a membership", sessions.Choice, _ANY),
    ("DELETE", "/v1/session"): Operation("Sign out", None, _ANY),
    ("POST", "/v1/session/end-all"): Operation("Sign out everywhere", None, _ANY),
}
UNDOCUMENTED: Final = frozenset({"/v1/token", "/metrics", "/openapi.json"})
"""RFC 7523's own form, Prometheus' own text, and this document."""


def _anything(kind: type) -> dict[str, object]:
    """Values whose shape depends on their group, or on whoever sends them."""
    if kind is object:
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
            "200": {"description": "Done", "content": {"application/json": {"schema": next(found)}}}
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
