"""Writing what a training organisation says: of a trainee, of a session's days, of a day's half-days.

Each function is one transaction. What is said of a trainee moves the prescription, whose state it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from beffroi.client import Conversation, Refused
from beffroi.core import training
from beffroi.core.prescribing import Objection, State
from beffroi.core.training import Day, Half, Mark, Noted, Reason, Say
from beffroi.systems.prescriptions import api as prescriptions
from beffroi.systems.trainings import queries
from beffroi.systems.trainings.models import Ending, HalfDay, TrainingDay


class Fault(StrEnum):
    """Why days or half-days were not written."""

    UNKNOWN = "unknown"
    CLOSED = "closed"
    CHANGED = "changed"
    OUTSIDE = "outside"
    THERE = "there"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, and when."""

    account: UUID
    at: datetime

    @property
    def today(self) -> date:
        """The day, where the console is."""
        return timezone.localdate(self.at)


def say(
    conversation: Conversation,
    actor: prescriptions.Actor,
    trainee: prescriptions.Prescription,
    said: Say,
    reason: Reason | None = None,
) -> State | Refused | Objection:
    """Move a trainee's prescription, and keep how far the trainee came when that ends it.

    Raises ValueError for a departure without its reason.
    """
    effect = training.TABLE.get((State(trainee.state), said))
    if effect is None:
        return Objection.NOT_NOW
    if said is Say.LEAVE and reason is None:
        raise ValueError("whoever left has a reason")
    with transaction.atomic():
        done = prescriptions.say(conversation, actor, trainee, effect.move)
        if isinstance(done, State) and effect.outcome is not None:
            Ending.objects.create(
                prescription=trainee.id, outcome=effect.outcome.value, account=actor.account, at=actor.at,
                reason=reason.value if reason is not None and said is Say.LEAVE else None,
            )  # fmt: skip
    return done


def plan(writer: Writer, session: prescriptions.TrainingSession, days: Iterable[Day]) -> Fault | None:
    """Give a session its first calendar, unless it has one."""
    rows = [_day(writer, session.id, day) for day in days]
    if not rows:
        return Fault.OUTSIDE
    with transaction.atomic():
        prescriptions.hold(session.id)
        if TrainingDay.objects.filter(session=session.id).exists():
            return Fault.THERE
        TrainingDay.objects.bulk_create(rows)
    return None


def set_day(writer: Writer, session: prescriptions.TrainingSession, day: Day) -> Fault | None:
    """Add a day to a session's calendar, or change its hours; not once its half-days can no longer be corrected."""
    if not session.starts_on <= day.on <= session.ends_on:
        return Fault.OUTSIDE
    with transaction.atomic():
        prescriptions.hold(session.id)
        found = TrainingDay.objects.select_for_update().filter(session=session.id, day=day.on).first()
        if found is None:
            if TrainingDay.objects.filter(session=session.id).count() >= training.MOST_DAYS:
                return Fault.OUTSIDE
            _day(writer, session.id, day).save(force_insert=True)
            return None
        written = set(
            HalfDay.objects.filter(session=session.id, day=day.on).values_list("half", flat=True).distinct()
        )
        if written and not training.writable(day.on, writer.today):
            return Fault.CLOSED
        if not written <= {half.value for half in day.halves}:
            return Fault.WRITTEN
        found.morning, found.afternoon = day.morning, day.afternoon
        found.changed_by, found.changed_at = writer.account, writer.at
        found.save()
    return None


def remove_day(session: prescriptions.TrainingSession, day: date) -> Fault | None:
    """Take a day out of a session's calendar, unless something was noted of it."""
    with transaction.atomic():
        prescriptions.hold(session.id)
        found = TrainingDay.objects.select_for_update().filter(session=session.id, day=day).first()
        if found is None:
            return Fault.UNKNOWN
        if HalfDay.objects.filter(session=session.id, day=day).exists():
            return Fault.WRITTEN
        found.delete()
    return None


def note(
    writer: Writer,
    session: prescriptions.TrainingSession,
    day: date,
    said: Mapping[tuple[UUID, Half], Mark],
    *,
    seen_at: datetime,
) -> int | Fault:
    """Write half-days of trainees of this session, all or none; how many changed.

    What a colleague has written otherwise since ``seen_at`` is not overwritten. Whoever's absences have become many
    is new to the office that prescribed.
    """
    with transaction.atomic():
        found = TrainingDay.objects.select_for_update().filter(session=session.id, day=day).first()
        if found is None or not {half for _, half in said} <= set(queries.day_of(found).halves):
            return Fault.UNKNOWN
        if not training.writable(day, writer.today):
            return Fault.CLOSED
        stored = queries.sheet(session.id, day, {prescription for prescription, _ in said})
        fresh, changed = [], []
        for key, mark in said.items():
            row = stored.get(key)
            if row is None:
                fresh.append(_half(writer, session.id, day, key, mark))
            elif row.mark != mark.value:
                if row.changed_at > seen_at:
                    return Fault.CHANGED
                row.mark, row.changed_by, row.changed_at = mark.value, writer.account, writer.at
                changed.append(row)
        absent = [row.prescription for row in (*fresh, *changed) if row.mark == Mark.ABSENT.value]
        before = queries.noted_of(absent, writer.today - training.WINDOW)
        HalfDay.objects.bulk_create(fresh)
        HalfDay.objects.bulk_update(changed, ["mark", "changed_by", "changed_at"])
        after = queries.noted_of(absent, writer.today - training.WINDOW)
        prescriptions.tell_office(_many_now(before, after, writer.today))
    return len(fresh) + len(changed)


def _many_now(
    before: Mapping[UUID, Iterable[Noted]], after: Mapping[UUID, Iterable[Noted]], today: date
) -> list[UUID]:
    return [
        each
        for each, rows in after.items()
        if training.many_missed(rows, today) and not training.many_missed(before[each], today)
    ]


def _day(writer: Writer, session: UUID, day: Day) -> TrainingDay:
    return TrainingDay(
        session=session, day=day.on, morning=day.morning, afternoon=day.afternoon, changed_by=writer.account,
        changed_at=writer.at,
    )  # fmt: skip


def _half(writer: Writer, session: UUID, day: date, key: tuple[UUID, Half], mark: Mark) -> HalfDay:
    prescription, half = key
    return HalfDay(
        prescription=prescription, session=session, day=day, half=half.value, mark=mark.value,
        changed_by=writer.account, changed_at=writer.at,
    )  # fmt: skip
