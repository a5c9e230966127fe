"""The console's applications and where their tables are, as Django writes it."""

from typing import Final

from psycopg.conninfo import conninfo_to_dict

APPLICATIONS: Final = [
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "beffroi.ui",
    "beffroi.governance.directory",
    "beffroi.governance.habilitations",
    "beffroi.governance.leavers",
    "beffroi.governance.exposure",
    "beffroi.governance.detection",
    "beffroi.governance.awareness",
    "beffroi.governance.reviews",
    "beffroi.governance.erasing",
    "beffroi.governance.containment",
    "beffroi.governance.incidents",
    "beffroi.governance.partners",
    "beffroi.governance.transparency",
    "beffroi.systems.cases",
    "beffroi.systems.prescriptions",
    "beffroi.systems.trainings",
    "beffroi.systems.invoicing",
]


def django_database(dsn: str) -> dict[str, object]:
    """Django's form of a libpq URI; what Django has no name for goes to the driver."""
    options: dict[str, object] = {name: value for name, value in conninfo_to_dict(dsn).items() if value is not None}
    named = {
        "NAME": options.pop("dbname", ""),
        "USER": options.pop("user", ""),
        "PASSWORD": options.pop("password", ""),
        "HOST": options.pop("host", ""),
        "PORT": options.pop("port", ""),
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        **named,
        "OPTIONS": {**options, "options": "-c search_path=console"},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
