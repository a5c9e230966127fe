"""Django application of the awareness course; it has no table."""

from django.apps import AppConfig


class AwarenessConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.awareness"
    label = "awareness"
    verbose_name = "Formation"
