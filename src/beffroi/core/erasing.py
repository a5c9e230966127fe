"""When a file is archived, when it is due for erasure, and what exactly two people sign off (I-13).

Storage is limited to what the purpose needs (GDPR article 5.1.e). The CNIL's guide on retention counts three ages of
a record: in use, intermediate archive, then erasure. Both delays run from the end of the last relation with any
organisation, and are data of the policy. Whoever is followed again is no longer archived, and no longer due.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, NamedTuple

from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.policy import Label, Relation, RetentionRules

DAY: Final = timedelta(days=1)
_NO_FOLLOWING: Final = frozenset({Relation.ARCHIVED.value, Relation.RESTRICTED.value})


class HoldReason(StrEnum):
    """Why a file is held back from a list: a closed list, for nobody writes a person's story here."""

    LITIGATION = "litigation"
    PERSON_ASKED = "person-asked"
    MINOR = "minor"
    INVESTIGATION = "investigation"
    LEGAL_DUTY = "legal-duty"


HOLD_REASONS: Final = {
    HoldReason.LITIGATION: Label("Litige ou recours en cours", "Litigation or appeal under way"),
    HoldReason.PERSON_ASKED: Label("La personne a demandé la conservation", "The person asked to keep it"),
    HoldReason.MINOR: Label("Personne mineure", "Person under 18"),
    HoldReason.INVESTIGATION: Label("Enquête ou incident en cours", "Investigation or incident under way"),
    HoldReason.LEGAL_DUTY: Label("Obligation légale de conservation", "Legal duty to keep it"),
}
"""What each is called on screen."""


class Tie(NamedTuple):
    """A relation of any organisation with a person, over or not."""

    organisation: OrganisationId
    kind: str
    until_at: datetime | None


class File(NamedTuple):
    """A person's file as a sweep sees it. ``wanted``: something needs it still, as an unanswered report of theirs."""

    person: PersonId
    came_at: datetime
    ties: tuple[Tie, ...]
    held: bool
    wanted: bool


class Line(NamedTuple):
    """One line of a list: who is due, and since when nobody follows them."""

    person: PersonId
    ended_at: datetime


def ended_at(file: File, now: datetime) -> datetime | None:
    """When the last relation ended; ``None`` while one holds. Without any, when the file came.

    The archive's own relation is none: it only says what this function says. Nor is a restriction.
    """
    real = [tie for tie in file.ties if tie.kind not in _NO_FOLLOWING]
    if not real:
        return file.came_at
    ends = [tie.until_at for tie in real if tie.until_at is not None]
    last = max(ends, default=now)
    return last if len(ends) == len(real) and last <= now else None


def last_organisation(file: File) -> OrganisationId | None:
    """Who answers for an old file: the last that followed the person, or else that knew them; ``None``: nobody."""
    real = [tie for tie in file.ties if tie.kind not in _NO_FOLLOWING and tie.until_at is not None]
    if not real:
        return None
    return max(real, key=lambda tie: (tie.kind == Relation.FOLLOWED, tie.until_at, tie.organisation)).organisation


def is_restricted(file: File, now: datetime) -> bool:
    """Whether the person has the use of their file restricted: it stays as it is (GDPR article 18.1.b and c)."""
    return any(tie.kind == Relation.RESTRICTED and (tie.until_at is None or now < tie.until_at) for tie in file.ties)


def archivable(file: File, now: datetime, rules: RetentionRules) -> OrganisationId | None:
    """Whose archive the file goes to now; ``None`` while it stays where it is."""
    end = ended_at(file, now)
    archived = any(tie.kind == Relation.ARCHIVED and tie.until_at is None for tie in file.ties)
    if end is None or archived or is_restricted(file, now) or now - end < rules.archive_days * DAY:
        return None
    return last_organisation(file)


def due(file: File, now: datetime, rules: RetentionRules) -> datetime | None:
    """Since when nobody follows a person whose file is due for erasure; ``None`` for a file that stays."""
    end = ended_at(file, now)
    if end is None or file.held or file.wanted or is_restricted(file, now) or now - end < rules.erase_days * DAY:
        return None
    return end


def digest(id: str, organisation: OrganisationId, lines: Iterable[Line]) -> bytes:
    """What is signed: SHA-256 of the canonical JSON of the list, its lines by person; instants in microseconds."""
    said = sorted([line.person, line.ended_at.isoformat(timespec="microseconds")] for line in lines)
    whole = {"beffroi": "erasure/1", "lines": said, "list": id, "organisation": organisation}
    return sha256(json.dumps(whole, separators=(",", ":"), sort_keys=True).encode()).digest()


def room(rules: RetentionRules, erased: int) -> int:
    """How many more people lists may erase, when so many were erased in the last 24 hours, on whatever ground."""
    return max(0, rules.erased_a_day - erased)
