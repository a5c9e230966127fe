"""Django application of prescriptions; its tables hold sessions, and of people random ids, codes and dates."""

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.systems.prescriptions"
    label = "prescriptions"
    verbose_name = "Prescriptions"
