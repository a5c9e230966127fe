"""Files that come and go: a CSV as a browser sends it, a document given to be saved. Never on the console's disk."""

from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext, gettext_lazy

MOST_BYTES: Final = 100_000
"""Of a file given on a page."""


class CsvFile(forms.FileField):
    """A file in UTF-8, with or without its mark; its clean value is its text."""

    def __init__(self, *, label: Any, help_text: Any) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            error_messages={
                "required": gettext_lazy("Choisissez un fichier de 100 ko au plus."),
                "empty": gettext_lazy("Ce fichier est vide."),
            },
            widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        )

    def clean(self, data: Any, initial: Any = None) -> str:
        """The text of the file. Raises ValidationError."""
        content = super().clean(data, initial).read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise forms.ValidationError(gettext("Ce fichier dépasse 100 ko : partagez-le en plusieurs."))
        try:
            return str(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise forms.ValidationError(
                gettext("Ce fichier n'est pas en UTF-8 : enregistrez-le de nouveau au format « CSV UTF-8 ».")
            ) from None


SEALED_OFF: Final = "default-src 'none'; sandbox"
"""Should a browser show a download all the same: nothing in it runs, loads, or is of the console's origin."""


def given(content: bytes, media: str, name: str) -> HttpResponse:
    """A document to be saved under a name that says nothing of whom, and to be kept by no cache on its way."""
    return HttpResponse(
        content,
        content_type=media,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Content-Security-Policy": SEALED_OFF,
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
