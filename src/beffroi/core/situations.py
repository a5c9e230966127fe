"""A person's situation through time: what is told of it, what held on a day, what changed between two days.

A change is written once and never rewritten: one that was wrong is put right by another that names it.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple


class Subject(StrEnum):
    """What a change is about."""

    HOUSING = "housing"
    RESOURCES = "resources"
    MOBILITY = "mobility"
    SCHOOLING = "schooling"
    WORK = "work"
    FAMILY = "family"
    HEALTH_COVER = "health-cover"


CODES: Final[Mapping[Subject, tuple[str, ...]]] = {
    Subject.HOUSING: ("family", "alone", "shared", "hostel", "hosted", "homeless"),
    Subject.RESOURCES: ("none", "wage", "benefit", "allowance", "grant", "family-help"),
    Subject.MOBILITY: ("none", "public-transport", "bicycle", "licence", "vehicle"),
    Subject.SCHOOLING: ("pupil", "student", "apprentice", "left-school", "diploma"),
    Subject.WORK: ("none", "seeking", "fixed-term", "permanent", "temporary", "internship", "civic-service"),
    Subject.FAMILY: ("single", "couple", "expecting", "children", "carer"),
    Subject.HEALTH_COVER: ("none", "general", "complementary", "solidarity"),
}
"""What may be told of each subject."""


class Change(NamedTuple):
    """One change: its place in the file, the day from which it held, and the place of the one it puts right."""

    number: int
    on: date
    subject: Subject
    code: str
    corrects: int | None = None


class Difference(NamedTuple):
    """What a subject was and became; None where nothing was told."""

    subject: Subject
    before: Change | None
    after: Change | None


def corrected(changes: Iterable[Change]) -> frozenset[int]:
    """Places of the changes that another puts right. Only an earlier one of the same subject can be."""
    known = {change.number: change for change in changes}
    return frozenset(
        change.corrects
        for change in known.values()
        if change.corrects in known
        and change.corrects < change.number
        and known[change.corrects].subject is change.subject
    )


def standing(changes: Iterable[Change], day: date) -> Mapping[Subject, Change]:
    """What held on a day, in the order of `Subject`: the latest change of each subject that no other puts right."""
    changes = tuple(changes)
    wrong = corrected(changes)
    found: dict[Subject, Change] = {}
    for change in sorted(changes, key=lambda each: (each.on, each.number)):
        if change.on <= day and change.number not in wrong:
            found[change.subject] = change
    return {subject: found[subject] for subject in Subject if subject in found}


def between(changes: Iterable[Change], first: date, last: date) -> tuple[Difference, ...]:
    """What was no longer the same on the second day as on the first, whichever of the two comes first."""
    changes = tuple(changes)
    before, after = (standing(changes, day) for day in sorted((first, last)))
    return tuple(
        Difference(subject, before.get(subject), after.get(subject))
        for subject in Subject
        if _said(before.get(subject)) != _said(after.get(subject))
    )


def _said(change: Change | None) -> str | None:
    return None if change is None else change.code
