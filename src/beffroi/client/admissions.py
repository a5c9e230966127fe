"""Whom an organisation's directory asks for: calls and their answers. What the directory told is ``Identifying``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from beffroi.client.approvals import ApplicationOption, Made, Place, RoleOption
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads
from beffroi.core.identifying import Identifying


class Admission(Struct, frozen=True):
    """Somebody who waits; ``asks`` is ``account`` for somebody new, ``return`` for giving access back."""

    id: str
    organisation: Place
    asks: str
    first_name: Identifying | None
    last_name: Identifying | None
    email: Identifying
    job: Identifying | None
    created_at: datetime


class Queue(Struct, frozen=True):
    """A page of those who wait, the oldest first."""

    total: int
    page: int
    pages: int
    rows: tuple[Admission, ...]


class Shown(Struct, frozen=True):
    """One of them, the roles that may be asked for there, and the applications they may be for."""

    admission: Admission
    roles: tuple[RoleOption, ...]
    applications: tuple[ApplicationOption, ...]


def waiting(page: int = 1, *, count_only: bool = False) -> Call[Queue]:
    """A page of those who wait, or only how many they are."""
    return post("/v1/admissions/list", {"page": page, "count_only": count_only}, reads(Queue))


def show(admission: str) -> Call[Shown]:
    """One of them."""
    return post("/v1/admissions/show", {"admission": admission}, reads(Shown))


def take_up(admission: str, body: Mapping[str, Any]) -> Call[Made]:
    """Make the request for access; ``body`` is the one of a request, without the organisation."""
    return post("/v1/admissions/take-up", {"admission": admission, **body}, reads(Made))


def dismiss(admission: str, reason: str) -> Call[None]:
    """No request comes of it: ``not-known``, ``no-need``, ``twice`` or ``not-now``."""
    return post("/v1/admissions/dismiss", {"admission": admission, "reason": reason}, lambda _: None)
