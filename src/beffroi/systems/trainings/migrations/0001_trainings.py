"""Days, half-days, endings. The console's role writes rows and changes no table; what is said of people stays."""

from typing import ClassVar
from uuid import uuid4

from django.db import migrations, models

HALVES = ["morning", "afternoon"]
MARKS = ["present", "late", "absent", "excused"]
OUTCOMES = ["completed", "partly", "left"]
REASONS = ["job", "other-course", "moved", "personal", "excluded", "unknown"]


class Migration(migrations.Migration):
    """Rows belong to a session or a prescription, which the database holds them to."""

    dependencies: ClassVar = [("prescriptions", "0002_prescriptions")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="TrainingDay",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("session", models.UUIDField()),
                ("day", models.DateField()),
                ("morning", models.SmallIntegerField()),
                ("afternoon", models.SmallIntegerField()),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "training_day",
                "constraints": [
                    models.UniqueConstraint(fields=["session", "day"], name="training_day_once"),
                    models.CheckConstraint(
                        condition=models.Q(morning__range=(0, 300))
                        & models.Q(afternoon__range=(0, 300))
                        & (models.Q(morning__gt=0) | models.Q(afternoon__gt=0)),
                        name="training_day_minutes",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HalfDay",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("prescription", models.UUIDField()),
                ("session", models.UUIDField()),
                ("day", models.DateField()),
                ("half", models.CharField(max_length=24)),
                ("mark", models.CharField(max_length=24)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "attendance",
                "indexes": [models.Index(fields=["session", "day"], name="attendance_of_session")],
                "constraints": [
                    models.UniqueConstraint(fields=["prescription", "day", "half"], name="attendance_once"),
                    models.CheckConstraint(condition=models.Q(half__in=HALVES), name="attendance_half"),
                    models.CheckConstraint(condition=models.Q(mark__in=MARKS), name="attendance_mark"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Ending",
            fields=[
                ("prescription", models.UUIDField(primary_key=True, serialize=False)),
                ("outcome", models.CharField(max_length=24)),
                ("reason", models.CharField(max_length=24, null=True)),
                ("account", models.UUIDField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "training_ending",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(outcome__in=OUTCOMES), name="training_ending_outcome"),
                    models.CheckConstraint(condition=models.Q(reason__in=REASONS), name="training_ending_reason"),
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE training_day ADD CONSTRAINT training_day_session"
            " FOREIGN KEY (session) REFERENCES training_session;"
            " ALTER TABLE attendance ADD CONSTRAINT attendance_prescription"
            " FOREIGN KEY (prescription) REFERENCES prescription,"
            " ADD CONSTRAINT attendance_day FOREIGN KEY (session, day) REFERENCES training_day (session, day);"
            " ALTER TABLE training_ending ADD CONSTRAINT training_ending_prescription"
            " FOREIGN KEY (prescription) REFERENCES prescription;"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON training_day TO beffroi_console;"
            " GRANT SELECT, INSERT, UPDATE, DELETE ON attendance TO beffroi_console;"
            " GRANT SELECT, INSERT, DELETE ON training_ending TO beffroi_console",
            reverse_sql="REVOKE ALL ON training_day, attendance, training_ending FROM beffroi_console",
        ),
    ]
