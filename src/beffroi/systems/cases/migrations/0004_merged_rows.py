"""Which rows came to a file when another was merged into it: random ids and a code of the table."""

from typing import ClassVar
from uuid import uuid4

from django.db import migrations, models

CODES = ["appointment", "case", "programme", "due_step", "prescription"]


class Migration(migrations.Migration):
    """One table; the console's role writes rows."""

    dependencies: ClassVar = [("cases", "0003_case_file")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="MergedRow",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("merge", models.UUIDField()),
                ("code", models.CharField(max_length=24)),
                ("row", models.UUIDField()),
            ],
            options={
                "db_table": "merged_row",
                "constraints": [
                    models.UniqueConstraint(fields=["merge", "code", "row"], name="merged_row_once"),
                    models.CheckConstraint(condition=models.Q(code__in=CODES), name="merged_row_code"),
                ],
            },
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON merged_row TO beffroi_console",
            reverse_sql="REVOKE ALL ON merged_row FROM beffroi_console",
        ),
    ]
