"""Django application of erasing; it has no table: lists, holds and signatures are the guard's."""

from django.apps import AppConfig


class ErasingConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.erasing"
    label = "erasing"
    verbose_name = "Effacements"
