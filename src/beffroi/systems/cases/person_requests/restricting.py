"""A restriction as the correspondent writes it down: a ground of article 18.1, and the day the person was told."""

from collections.abc import Mapping

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beffroi.systems.cases.person_requests.words import MISSING

GROUNDS: Mapping[str, Promise] = {
    "accuracy": _("La personne conteste l'exactitude des données, le temps de les vérifier"),
    "unlawful": _("Le traitement est illicite, et la personne préfère la limitation à l'effacement"),
    "legal-claims": _("La personne a besoin des données pour faire valoir ses droits en justice"),
    "objection": _("La personne s'oppose au traitement, le temps de peser les motifs"),
}
"""Article 18.1, points (a) to (d)."""


class Restriction(forms.Form):
    """Why the use of the file is restricted."""

    ground = forms.ChoiceField(
        label=_("Motif de la limitation"),
        choices=[*GROUNDS.items()],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )


class Lifting(forms.Form):
    """When the person was told that it ends."""

    told_on = forms.DateField(
        label=_("Personne prévenue de la levée le"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        help_text=_("Par exemple 31/12/2026."),
        error_messages={"required": _("Indiquez le jour où vous avez prévenu la personne.")},
    )
