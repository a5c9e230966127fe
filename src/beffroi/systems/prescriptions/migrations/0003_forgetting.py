"""The console forgets people who were erased: what it kept by their random id goes."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The right to delete, for rows of nobody."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("prescriptions", "0002_prescriptions")]
    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(
            "GRANT DELETE ON prescription, prescription_step TO beffroi_console",
            reverse_sql="REVOKE DELETE ON prescription, prescription_step FROM beffroi_console",
        ),
    ]
