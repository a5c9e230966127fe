"""The forms of a change of situation and of a comparison between two days."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.core.situations import Subject
from beffroi.systems.cases import typed
from beffroi.systems.cases.situations.words import CODES, SUBJECTS

_EARLIEST = timedelta(days=365 * 30)
_CHOICES = [
    ("", _("Choisissez")),
    *(
        (SUBJECTS[subject], [(f"{subject.value}:{code}", word) for code, word in codes.items()])
        for subject, codes in CODES.items()
    ),
]


def _day(label: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )


class ChangeForm(forms.Form):
    """What changed, from which day, and a few words; ``corrects`` is the place of the change it puts right."""

    what = forms.ChoiceField(label=_("Ce qui change"))
    on = _day(_("Depuis le"))
    text = forms.CharField(
        label=_("Précisions"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("La santé ne se précise pas ici : écrivez une note sensible."),
    )
    corrects = forms.IntegerField(required=False, min_value=0, max_value=999, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = _CHOICES

    def clean_what(self) -> tuple[Subject, str]:
        """Subject and code."""
        subject, _colon, code = self.cleaned_data["what"].partition(":")
        return Subject(subject), code

    def clean_on(self) -> date:
        """A day that has come, of a lifetime's length at most."""
        day: date = self.cleaned_data["on"]
        typed.has_come(day, _EARLIEST)
        return day


class Comparison(forms.Form):
    """Two days."""

    du = _day(_("Entre le"))
    au = _day(_("et le"))
