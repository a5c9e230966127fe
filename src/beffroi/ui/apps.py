from django.apps import AppConfig
from django.core.checks import register


class UiConfig(AppConfig):
    """Django application of the theme; refuses to start without its settings (`beffroi.ui.checks`)."""

    name = "beffroi.ui"
    label = "ui"
    verbose_name = "Présentation"

    def ready(self) -> None:
        from .checks import check_settings

        register(check_settings)
