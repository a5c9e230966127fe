"""Archive and erasure: calls and their answers. Random ids, dates and codes; no name."""

from datetime import datetime

from msgspec import Struct

from beffroi.client.answers import Label
from beffroi.client.approvals import Made
from beffroi.client.calls import Call, post
from beffroi.client.reading import reads


class Place(Struct, frozen=True):
    """An organisation."""

    id: str
    name: str


class ErasureList(Struct, frozen=True):
    """A list of files to erase. ``status`` is ``open``, ``signed`` or ``done``; ``request`` the one that waits."""

    list: str
    organisation: Place
    status: str
    people: int
    sha256: str
    prepared_at: datetime
    erased: int
    kept: int
    request: str | None = None
    signed_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def handled(self) -> int:
        """People whose turn has come, erased or kept."""
        return self.erased + self.kept


class ErasureLists(Struct, frozen=True):
    """Lists within one's reach; delays in days; how many more people lists may erase today, of how many a day."""

    rows: tuple[ErasureList, ...]
    archive_days: int
    erase_days: int
    room: int
    erased_a_day: int
    requests: bool
    archived: int


class ErasureLine(Struct, frozen=True):
    """One file of a list: a random id, and since when nobody follows the person."""

    person: str
    ended_at: datetime


class ErasureHold(Struct, frozen=True):
    """A file held back."""

    hold: str
    person: str
    reason: str
    held_at: datetime
    until_at: datetime


class HoldReason(Struct, frozen=True):
    """A reason of the closed list."""

    code: str
    label: Label


class ErasureListShown(Struct, frozen=True):
    """One list with its lines, what is held back at its organisation, and the reasons there are."""

    list: ErasureList
    lines: tuple[ErasureLine, ...]
    holds: tuple[ErasureHold, ...]
    reasons: tuple[HoldReason, ...]


class Held(Struct, frozen=True):
    """A hold that was made or ended."""

    hold: str
    until_at: datetime


class Gone(Struct, frozen=True):
    """Somebody who was erased."""

    person: str
    erased_at: datetime


class GonePage(Struct, frozen=True):
    """People erased after the place one had come to; ``more``: ask again from the last."""

    rows: tuple[Gone, ...]
    more: bool


class Resumed(Struct, frozen=True):
    """Somebody whom one's organisation follows again, and whether the caller is the referent."""

    person: str
    referent: bool
    entry: int


def erasure_lists() -> Call[ErasureLists]:
    """Lists within one's reach."""
    return post("/v1/erasures/lists", {}, reads(ErasureLists))


def erasure_list(list_: str) -> Call[ErasureListShown]:
    """One list."""
    return post("/v1/erasures/show", {"list": list_}, reads(ErasureListShown))


def hold(list_: str, person: str, reason: str) -> Call[Held]:
    """Hold a file back from a list."""
    return post("/v1/erasures/hold", {"list": list_, "person": person, "reason": reason}, reads(Held))


def release(hold_: str) -> Call[Held]:
    """End a hold."""
    return post("/v1/erasures/release", {"hold": hold_}, reads(Held))


def sign_off(list_: str, sha256: str) -> Call[Made]:
    """Ask two people to agree to exactly this list."""
    return post("/v1/requests/make", {"kind": "erasure", "body": {"list": list_, "sha256": sha256}}, reads(Made))


def gone(erased_at: datetime, person: str) -> Call[GonePage]:
    """People erased after this one."""
    return post("/v1/erasures/gone", {"erased_at": erased_at.isoformat(), "person": person}, reads(GonePage))


def resume(purpose: str, person: str) -> Call[Resumed]:
    """Follow a person again whom nobody follows, found by a search of today."""
    return post("/v1/relations/resume", {"purpose": purpose, "person": person}, reads(Resumed))
