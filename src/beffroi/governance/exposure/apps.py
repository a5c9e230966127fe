"""Django application of the inventory; it has no table: what it shows is the guard's, asked for page by page."""

from django.apps import AppConfig


class ExposureConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.exposure"
    label = "exposure"
    verbose_name = "Inventaire des comptes"
