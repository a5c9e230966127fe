"""Django application of sign-in and memberships; it has no table."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.directory"
    label = "directory"
    verbose_name = "Annuaire"
