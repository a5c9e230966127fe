"""Reading the guard's JSON into typed answers; texts of a person's fields become ``Identifying`` on the way in."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import msgspec

from beffroi.client import answers
from beffroi.core.identifying import Identifying

Kind = TypeVar("Kind")


def hidden(value: Any) -> Any:
    """Wrap every text of a nested JSON value; keys, numbers and booleans stay."""
    if isinstance(value, str):
        return Identifying(value)
    if isinstance(value, list):
        return [hidden(item) for item in value]
    if isinstance(value, dict):
        return {key: hidden(item) for key, item in value.items()}
    return value


def _identifying(kind: type, value: Any) -> Any:
    if kind is Identifying and isinstance(value, str):
        return Identifying(value)
    if kind is Identifying and isinstance(value, Identifying):
        return value
    raise NotImplementedError(kind)


def typed(kind: type[Kind], value: Any) -> Kind:
    """A JSON value as ``kind``; texts become ``Identifying`` where it says so. Raises msgspec.ValidationError."""
    return msgspec.convert(value, kind, dec_hook=_identifying)


def reads(kind: type[Kind]) -> Callable[[Any], Kind]:
    """What reads an answer as ``kind``, as :func:`typed` does."""
    return partial(typed, kind)


def session(body: Any) -> answers.Session:
    """A session's description."""
    return typed(answers.Session, {**body, "display_name": body["agent"]["display_name"]})


def begun(body: Any) -> answers.Begun:
    """A redeemed session and its handle."""
    return answers.Begun(Identifying(body["handle"]), session(body))


def ended(body: Any) -> answers.Ended:
    """A sign-out."""
    return typed(answers.Ended, body)


def opened(body: Any) -> answers.Opened:
    """One person's released groups."""
    person = body["person"]
    flat = {**body, "person": person["id"], "fields": hidden(person["fields"])}
    return typed(answers.Opened, flat)


def released(body: Any) -> answers.Released:
    """A decision about data held elsewhere."""
    return typed(answers.Released, body)


def page(body: Any) -> answers.Page:
    """A page of a portfolio."""
    return typed(answers.Page, {**body, "rows": page_rows(body["rows"])})


def page_rows(rows: Any) -> list[dict[str, Any]]:
    """Lines of people, their fields hidden."""
    return [{**row, "fields": hidden(row.get("fields", {}))} for row in rows]


def ids(body: Any) -> answers.Ids:
    """Random ids of a list."""
    return typed(answers.Ids, body)


def found(body: Any) -> answers.Found:
    """The matches of a search."""
    return typed(answers.Found, body)


def colleagues(body: Any) -> answers.Colleagues:
    """Names of colleagues."""
    return typed(answers.Colleagues, body)


def created(body: Any) -> answers.Created:
    """A person registered; who registers is the referent, where an older guard says nothing of it."""
    return typed(answers.Created, {"referent": True, **body})


def registered(body: Any) -> answers.Registered:
    """A person written."""
    return typed(answers.Registered, body)


def refused(body: Any, retry_after: int | None = None) -> answers.Refused:
    """A problem document (RFC 9457), and the seconds its Retry-After header asks to wait."""
    return typed(answers.Refused, {**body, "retry_after": retry_after})
