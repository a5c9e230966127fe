"""What applications keep of a person beside the file, and how it is said: handed out, or shown to that person."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.utils import timezone

import beffroi.governance.transparency.api as transparency
import beffroi.systems.cases.api as cases
import beffroi.systems.prescriptions.api as prescriptions
import beffroi.systems.trainings.api as trainings
from beffroi.client.person_data import moment
from beffroi.client.personal import Consultation
from beffroi.client.recipients import Told
from beffroi.core.appointments import State
from beffroi.core.prescribing import LIVE
from beffroi.core.prescribing import State as Standing
from beffroi.ui.templatetags.formats import instant


def trainings_of(person: UUID, office: UUID) -> Sequence[tuple[dict[str, Any], list[str]]]:
    """Each training that this office prescribed: as the document holds it, and in lines for who reads."""
    return _trainings(prescriptions.every_of_person(person, office))


def _trainings(rows: Sequence[prescriptions.WithSteps]) -> Sequence[tuple[dict[str, Any], list[str]]]:
    noted = trainings.noted([row for row, _steps in rows])
    found = []
    for row, steps in rows:
        marks = noted[row.id]
        one = {
            "organisation": row.session.organisation_name,
            "reference": row.session.reference,
            "title": row.session.title,
            "place": row.session.place,
            "starts_on": row.session.starts_on.isoformat(),
            "ends_on": row.session.ends_on.isoformat(),
            "state": row.state,
            "reason": row.reason,
            "sent_at": moment(row.sent_at),
            "steps": [{"state": step.state, "at": moment(step.at)} for step in steps],
            "attendance": list(marks.attendance),
            "ending": marks.ending,
        }
        title = f"{row.session.title} ({row.session.organisation_name}), {prescriptions.days(row.session)}"
        found.append((one, [title, prescriptions.state(row)[0], *marks.said]))
    return found


def dates_of(people: Sequence[str], names: Mapping[str, str]) -> transparency.Dates:
    """Appointments and trainings of whoever has one of these ids, for that person: what is to come first."""
    ids, now = [UUID(one) for one in people], timezone.now()
    appointments = [
        transparency.OwnDate(
            title, instant(row.starts_at), where, transparency.organisation_of(names, str(row.organisation)), state,
            coming=row.state == State.PLANNED and row.ends_at > now,
        )
        for row in cases.appointments_of(ids)
        for title, where, state in (cases.described(row),)
    ]  # fmt: skip
    trainings = [
        transparency.OwnDate(
            row.session.title, prescriptions.days(row.session), row.session.place, row.session.organisation_name,
            prescriptions.state(row), coming=Standing(row.state) in LIVE,
        )
        for row in prescriptions.sent_of(ids)
    ]  # fmt: skip
    first, rest = [one for one in appointments if one.coming], [one for one in appointments if not one.coming]
    return [*reversed(first), *rest], sorted(trainings, key=lambda one: not one.coming)


def followups_of(people: Sequence[str], names: Mapping[str, str]) -> Sequence[transparency.OwnFollowup]:
    """How each organisation follows whoever has one of these ids, for that person."""
    told = cases.followups_said(cases.followups_of([UUID(one) for one in people]))
    return [
        transparency.OwnFollowup(transparency.organisation_of(names, str(organisation)), entries)
        for organisation, entries in told.items()
    ]


def data_of(people: Sequence[str], names: Mapping[str, str]) -> transparency.Members:
    """All that is kept of whoever has one of these ids beside the file, as the document for that person holds it.

    Whoever follows the person no longer has no name here.
    """
    ids = [UUID(one) for one in people]
    rows = prescriptions.every_of_whoever(ids)
    told = zip(rows, _trainings(rows), strict=True)
    found, hours = cases.followups_of(ids), cases.every_appointment_of(ids)

    def named(organisation: UUID, held: dict[str, Any]) -> dict[str, Any]:
        return {"organisation": names.get(str(organisation)), **held}

    return {
        "followup_statuses": [named(row.organisation, cases.held_status(row)) for row in found.cases],
        "programmes": [named(row.organisation, cases.held_programme(row)) for row in found.programmes],
        "due_steps": [named(row.organisation, cases.held_due_step(row)) for row in found.due_steps],
        "appointments": [named(row.organisation, cases.held_appointment(row)) for row in hours],
        "trainings": [
            {**one, "prescribed_by": names.get(str(row.office))} for (row, _steps), (one, _lines) in told
        ],
    }  # fmt: skip


def consultations_said(rows: Sequence[Told]) -> list[tuple[str, list[str]]]:
    """Consultations as the personal space says them, by day and organisation."""
    return transparency.consultations_said(
        [
            Consultation(
                0, row.at, row.kind, row.groups, None, row.organisation_name, row.job, row.purpose, row.explanation,
                row.reason, False,
            )
            for row in rows
        ]
    )  # fmt: skip
