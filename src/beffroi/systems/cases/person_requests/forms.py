"""What a correspondent writes down: codes, a day, and words for the person, which go to the guard and stay there."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from beffroi.core.answering import KEPT, LONGEST
from beffroi.core.asking import SHORTEST
from beffroi.systems.cases.notes.outlines import LONGEST_NOTE
from beffroi.systems.cases.person_requests.words import ARTICLES, EXTENSIONS, MISSING, REASONS, UNPROVEN


def _to_person(label: Any) -> forms.CharField:
    """Words for the person; none are needed."""
    return forms.CharField(
        label=label,
        required=False,
        min_length=SHORTEST,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=format_lazy(
            _(
                "Seule la personne lira ce texte, dans son espace, pendant {days} jours. Vous ne pourrez ni le "
                "modifier ni le relire : gardez-en une copie s'il le faut. Aucun message ne la prévient : dites-lui "
                "d'aller le lire. Écrivez au moins {shortest} caractères, ou laissez vide."
            ),
            days=KEPT.days,
            shortest=SHORTEST,
        ),
        error_messages={
            "min_length": format_lazy(
                _("Écrivez au moins {shortest} caractères, ou laissez ce champ vide."), shortest=SHORTEST
            )
        },
    )


class Received(forms.Form):
    """What is asked, and when it came."""

    article = forms.ChoiceField(
        label=_("Ce que la personne demande"),
        choices=[*ARTICLES.items()],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
    received_on = forms.DateField(
        label=_("Reçue le"),
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        help_text=_("Par exemple 31/12/2026."),
    )


class Contradiction(forms.Form):
    """What the person disputes of what an agent wrote: a note beside it, and the version it was compared with."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, required=False)
    text = forms.CharField(
        label=_("Ce que la personne conteste, et ce qui est exact"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Des faits. Citez la note contestée par sa date."),
    )


class Answer(forms.Form):
    """What the person is told in words when their request is answered."""

    text = _to_person(_("Ce que vous répondez à la personne"))


class Refusal(forms.Form):
    """Why a request is refused; the person is told, and may be told more in words."""

    reason = forms.ChoiceField(
        label=_("Motif du refus"), choices=[*REASONS.items()], widget=forms.RadioSelect, error_messages=MISSING
    )
    explanation = _to_person(_("Ce que vous expliquez à la personne"))

    def __init__(self, data: QueryDict | None = None, *, identified: bool = False) -> None:
        """``identified``: whether the identity is known, and so no reason to refuse."""
        super().__init__(data)
        if identified:
            reason = self.fields["reason"]
            assert isinstance(reason, forms.ChoiceField)
            reason.choices = [(code, label) for code, label in REASONS.items() if code != UNPROVEN]


class Extension(forms.Form):
    """Why the answer takes longer; the person is told."""

    why = forms.ChoiceField(
        label=_("Motif de la prolongation"),
        choices=[*EXTENSIONS.items()],
        widget=forms.RadioSelect,
        error_messages=MISSING,
    )
