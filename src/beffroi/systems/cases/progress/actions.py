"""Saying how a follow-up stands, beginning and ending programmes. Each is one transaction on the console's tables."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from beffroi.core.progress import Period, Programme, Status, collide
from beffroi.systems.cases.appointments.queries import Desk
from beffroi.systems.cases.models import Case, ProgrammePeriod


def say_status(
    desk: Desk, person: UUID, status: Status, contacted_on: date | None, shown_on: str, now: datetime
) -> None:
    """Write where the follow-up stands, and the day of the last contact.

    The form showed that of ``shown_on``, so None takes it away, and leaves one that was written meanwhile.
    """
    values: dict[str, object] = {
        "status": status.value, "contacted_on": contacted_on, "changed_by": UUID(desk.account), "changed_at": now,
    }  # fmt: skip
    with transaction.atomic():
        known = Case.objects.select_for_update().filter(organisation=desk.organisation, person=person).first()
        if contacted_on is None and known is not None and str(known.contacted_on or "") != shown_on:
            del values["contacted_on"]
        Case.objects.update_or_create(organisation=UUID(desk.organisation), person=person, defaults=values)


def begin(desk: Desk, person: UUID, programme: Programme, period: Period, now: datetime) -> bool:
    """Write that a programme is followed; False when it is already on some of these days."""
    try:
        with transaction.atomic():
            rows = ProgrammePeriod.objects.select_for_update().filter(
                organisation=desk.organisation, person=person, code=programme.value
            )
            if any(collide(period, Period(row.starts_on, row.ends_on)) for row in rows):
                return False
            ProgrammePeriod.objects.create(
                person=person,
                organisation=UUID(desk.organisation),
                code=programme.value,
                starts_on=period.starts_on,
                ends_on=period.ends_on,
                changed_by=UUID(desk.account),
                changed_at=now,
            )
    except IntegrityError:  # two began it at the same instant: the table keeps one
        return False
    return True


def end(desk: Desk, person: UUID, identifier: UUID, day: date, now: datetime) -> bool:
    """Write the last day of a programme under way; False when there is none, or the day is before its first."""
    with transaction.atomic():
        found = (
            ProgrammePeriod.objects.select_for_update()
            .filter(id=identifier, organisation=desk.organisation, person=person, ends_on__isnull=True)
            .first()
        )
        if found is None or day < found.starts_on:
            return False
        found.ends_on, found.changed_by, found.changed_at = day, UUID(desk.account), now
        found.save(update_fields=["ends_on", "changed_by", "changed_at"])
        return True


def remove(desk: Desk, person: UUID, identifier: UUID) -> bool:
    """Take away a programme written by mistake; False when this person has none of that id here."""
    with transaction.atomic():
        rows = ProgrammePeriod.objects.filter(id=identifier, organisation=desk.organisation, person=person)
        return rows.delete()[0] > 0
