"""Django application of reviews; it has no table: campaigns, verdicts and signatures are the guard's."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.governance.reviews"
    label = "reviews"
    verbose_name = "Revues des habilitations"
