"""Django application of incidents; it has no table."""

from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.incidents"
    label = "incidents"
    verbose_name = "Incidents"
