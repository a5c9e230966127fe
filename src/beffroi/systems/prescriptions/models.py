"""The console's own tables of training: sessions, which say nothing of people, and who was prescribed which.

Of a person a prescription keeps a random id, codes and instants: no name, no free text, no amount. Nothing here
grants anything: the guard reads none of it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from beffroi.core.catalogue import LONGEST_LINE, LONGEST_REFERENCE, LONGEST_TEXT, MOST_PLACES
from beffroi.core.prescribing import LIVE, Reason, State

LONGEST_CODE = 24
LONGEST_WORDS = 2_000


class TrainingSession(models.Model):
    """One training session, as its organisation says it. ``words`` is what words are searched in.

    ``taken`` counts the prescriptions that have a place, and is changed with them; ``version`` tells that somebody
    else has changed the session since it was read.
    """

    objects: ClassVar[models.Manager[TrainingSession]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    organisation_name: models.CharField[str, str] = models.CharField(max_length=200)
    reference: models.CharField[str, str] = models.CharField(max_length=LONGEST_REFERENCE)
    title: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    commune: models.CharField[str, str] = models.CharField(max_length=5)
    place: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    address: models.CharField[str, str] = models.CharField(max_length=LONGEST_LINE)
    latitude: models.FloatField[float, float] = models.FloatField()
    longitude: models.FloatField[float, float] = models.FloatField()
    starts_on: models.DateField[date, date] = models.DateField()
    ends_on: models.DateField[date, date] = models.DateField()
    places: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    taken: models.SmallIntegerField[int, int] = models.SmallIntegerField(default=0)
    prerequisites: models.CharField[str, str] = models.CharField(max_length=LONGEST_TEXT)
    rome: ArrayField[list[str], list[str]] = ArrayField(models.CharField(max_length=5))
    words: models.CharField[str, str] = models.CharField(max_length=LONGEST_WORDS)
    cancelled_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
    version: models.IntegerField[int, int] = models.IntegerField(default=1)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Ways in: an organisation's own list; what is near, what begins soon, what leads to a job."""

        app_label = "prescriptions"
        db_table = "training_session"
        indexes: ClassVar = [
            models.Index(fields=["ends_on", "starts_on"], name="training_session_by_days"),
            models.Index(fields=["latitude", "longitude"], name="training_session_by_place"),
            GinIndex(fields=["rome"], name="training_session_by_rome"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["organisation", "reference"], name="training_session_reference"),
            models.CheckConstraint(
                condition=models.Q(places__gte=1) & models.Q(places__lte=MOST_PLACES), name="training_session_places"
            ),
            models.CheckConstraint(
                condition=models.Q(taken__gte=0) & models.Q(taken__lte=models.F("places")),
                name="training_session_taken",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="training_session_days"
            ),
        ]

    @property
    def left(self) -> int:
        """Places that nobody has."""
        return self.places - self.taken


class Prescription(models.Model):
    """One person sent to one session: by which office and agent, and where it stands.

    ``organisation`` is the session's, ``office`` the one that prescribed. ``waiting_at`` is the place on the waiting
    list. What a side has not looked at since the other moved it is new to it.
    """

    objects: ClassVar[models.Manager[Prescription]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    person: models.UUIDField[UUID, UUID] = models.UUIDField()
    session: models.ForeignKey[TrainingSession, TrainingSession] = models.ForeignKey(
        TrainingSession, on_delete=models.PROTECT, related_name="prescriptions", db_column="session", db_index=False
    )
    organisation: models.UUIDField[UUID, UUID] = models.UUIDField()
    office: models.UUIDField[UUID, UUID] = models.UUIDField()
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    state: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE, default=State.SENT.value)
    reason: models.CharField[str | None, str | None] = models.CharField(max_length=LONGEST_CODE, null=True)
    waiting_at: models.DateTimeField[datetime | None, datetime | None] = models.DateTimeField(null=True)
    new_to_office: models.BooleanField[bool, bool] = models.BooleanField(default=False)
    new_to_training: models.BooleanField[bool, bool] = models.BooleanField(default=True)
    sent_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Ways in: the agent's own, the training organisation's, a person's; one that lives for each session."""

        app_label = "prescriptions"
        db_table = "prescription"
        indexes: ClassVar = [
            models.Index(fields=["account", "office", "-changed_at"], name="prescription_of_account"),
            models.Index(fields=["organisation", "state", "sent_at"], name="prescription_of_organisation"),
            models.Index(fields=["person", "office"], name="prescription_of_person"),
            models.Index(fields=["session"], name="prescription_of_session"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "session"],
                condition=models.Q(state__in=sorted(state.value for state in LIVE)),
                name="prescription_lives_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="prescription_state"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in Reason]), name="prescription_reason"
            ),
        ]


class PrescribingOffice(models.Model):
    """What an office that prescribed is called, for the organisations that receive: the name it had when it last did.

    Nothing of people: their rows hold ids alone.
    """

    objects: ClassVar[models.Manager[PrescribingOffice]] = models.Manager()

    office: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True)
    name: models.CharField[str, str] = models.CharField(max_length=200)

    class Meta:
        """Read by its key, beside prescriptions."""

        app_label = "prescriptions"
        db_table = "prescribing_office"


class Step(models.Model):
    """What became of a prescription, when, by whose word; the list's own steps are those of who moved it."""

    objects: ClassVar[models.Manager[Step]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    prescription: models.ForeignKey[Prescription, Prescription] = models.ForeignKey(
        Prescription, on_delete=models.PROTECT, related_name="steps", db_column="prescription"
    )
    state: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read with its prescription alone."""

        app_label = "prescriptions"
        db_table = "prescription_step"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="prescription_step_state"
            )
        ]
