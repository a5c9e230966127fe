"""What offices that prescribe are called, for the organisations that receive; nothing of people."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A row an office, from the next prescription it sends."""

    dependencies: ClassVar = [("prescriptions", "0003_forgetting")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="PrescribingOffice",
            fields=[
                ("office", models.UUIDField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
            ],
            options={"db_table": "prescribing_office"},
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON prescribing_office TO beffroi_console",
            reverse_sql="REVOKE ALL ON prescribing_office FROM beffroi_console",
        ),
    ]
