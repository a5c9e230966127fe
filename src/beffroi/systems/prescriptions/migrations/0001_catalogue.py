"""The catalogue of training sessions: nothing of people. The console's role writes rows and changes no table."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    """Sessions are never deleted: one that does not take place is cancelled."""

    initial = True
    dependencies: ClassVar = []
    operations: ClassVar = [
        migrations.CreateModel(
            name="TrainingSession",
            fields=[
                ("id", models.UUIDField(default=uuid4, primary_key=True, serialize=False)),
                ("organisation", models.UUIDField()),
                ("organisation_name", models.CharField(max_length=200)),
                ("reference", models.CharField(max_length=32)),
                ("title", models.CharField(max_length=120)),
                ("commune", models.CharField(max_length=5)),
                ("place", models.CharField(max_length=120)),
                ("address", models.CharField(max_length=120)),
                ("latitude", models.FloatField()),
                ("longitude", models.FloatField()),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("places", models.SmallIntegerField()),
                ("taken", models.SmallIntegerField(default=0)),
                ("prerequisites", models.CharField(max_length=500)),
                ("rome", ArrayField(base_field=models.CharField(max_length=5))),
                ("words", models.CharField(max_length=2000)),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("version", models.IntegerField(default=1)),
                ("changed_by", models.UUIDField()),
                ("changed_at", models.DateTimeField()),
            ],
            options={
                "db_table": "training_session",
                "indexes": [
                    models.Index(fields=["ends_on", "starts_on"], name="training_session_by_days"),
                    models.Index(fields=["latitude", "longitude"], name="training_session_by_place"),
                    GinIndex(fields=["rome"], name="training_session_by_rome"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=["organisation", "reference"], name="training_session_reference"),
                    models.CheckConstraint(
                        condition=models.Q(places__gte=1) & models.Q(places__lte=500), name="training_session_places"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(taken__gte=0) & models.Q(taken__lte=models.F("places")),
                        name="training_session_taken",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(ends_on__gte=models.F("starts_on")), name="training_session_days"
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            "GRANT SELECT, INSERT, UPDATE ON training_session TO beffroi_console",
            reverse_sql="REVOKE ALL ON training_session FROM beffroi_console",
        ),
    ]
