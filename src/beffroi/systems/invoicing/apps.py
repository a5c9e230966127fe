"""Django application of quotes and invoices; its tables hold no person, by name or by id."""

from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    """Registered in the console's settings."""

    name = "beffroi.systems.invoicing"
    label = "invoicing"
    verbose_name = "Facturation"
