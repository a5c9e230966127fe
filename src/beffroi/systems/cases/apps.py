"""Django application of the files; it has no table: what it shows is the guard's, asked for page by page."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.systems.cases"
    label = "cases"
    verbose_name = "Dossiers"
