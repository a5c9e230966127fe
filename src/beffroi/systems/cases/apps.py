"""Django application of the files; its tables hold ids, codes and dates, what it shows of people is the guard's."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.systems.cases"
    label = "cases"
    verbose_name = "Dossiers"
