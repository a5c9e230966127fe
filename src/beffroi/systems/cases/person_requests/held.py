"""What this organisation's console keeps of a person by random id, and the document that is handed to them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from beffroi.client import person_data
from beffroi.client.answers import Opened
from beffroi.client.attachments import Attachment
from beffroi.client.person_data import moment
from beffroi.client.person_requests import PersonRequest
from beffroi.core.person_rights import Article, State
from beffroi.systems.cases.models import Appointment, Case, DueStep, ProgrammePeriod

HANDS_OUT = frozenset({Article.ACCESS.value, Article.PORTABILITY.value})
"""Articles that are answered with the data."""
Trainings = Sequence[tuple[dict[str, Any], list[str]]]


def hands_out(row: PersonRequest) -> bool:
    """Whether this request is answered with the data, now: the identity is checked, the answer not given."""
    return row.article in HANDS_OUT and row.state == State.IN_PROGRESS.value


@cache
def trainings() -> Callable[[UUID, UUID], Trainings]:
    """What other applications keep: the composition root names it (CASES_TRAININGS_OF_PERSON)."""
    return cast(Callable[[UUID, UUID], Trainings], import_string(settings.CASES_TRAININGS_OF_PERSON))


def rows_of(person: UUID, office: UUID) -> dict[str, Any]:
    """What the console's own tables hold of a person at one organisation, without who wrote it."""
    mine = {"person": person, "organisation": office}
    case = Case.objects.filter(**mine).first()
    return {
        "followup_status": None if case is None else followup_status(case),
        "programmes": [
            programme(row)
            for row in ProgrammePeriod.objects.filter(**mine).order_by("starts_on", "id")
        ],
        "appointments": [
            appointment(row)
            for row in Appointment.objects.filter(**mine).order_by("starts_at", "id")
        ],
        "due_steps": [
            due_step(row)
            for row in DueStep.objects.filter(**mine).order_by("due_on", "id")
        ],
    }  # fmt: skip


def followup_status(case: Case) -> dict[str, Any]:
    """How a follow-up stands."""
    return {
        "status": case.status, "contacted_on": None if case.contacted_on is None else case.contacted_on.isoformat(),
    }  # fmt: skip


def programme(row: ProgrammePeriod) -> dict[str, Any]:
    """A programme, from when until when."""
    return {
        "code": row.code, "starts_on": row.starts_on.isoformat(),
        "ends_on": None if row.ends_on is None else row.ends_on.isoformat(),
    }  # fmt: skip


def due_step(row: DueStep) -> dict[str, Any]:
    """The day of a step; its words are in the file."""
    return {"due_on": row.due_on.isoformat(), "state": row.state}


def appointment(row: Appointment) -> dict[str, Any]:
    """An appointment, without who is met."""
    return {
        "starts_at": moment(row.starts_at), "ends_at": moment(row.ends_at), "kind": row.kind, "place": row.place,
        "state": row.state, "arrived_at": None if row.arrived_at is None else moment(row.arrived_at),
    }  # fmt: skip


def attachment(row: Attachment) -> dict[str, Any]:
    """A line of the list: what it is, never who added it."""
    return {"kind": row.kind, "media": row.media, "size": row.size, "added_at": moment(row.added_at)}


def asked(row: PersonRequest) -> dict[str, Any]:
    """A request of the person, as the register holds it."""
    return {
        "article": row.article, "received_on": row.received_on.isoformat(), "state": row.state,
        "extended": row.extended, "reason": row.reason,
    }  # fmt: skip


def document(
    opened: Opened,
    attachments: Sequence[Attachment],
    requests: Sequence[PersonRequest],
    organisation: Mapping[str, str],
    trainings_of: Trainings,
    made_at: datetime,
    received: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Everything together. Groups that the guard withheld are named, so that nobody takes the document for whole.

    ``received`` is for who asked for access (article 15); portability (20) is of the data alone.
    """
    office = UUID(organisation["id"])
    elsewhere = ["attachment-contents", "corrections", "request-texts", "dates-of-other-organisations"]
    if received is None:
        elsewhere = ["consultations", "other-organisations", "messages", *elsewhere]
    return person_data.document(
        "organisation", made_at, opened.fields, elsewhere,
        organisation=organisation["name"],
        withheld=sorted(opened.withheld),
        **rows_of(UUID(opened.person), office),
        trainings=[one for one, _lines in trainings_of],
        attachments=[attachment(row) for row in attachments],
        requests=[asked(row) for row in requests],
        **(received or {}),
    )  # fmt: skip
