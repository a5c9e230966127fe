"""The personnel file as a browser sends it; a longer one is cut, or applied on the guard's host."""

from django import forms
from django.utils.translation import gettext_lazy

from beffroi.ui.files import CsvFile


class PersonnelFile(forms.Form):
    """One CSV file in UTF-8."""

    file = CsvFile(
        label=gettext_lazy("Fichier du personnel"),
        help_text=gettext_lazy(
            "CSV en UTF-8, 100 ko au plus : une colonne « email » et une colonne « dernier jour » (31/12/2026)."
        ),
    )
