"""Django application of containment; it has no table."""

from django.apps import AppConfig


class ContainmentConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.containment"
    label = "containment"
    verbose_name = "Confinement"
