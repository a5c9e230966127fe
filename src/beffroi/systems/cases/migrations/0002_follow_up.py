"""How follow-ups stand, and programmes with their days: random ids, codes, dates."""

from typing import ClassVar
from uuid import uuid4

from django.db import migrations, models

STATUSES = ["welcome", "followed", "paused", "left"]
PROGRAMMES = ["pacea", "cej", "aij", "parrainage"]


class Migration(migrations.Migration):
    """Two tables; the console's role writes rows."""

    dependencies: ClassVar = [("cases", "0001_appointments")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("organisation", models.UUIDField()),
                ("status", models.CharField(max_length=24)),
                ("contacted_on", models.DateField(null=True)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "case",
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "person"], name="case_of_person"),
                    models.CheckConstraint(condition=models.Q(status__in=STATUSES), name="case_status"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ProgrammePeriod",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("organisation", models.UUIDField()),
                ("code", models.CharField(max_length=24)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "programme",
                "indexes": [models.Index(fields=["organisation", "person"], name="programme_of_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(ends_on__isnull=True),
                        fields=["organisation", "person", "code"],
                        name="programme_under_way",
                    ),
                    models.CheckConstraint(condition=models.Q(code__in=PROGRAMMES), name="programme_code"),
                    models.CheckConstraint(
                        condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                        name="programme_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            'GRANT SELECT, INSERT, UPDATE, DELETE ON "case", programme TO beffroi_console',
            reverse_sql='REVOKE ALL ON "case", programme FROM beffroi_console',
        ),
    ]
