"""Django application of partners; it has no table: what it shows is the guard's."""

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.partners"
    label = "partners"
    verbose_name = "Partenaires"
