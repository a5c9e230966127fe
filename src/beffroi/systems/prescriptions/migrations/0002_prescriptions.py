"""Prescriptions: random ids, codes, instants. The console's role writes rows and changes no table."""

from typing import ClassVar
from uuid import uuid4

import django.db.models.deletion
from django.db import migrations, models

STATES = [
    "sent", "waiting", "offered", "accepted", "entered", "ended", "left", "absent", "refused", "withdrawn",
    "cancelled",
]  # fmt: skip
LIVE = ["accepted", "entered", "offered", "sent", "waiting"]
REASONS = ["prerequisites", "other-course", "not-reached", "declined", "no-place"]


class Migration(migrations.Migration):
    """A prescription is never deleted: it ends."""

    dependencies: ClassVar = [("prescriptions", "0001_catalogue")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Prescription",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                (
                    "session",
                    models.ForeignKey(
                        db_column="session",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prescriptions",
                        to="prescriptions.trainingsession",
                    ),
                ),
                ("organisation", models.UUIDField()),
                ("office", models.UUIDField()),
                ("account", models.UUIDField()),
                ("state", models.CharField(default="sent", max_length=24)),
                ("reason", models.CharField(max_length=24, null=True)),
                ("waiting_at", models.DateTimeField(null=True)),
                ("new_to_office", models.BooleanField(default=False)),
                ("new_to_training", models.BooleanField(default=True)),
                ("sent_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "prescription",
                "indexes": [
                    models.Index(fields=["account", "office", "-changed_at"], name="prescription_of_account"),
                    models.Index(fields=["organisation", "state", "sent_at"], name="prescription_of_organisation"),
                    models.Index(fields=["person", "office"], name="prescription_of_person"),
                    models.Index(fields=["session"], name="prescription_of_session"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["person", "session"],
                        condition=models.Q(state__in=LIVE),
                        name="prescription_lives_once",
                    ),
                    models.CheckConstraint(condition=models.Q(state__in=STATES), name="prescription_state"),
                    models.CheckConstraint(condition=models.Q(reason__in=REASONS), name="prescription_reason"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                (
                    "prescription",
                    models.ForeignKey(
                        db_column="prescription",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="prescriptions.prescription",
                    ),
                ),
                ("state", models.CharField(max_length=24)),
                ("account", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "prescription_step",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=STATES), name="prescription_step_state")
                ],
            },
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON prescription TO beffroi_console;"
            " GRANT SELECT, INSERT ON prescription_step TO beffroi_console",
            reverse_sql="REVOKE ALL ON prescription, prescription_step FROM beffroi_console",
        ),
    ]
