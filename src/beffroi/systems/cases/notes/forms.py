"""The forms of a note, of its correction, of a step."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beffroi.systems.cases.notes.outlines import LONGEST_NOTE, OUTLINES

LONGEST_STEP = 300
FURTHEST_DUE = timedelta(days=366)
ORDINARY, SENSITIVE = "followup", "sensitive_followup"
_VISIBILITIES = (
    (ORDINARY, _("Ordinaire : les agents qui lisent le suivi")),
    (SENSITIVE, _("Sensible (santé, famille, justice) : les conseillers seulement, à part")),
)


def _text(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("Des faits, utiles à l'accompagnement. La personne peut lire ce que vous écrivez."),
    )


class Note(forms.Form):
    """A note: its text, who reads it, the outline it began from."""

    text = _text(_("Nouvelle note"))
    group = forms.ChoiceField(
        label=_("Qui peut la lire"), choices=_VISIBILITIES, widget=forms.RadioSelect, initial=ORDINARY
    )
    outline = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sensitive: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not sensitive:
            del self.fields["group"]

    def clean_outline(self) -> str:
        """An outline there is, or none."""
        said: str = self.cleaned_data["outline"]
        return said if said in OUTLINES else ""

    def clean(self) -> dict[str, Any]:
        """Text that says more than its outline."""
        found = dict(super().clean() or {})
        outline = OUTLINES.get(found.get("outline", ""))
        if outline is not None and " ".join(found.get("text", "").split()) == " ".join(outline.text.split()):
            self.add_error("text", _("Le modèle est encore vide : complétez-le."))
        return found


class Correction(forms.Form):
    """The new wording of a note."""

    text = _text(_("Texte corrigé"))


class NewStep(forms.Form):
    """A step agreed with the person: what, who does it, until when."""

    label = forms.CharField(label=_("Démarche"), max_length=LONGEST_STEP)
    by = forms.ChoiceField(
        label=_("Qui la fait"),
        choices=(("person", _("La personne")), ("agent", _("Moi"))),
        widget=forms.RadioSelect,
        initial="person",
    )
    due_on = forms.DateField(
        label=_("À faire au plus tard le"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )

    def clean_due_on(self) -> date:
        """A day to come, within a year."""
        day: date = self.cleaned_data["due_on"]
        today = timezone.localdate()
        if not today <= day <= today + FURTHEST_DUE:
            raise forms.ValidationError(_("Choisissez un jour à venir, d'ici un an."))
        return day
