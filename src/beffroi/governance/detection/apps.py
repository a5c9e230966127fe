"""Django application of the live view; it has no table: what it shows is the guard's, asked for page by page."""

from django.apps import AppConfig


class DetectionConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.detection"
    label = "detection"
    verbose_name = "Consultations en direct"
