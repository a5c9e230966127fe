"""The changes of an opened situation, as screens show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext

from beffroi.core import casefile
from beffroi.core.situations import Change, Subject, corrected, standing
from beffroi.systems.cases.people import day_of, text_of
from beffroi.systems.cases.sections import SECTIONS, entries
from beffroi.systems.cases.situations.words import CODES, SUBJECTS
from beffroi.ui import formatting
from beffroi.ui.components import Entry

SITUATION = "situation"
FIELD = "field"
"""Subject of a change made by editing a field of the situation; its code is the field."""
_TOLD_BY_CHANGES = {
    "housing": Subject.HOUSING,
    "mobility": Subject.MOBILITY,
    "family": Subject.FAMILY,
    "resources": Subject.RESOURCES,
}
"""Fields of the situation whose subject has dated changes too."""


@dataclass(frozen=True, repr=False)
class Told:
    """A change as it is shown. ``change`` is None for an edited field, which has what it said ``before``.

    ``author`` is an account, then its name when it is a colleague's.
    """

    number: int
    on: date
    at: datetime | None
    author: str
    subject: str | Promise
    word: str | Promise
    text: str
    before: str
    change: Change | None
    wrong: bool


def changes_of(values: Mapping[str, Any]) -> tuple[Change, ...]:
    """Those that are told by codes, in the order in which they were written."""
    found = (_change(number, each) for number, each in enumerate(values.get("changes", ())))
    return tuple(change for change in found if change is not None)


def _change(number: int, each: Mapping[str, Any]) -> Change | None:
    subject, on, code = text_of(each.get("subject")), day_of(each.get("on")), text_of(each.get("code"))
    if subject not in set(Subject) or on is None:
        return None
    corrects = each.get("corrects")
    return Change(number, on, Subject(subject), code, corrects if isinstance(corrects, int) else None)


def told(values: Mapping[str, Any]) -> tuple[Told, ...]:
    """Every change, the last day first."""
    wrong = corrected(changes_of(values))
    found = [_told(number, each, number in wrong) for number, each in enumerate(values.get("changes", ()))]
    return tuple(sorted(found, key=lambda each: (each.on, each.number), reverse=True))


def _told(number: int, each: Mapping[str, Any], wrong: bool) -> Told:
    change, code = _change(number, each), text_of(each.get("code"))
    subject: str | Promise = _field(code)
    word: str | Promise = ""
    if change is not None:
        subject, word = SUBJECTS[change.subject], said(change)
    return Told(
        number,
        day_of(each.get("on")) or date.min,
        casefile.instant(text_of(each.get("at"))),
        text_of(each.get("author")),
        subject,
        word,
        text_of(each.get("text")),
        text_of(each.get("before")),
        change,
        wrong,
    )


def _field(name: str) -> str | Promise:
    return next((field.label for field in SECTIONS[SITUATION].fields if field.name == name), name)


def said(change: Change | None) -> str | Promise:
    """The word of a change; nothing where nothing was told."""
    return "" if change is None else CODES[change.subject].get(change.code, change.code)


def since(change: Change) -> str:
    """« depuis le 1er juin 2026 »."""
    day = formatting.long_date(change.on, formatting.language_of(get_language()))
    return gettext("depuis le %(day)s") % {"day": day}


def today_of(values: Mapping[str, Any], today: date) -> list[Entry]:
    """The fields of an opened situation; where a change tells what holds today, its word, the field's text below."""
    section, held = SECTIONS[SITUATION], standing(changes_of(values), today)
    edited = {
        text_of(each.get("code")): number
        for number, each in enumerate(values.get("changes", ()))
        if text_of(each.get("subject")) == FIELD
    }
    written = zip(section.fields, entries(section, values), strict=True)
    return [_today(entry, _held(field.name, held), edited.get(field.name, -1)) for field, entry in written]


def _held(name: str, held: Mapping[Subject, Change]) -> Change | None:
    subject = _TOLD_BY_CHANGES.get(name)
    return None if subject is None else held.get(subject)


def _today(entry: Entry, change: Change | None, edited: int) -> Entry:
    """``edited``: the number of the last edit of the field; one that was written after the change says more."""
    if change is None or edited > change.number:
        return entry
    note = since(change)
    if entry.value:
        note = gettext("%(since)s ; au dossier : %(text)s") % {"since": note, "text": entry.value}
    return Entry(entry.term, str(said(change)), note=note)


def authors_of(changes: Sequence[Told]) -> list[str]:
    """Accounts to be named, each once; at most a hundred."""
    return list(dict.fromkeys(change.author for change in changes))[:100]
