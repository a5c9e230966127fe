"""What other rooms than the files' add to what a person is handed: prescriptions, attendance, words of openings."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import beffroi.governance.transparency.api as transparency
import beffroi.systems.prescriptions.api as prescriptions
import beffroi.systems.trainings.api as trainings
from beffroi.client.person_data import moment
from beffroi.client.personal import Consultation
from beffroi.client.recipients import Told


def trainings_of(person: UUID, office: UUID) -> Sequence[tuple[dict[str, Any], list[str]]]:
    """Each training that this office prescribed: as the document holds it, and in lines for who reads."""
    rows = prescriptions.every_of_person(person, office)
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
