"""The personnel file as a browser sends it; read in memory, never written to the console's disk."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, gettext_lazy

MOST_BYTES = 100_000
"""Of a file given on the page; a longer one is cut, or applied on the guard's host."""


class PersonnelFile(forms.Form):
    """One CSV file in UTF-8."""

    file = forms.FileField(
        label=gettext_lazy("Fichier du personnel"),
        help_text=gettext_lazy(
            "CSV en UTF-8, 100 Ko au plus : une colonne « email » et une colonne « dernier jour » (31/12/2026)."
        ),
        error_messages={
            "required": gettext_lazy("Choisissez un fichier de 100 Ko au plus."),
            "empty": gettext_lazy("Ce fichier est vide."),
        },
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> str:
        """The text of the file."""
        given: UploadedFile[Any] = self.cleaned_data["file"]
        content = given.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(gettext("Ce fichier dépasse 100 Ko : partagez-le en plusieurs."))
        try:
            return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(
                gettext("Ce fichier n'est pas en UTF-8 : enregistrez-le de nouveau au format « CSV UTF-8 ».")
            ) from None
