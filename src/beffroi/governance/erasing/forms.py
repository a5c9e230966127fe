"""Why a file is held back: a reason of the guard's closed list."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext


class Hold(forms.Form):
    """One reason; ``reasons`` are codes with their words."""

    def __init__(self, reasons: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["reason"] = forms.ChoiceField(
            label=gettext("Motif"),
            choices=list(reasons),
            widget=forms.RadioSelect,
            help_text=gettext("Le motif est inscrit au journal, avec votre compte."),
        )
