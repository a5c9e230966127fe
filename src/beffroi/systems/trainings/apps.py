"""Django application of trainings; of a trainee its tables hold a prescription's id, codes and days."""

from django.apps import AppConfig


class TrainingsConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.systems.trainings"
    label = "trainings"
    verbose_name = "Trainings"
