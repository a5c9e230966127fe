"""Days of the steps agreed with people, and when reception saw somebody come: random ids, codes, dates."""

from typing import ClassVar
from uuid import uuid4

from django.db import migrations, models

STEPS = ["to-do", "done", "dropped"]


class Migration(migrations.Migration):
    """One table and one column; the console's role writes rows."""

    dependencies: ClassVar = [("cases", "0002_follow_up")]
    operations: ClassVar = [
        migrations.AddField("Appointment", "arrived_at", models.DateTimeField(null=True)),
        migrations.CreateModel(
            name="DueStep",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("organisation", models.UUIDField()),
                ("account", models.UUIDField()),
                ("due_on", models.DateField()),
                ("state", models.CharField(max_length=24)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "due_step",
                "indexes": [models.Index(fields=["account", "organisation", "due_on"], name="due_step_of_account")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=STEPS), name="due_step_state"),
                ],
            },
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON due_step TO beffroi_console",
            reverse_sql="REVOKE ALL ON due_step FROM beffroi_console",
        ),
    ]
