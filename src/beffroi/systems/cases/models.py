"""The console's own tables about people: random ids, codes, dates. No name, no number, no free text, no amount.

What a column may hold is a closed list (docs/reference/console-tables.md), held by a test. Nothing here grants
anything: the guard reads none of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models

from beffroi.core.appointments import Kind, Place, State
from beffroi.core.casefile import Step
from beffroi.core.progress import Programme, Status

LONGEST_CODE = 24


class Appointment(models.Model):
    """One hour given to one person by one agent; ``follows`` is the appointment that was postponed to this one.

    ``arrived_at`` is when reception saw the person come.
    """

    objects: ClassVar[models.Manager[Appointment]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    person: models.UUIDField[UUID, UUID] = models.UUIDField()
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    starts_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    ends_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    kind: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    place: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    state: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE, default=State.PLANNED.value)
    follows: models.OneToOneField[Appointment | None, Appointment | None] = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="postponed_to", db_column="follows"
    )
    arrived_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Two ways in: an agent's week, an organisation's day; and a person's own."""

        app_label = "cases"
        db_table = "appointment"
        indexes: ClassVar = [
            models.Index(fields=["account", "starts_at"], name="appointment_of_account"),
            models.Index(fields=["organisation", "starts_at"], name="appointment_of_organisation"),
            models.Index(fields=["person", "starts_at"], name="appointment_of_person"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="appointment_state"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in Kind]), name="appointment_kind"
            ),
            models.CheckConstraint(
                condition=models.Q(place__in=[place.value for place in Place]), name="appointment_place"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="appointment_ends_after_it_starts"
            ),
        ]


class Case(models.Model):
    """How a follow-up stands at one organisation; ``contacted_on`` is the last contact that is no appointment."""

    objects: ClassVar[models.Manager[Case]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    person: models.UUIDField[UUID, UUID] = models.UUIDField()
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    status: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    contacted_on: models.DateField[date | None, date | None] = models.DateField(null=True)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """One a person and organisation."""

        app_label = "cases"
        db_table = "case"
        indexes: ClassVar = [models.Index(fields=["person"], name="case_of_whoever")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "person"], name="case_of_person"),
            models.CheckConstraint(
                condition=models.Q(status__in=[status.value for status in Status]), name="case_status"
            ),
        ]


class ProgrammePeriod(models.Model):
    """A programme followed from one day to another; what it pays is in the vault, never here."""

    objects: ClassVar[models.Manager[ProgrammePeriod]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    person: models.UUIDField[UUID, UUID] = models.UUIDField()
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    code: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    starts_on: models.DateField[date, date] = models.DateField()
    ends_on: models.DateField[date | None, date | None] = models.DateField(null=True)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """One of a kind without end, for a person and organisation."""

        app_label = "cases"
        db_table = "programme"
        indexes: ClassVar = [
            models.Index(fields=["organisation", "person"], name="programme_of_person"),
            models.Index(fields=["person"], name="programme_of_whoever"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "person", "code"],
                condition=models.Q(ends_on__isnull=True),
                name="programme_under_way",
            ),
            models.CheckConstraint(
                condition=models.Q(code__in=[code.value for code in Programme]), name="programme_code"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="programme_ends_after_it_starts",
            ),
        ]


class DueStep(models.Model):
    """The day by which a step agreed with a person is to be done, and whether it is; its words are in the vault."""

    objects: ClassVar[models.Manager[DueStep]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    person: models.UUIDField[UUID, UUID] = models.UUIDField()
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    due_on: models.DateField[date, date] = models.DateField()
    state: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read by agent, the first day first."""

        app_label = "cases"
        db_table = "due_step"
        indexes: ClassVar = [
            models.Index(fields=["account", "organisation", "due_on"], name="due_step_of_account"),
            models.Index(fields=["person"], name="due_step_of_whoever"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in Step]), name="due_step_state"
            ),
        ]


class MergedRow(models.Model):
    """A row that came to a file when another was merged into it, so that it can go back: which table, which row."""

    objects: ClassVar[models.Manager[MergedRow]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    merge: models.UUIDField[UUID, UUID] = models.UUIDField()
    code: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    row: models.UUIDField[UUID, UUID] = models.UUIDField()

    class Meta:
        """One a row and merge."""

        app_label = "cases"
        db_table = "merged_row"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["merge", "code", "row"], name="merged_row_once"),
            models.CheckConstraint(
                condition=models.Q(code__in=["appointment", "case", "programme", "due_step", "prescription"]),
                name="merged_row_code",
            ),
        ]
