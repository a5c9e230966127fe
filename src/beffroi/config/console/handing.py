"""What applications other than the files' own keep of a person, to be handed out: prescriptions and attendance."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import beffroi.systems.prescriptions.api as prescriptions
import beffroi.systems.trainings.api as trainings
from beffroi.client.person_data import moment


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
