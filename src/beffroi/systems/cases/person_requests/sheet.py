"""The same document for who reads: sections of plain words, in the language of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, gettext

from beffroi.client.answers import Opened
from beffroi.client.attachments import Attachment
from beffroi.client.person_requests import PersonRequest
from beffroi.core import appointments
from beffroi.core.progress import Programme, Status
from beffroi.systems.cases.appointments import words as of_appointments
from beffroi.systems.cases.followup import notes_of, steps_of
from beffroi.systems.cases.notes.words import STATES as STEP_STATES
from beffroi.systems.cases.payments import words as of_payments
from beffroi.systems.cases.payments.reading import payments_of
from beffroi.systems.cases.people import day_of, text_of
from beffroi.systems.cases.person_requests.held import Trainings
from beffroi.systems.cases.person_requests.words import STATES, TO_PERSON, said
from beffroi.systems.cases.progress import words as of_progress
from beffroi.systems.cases.representatives.actions import GROUP as REPRESENTATIVES
from beffroi.systems.cases.representatives.reading import representatives_of
from beffroi.systems.cases.sections import SECTIONS, Section, entries
from beffroi.systems.cases.situations.reading import told
from beffroi.ui import attachments as of_attachments
from beffroi.ui import formatting
from beffroi.ui.components import Entry


@dataclass(frozen=True, repr=False)
class Listed:
    """Several lines under one title."""

    title: str
    lines: list[str]


@dataclass(frozen=True, repr=False)
class Part:
    """One section: fields, and what there are several of."""

    title: str
    entries: list[Entry] = field(default_factory=list)
    lists: list[Listed] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def parts(
    opened: Opened,
    rows: Mapping[str, Any],
    trainings: Trainings,
    attachments: Sequence[Attachment],
    requests: Sequence[PersonRequest],
) -> list[Part]:
    """Every section that holds something."""
    found = [_group(SECTIONS[group], opened.fields[group]) for group in SECTIONS if group in opened.fields]
    found += [_followup_here(rows), *_trainings(trainings)]
    found.append(
        Part(gettext("Pièces jointes"), lists=_list("", [
            " – ".join((of_attachments.kind(row.kind), of_attachments.media(row.media), of_attachments.size(row.size),
                        _day(row.added_at.isoformat())))
            for row in attachments
        ]))
    )  # fmt: skip
    found.append(
        Part(gettext("Demandes sur les données"), lists=_list("", [
            " – ".join((said(TO_PERSON, row.article), _day(row.received_on.isoformat()), said(STATES, row.state)))
            for row in requests
        ]))
    )  # fmt: skip
    return [part for part in found if part.entries or part.lists]


def _group(section: Section, values: Mapping[str, Any]) -> Part:
    if section.group == REPRESENTATIVES:
        people = representatives_of(values)
        lines = [
            f"{entry.term} – {entry.value}" for one in people for entry in entries(section, one.values) if entry.value
        ]
        return Part(str(section.title), lists=_list("", lines))
    shown = [entry for entry in entries(section, values) if entry.value]
    if text_of(values.get("commune_code")):
        shown.append(Entry(gettext("Code de la commune"), text_of(values["commune_code"])))
    return Part(str(section.title), shown, [*_written(values), *_paid(values), *_changes(values)])


def _written(values: Mapping[str, Any]) -> list[Listed]:
    now = timezone.now()
    notes = []
    for note in notes_of(values, "", now):
        notes.append(f"{instant(note.at)} – {note.text}")
        for each in note.earlier:
            until = gettext("jusqu'au %(day)s") % {"day": instant(each.until)}
            notes.append(f"{gettext('Rédaction précédente')}, {until} – {each.text}")
    steps = []
    for step in steps_of(values):
        state = step.status if step.state is None else str(STEP_STATES[step.state][0])
        line = [step.label, state]
        if step.due_on is not None:
            line.append(gettext("au plus tard le %(day)s") % {"day": _day(step.due_on.isoformat())})
        if step.at is not None:
            line.append(_day(step.at.isoformat()))
        steps.append(" – ".join(line))
    return [*_list(gettext("Notes"), notes), *_list(gettext("Démarches"), steps)]


def _paid(values: Mapping[str, Any]) -> list[Listed]:
    lines = []
    for one in payments_of(values):
        ends = [] if one.paid_on is None else [gettext("versé le %(day)s") % {"day": _day(one.paid_on.isoformat())}]
        wrong = [gettext("corrigé ensuite")] if one.wrong else []
        line = [of_payments.programme(one.programme), of_payments.month(one.month), of_payments.amount(one.cents)]
        lines.append(" – ".join([*line, *ends, *wrong]))
    return _list(gettext("Versements"), lines)


def _changes(values: Mapping[str, Any]) -> list[Listed]:
    lines = []
    for one in told(values):
        line = [_day(one.on.isoformat()), str(one.subject), str(one.word), one.text]
        if one.before:
            line.append(gettext("auparavant : %(text)s") % {"text": one.before})
        if one.wrong:
            line.append(gettext("corrigé ensuite"))
        lines.append(" – ".join(each for each in line if each))
    return _list(gettext("Changements de situation"), lines)


def _followup_here(rows: Mapping[str, Any]) -> Part:
    """What the organisation keeps by random id."""
    case = rows["followup_status"]
    shown = []
    if case is not None:
        shown.append(Entry(gettext("Statut"), of_progress.status(Status(case["status"]))[0]))
        if case["contacted_on"]:
            shown.append(Entry(gettext("Dernier contact"), _day(case["contacted_on"])))
    met = [
        " – ".join((
            instant(datetime.fromisoformat(one["starts_at"])),
            str(of_appointments.KINDS[appointments.Kind(one["kind"])]),
            str(of_appointments.PLACES[appointments.Place(one["place"])]),
            str(of_appointments.STATES[appointments.State(one["state"])][0]),
        ))
        for one in rows["appointments"]
    ]  # fmt: skip
    followed = []
    for one in rows["programmes"]:
        last = gettext("en cours") if one["ends_on"] is None else _day(one["ends_on"])
        followed.append(" – ".join((of_progress.PROGRAMMES[Programme(one["code"])], _day(one["starts_on"]), last)))
    return Part(
        gettext("Suivi par cette structure"), shown,
        [*_list(gettext("Rendez-vous"), met), *_list(gettext("Dispositifs"), followed)],
    )  # fmt: skip


def _trainings(trainings: Trainings) -> list[Part]:
    lists = [Listed(lines[0], lines[1:]) for _one, lines in trainings]
    return [Part(gettext("Formations prescrites"), lists=lists)] if lists else []


def _list(title: str, lines: list[str]) -> list[Listed]:
    return [Listed(title, lines)] if lines else []


def _language() -> str:
    return formatting.language_of(get_language())


def day(at: datetime) -> str:
    """The day of an instant, in words."""
    return formatting.long_date(timezone.localtime(at).date(), _language())


def instant(at: datetime | None) -> str:
    """An instant in words."""
    return gettext("sans date") if at is None else formatting.instant(timezone.localtime(at), _language())


def _day(text: str) -> str:
    found = day_of(text[:10])
    return text if found is None else formatting.long_date(found, _language())
