"""Django application of the personal space; it has no table."""

from django.apps import AppConfig


class TransparencyConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.transparency"
    label = "transparency"
    verbose_name = "Transparence"
