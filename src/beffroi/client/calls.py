"""What can be asked of the guard: each function builds one call and knows how to read its answer. No network."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec

from beffroi.client import answers, reading

Answer = TypeVar("Answer", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One request: method, path and JSON body, and the reader of a 2xx answer. Its ``repr`` shows no body."""

    method: str
    path: str
    body: bytes | None
    read: Callable[[Any], Answer]

    def __repr__(self) -> str:
        return f"Call({self.method} {self.path})"


def post(path: str, body: object, read: Callable[[Any], Answer]) -> Call[Answer]:
    """A call with a JSON body."""
    return Call("POST", path, msgspec.json.encode(body), read)


def redeem(code: str, client: str, state: str) -> Call[answers.Begun]:
    """Exchange the one-time code of a sign-in for a session handle bound to this client.

    ``state`` is the one this browser was sent to the guard with: the guard refuses a code made for another, so that
    a stolen code cannot be slipped into somebody else's return.
    """
    return post("/v1/sessions", {"code": code, "client": client, "state": state}, reading.begun)


def session() -> Call[answers.Session]:
    """Describe the live session: memberships, level, budgets."""
    return Call("GET", "/v1/session", None, reading.session)


def choose(habilitation: str) -> Call[answers.Session]:
    """Act under this membership from now on."""
    return Call("PUT", "/v1/session", msgspec.json.encode({"habilitation": habilitation}), reading.session)


def end() -> Call[answers.Ended]:
    """Sign out of this session."""
    return Call("DELETE", "/v1/session", None, reading.ended)


def end_all() -> Call[answers.Ended]:
    """Sign out everywhere: every session of the account ends."""
    return post("/v1/session/end-all", {}, reading.ended)


def open_file(
    person: str, purpose: str, groups: Sequence[str], *, reason: str | None = None, text: str | None = None
) -> Call[answers.Opened]:
    """Open one person's groups; ``reason`` and ``text`` make it a break-glass opening."""
    broken = None if reason is None else {"reason": reason, "text": text or ""}
    body = {"person": person, "purpose": purpose, "groups": list(groups), "break_glass": broken}
    return post("/v1/open", body, reading.opened)


def release(person: str, purpose: str, groups: Sequence[str]) -> Call[answers.Released]:
    """Decide, charge and journal for data the application itself holds about a person."""
    body = {"person": person, "purpose": purpose, "groups": list(groups), "break_glass": None}
    return post("/v1/release", body, reading.released)


def portfolio(purpose: str, *, scope: str, order: str, page: int, size: int = 25) -> Call[answers.Page]:
    """A page of one's own people (``portfolio``) or of the organisation's (``organisation``), identities opened."""
    body = {"purpose": purpose, "scope": scope, "order": order, "page": page, "size": size}
    return post("/v1/list", body, reading.page)


def ids(purpose: str, *, scope: str) -> Call[answers.Ids]:
    """Random ids of one's own people (``portfolio``), of the organisation's, or of those among them whom no agent
    follows (``without-referent``): nothing is opened nor charged."""
    return post("/v1/list/ids", {"purpose": purpose, "scope": scope}, reading.ids)


def people(purpose: str, given: Sequence[str]) -> Call[answers.Page]:
    """The identities of at most 50 people by their ids, in that order, each opened, charged and journaled.

    Somebody unknown and somebody whom the agent may not know come masked alike.
    """
    return post("/v1/list", {"purpose": purpose, "scope": "given", "people": list(given)}, reading.page)


def find(purpose: str, by: str, criteria: Mapping[str, str]) -> Call[answers.Found]:
    """Search exactly: ``by`` is nir, agency-id, email or phone (criterion ``value``), or name (criteria
    ``last_name``, ``first_name``, ``birth_date``)."""
    return post("/v1/find", {"purpose": purpose, "by": by, **criteria}, reading.found)


def create(
    purpose: str, fields: Mapping[str, Mapping[str, Any]], *, distinct_from: Sequence[str] = ()
) -> Call[answers.Created]:
    """Register a person; refused with ``duplicate`` and the matches when somebody is already known.

    ``distinct_from`` are namesakes that somebody has seen not to be the same person.
    """
    body = {"purpose": purpose, "fields": fields, "distinct_from": list(distinct_from)}
    return post("/v1/create", body, reading.created)


def update(
    person: str,
    purpose: str,
    fields: Mapping[str, Mapping[str, Any] | None],
    *,
    version: int | None = None,
    distinct_from: Sequence[str] = (),
) -> Call[answers.Registered]:
    """Replace whole groups of a person's file, None emptying one; refused (``version-conflict``) when it
    is no longer at ``version``.

    Refused with ``duplicate`` and the matches when a number or name given is somebody else's, as by :func:`create`.
    """
    body: dict[str, Any] = {"person": person, "purpose": purpose, "fields": fields}
    if version is not None:
        body["expected_version"] = version
    if distinct_from:
        body["distinct_from"] = list(distinct_from)
    return post("/v1/update", body, reading.registered)


def erase(person: str, purpose: str) -> Call[answers.Registered]:
    """Destroy the person's key and indexes."""
    return post("/v1/erase", {"person": person, "purpose": purpose}, reading.registered)


def colleagues(accounts: Sequence[str]) -> Call[answers.Colleagues]:
    """Display names of at most 100 accounts; those outside the agent's own organisation are left out."""
    return post("/v1/agents", {"accounts": list(accounts)}, reading.colleagues)
