"""Appointments: random ids, hours, codes. The console's role writes rows and changes no table."""

from typing import ClassVar
from uuid import uuid4

import django.db.models.deletion
from django.db import migrations, models

STATES = ["planned", "present", "absent", "excused", "cancelled", "postponed"]
KINDS = ["first", "follow-up", "contract", "workshop", "prospecting"]
PLACES = ["office", "site", "telephone", "video", "outside"]


class Migration(migrations.Migration):
    """The first table of the console."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("person", models.UUIDField()),
                ("organisation", models.UUIDField()),
                ("account", models.UUIDField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("kind", models.CharField(max_length=24)),
                ("place", models.CharField(max_length=24)),
                ("state", models.CharField(default="planned", max_length=24)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
                (
                    "follows",
                    models.OneToOneField(
                        db_column="follows",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="postponed_to",
                        to="cases.appointment",
                    ),
                ),
            ],
            options={
                "db_table": "appointment",
                "indexes": [
                    models.Index(fields=["account", "starts_at"], name="appointment_of_account"),
                    models.Index(fields=["organisation", "starts_at"], name="appointment_of_organisation"),
                    models.Index(fields=["person", "starts_at"], name="appointment_of_person"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(state__in=STATES), name="appointment_state"),
                    models.CheckConstraint(condition=models.Q(kind__in=KINDS), name="appointment_kind"),
                    models.CheckConstraint(condition=models.Q(place__in=PLACES), name="appointment_place"),
                    models.CheckConstraint(
                        condition=models.Q(ends_at__gt=models.F("starts_at")), name="appointment_ends_after_it_starts"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE, DELETE ON appointment TO beffroi_console",
            reverse_sql="REVOKE ALL ON appointment FROM beffroi_console",
        ),
    ]
