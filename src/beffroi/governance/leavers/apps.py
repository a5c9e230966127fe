"""Django application of leavers; it has no table: what it shows is the guard's, asked for page by page."""

from django.apps import AppConfig


class LeaversConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.leavers"
    label = "leavers"
    verbose_name = "Départs"
