"""Django application of requests, approvals and arrivals; it has no table."""

from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.habilitations"
    label = "habilitations"
    verbose_name = "Habilitations"
