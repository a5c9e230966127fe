"""A person's own rows are found without their organisation: for the person, and where a file is merged or erased."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """Three indexes."""

    dependencies: ClassVar = [("cases", "0004_merged_rows")]
    operations: ClassVar = [
        migrations.AddIndex("case", models.Index(fields=["person"], name="case_of_whoever")),
        migrations.AddIndex("programmeperiod", models.Index(fields=["person"], name="programme_of_whoever")),
        migrations.AddIndex("duestep", models.Index(fields=["person"], name="due_step_of_whoever")),
    ]
