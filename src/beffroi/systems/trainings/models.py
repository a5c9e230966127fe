"""The days of a session, which say nothing of people; and of a trainee what was said of half-days and of the end.

A trainee is a prescription's random id. Where somebody stands is that prescription's state and nowhere else; hours
done are counted from half-days and days, never stored. Nothing here grants anything.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import models

from beffroi.core.training import LONGEST_HALF, Half, Mark, Outcome, Reason

LONGEST_CODE = 24


class TrainingDay(models.Model):
    """One day of a session and the minutes of its halves; none for a half without training."""

    objects: ClassVar[models.Manager[TrainingDay]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    session: models.UUIDField[UUID, UUID] = models.UUIDField()
    day: models.DateField[date, date] = models.DateField()
    morning: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    afternoon: models.SmallIntegerField[int, int] = models.SmallIntegerField()
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read by session, in order."""

        app_label = "trainings"
        db_table = "training_day"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["session", "day"], name="training_day_once"),
            models.CheckConstraint(
                condition=models.Q(morning__range=(0, LONGEST_HALF))
                & models.Q(afternoon__range=(0, LONGEST_HALF))
                & (models.Q(morning__gt=0) | models.Q(afternoon__gt=0)),
                name="training_day_minutes",
            ),
        ]


class HalfDay(models.Model):
    """What was said of one trainee on one half-day, who wrote it last, and when. It goes with the person alone."""

    objects: ClassVar[models.Manager[HalfDay]] = models.Manager()

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True, default=uuid4)
    prescription: models.UUIDField[UUID, UUID] = models.UUIDField()
    session: models.UUIDField[UUID, UUID] = models.UUIDField()
    day: models.DateField[date, date] = models.DateField()
    half: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    mark: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    changed_by: models.UUIDField[UUID, UUID] = models.UUIDField()
    changed_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read by trainee, or by session and day."""

        app_label = "trainings"
        db_table = "attendance"
        indexes: ClassVar = [models.Index(fields=["session", "day"], name="attendance_of_session")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["prescription", "day", "half"], name="attendance_once"),
            models.CheckConstraint(
                condition=models.Q(half__in=[half.value for half in Half]), name="attendance_half"
            ),
            models.CheckConstraint(
                condition=models.Q(mark__in=[mark.value for mark in Mark]), name="attendance_mark"
            ),
        ]


class Ending(models.Model):
    """How far a trainee came, and why one left; once, by the word that ended the prescription."""

    objects: ClassVar[models.Manager[Ending]] = models.Manager()

    prescription: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True)
    outcome: models.CharField[str, str] = models.CharField(max_length=LONGEST_CODE)
    reason: models.CharField[str | None, str | None] = models.CharField(max_length=LONGEST_CODE, null=True)
    account: models.UUIDField[UUID, UUID] = models.UUIDField()
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField()

    class Meta:
        """Read with its prescription."""

        app_label = "trainings"
        db_table = "training_ending"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=[outcome.value for outcome in Outcome]), name="training_ending_outcome"
            ),
            models.CheckConstraint(
                condition=models.Q(reason__in=[reason.value for reason in Reason]), name="training_ending_reason"
            ),
        ]
