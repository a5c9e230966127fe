"""Which of two files' values stays, group by group."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

STAYS, GOES = "stays", "goes"
_CHOICES = ((STAYS, _("Celle du dossier qui reste")), (GOES, _("Celle de l'autre dossier")))


class Keep(forms.Form):
    """For one group that both files have; nothing is chosen beforehand but what stays where it is."""

    keep = forms.ChoiceField(label=_("Rubrique à garder"), choices=_CHOICES, widget=forms.RadioSelect, initial=STAYS)


class SamePerson(forms.Form):
    """The agent's word, and the versions that were compared."""

    stays_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    goes_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    same = forms.BooleanField(
        label=_("J'ai vérifié que ces deux dossiers sont ceux de la même personne"),
        error_messages={"required": _("Vérifiez que c'est la même personne, puis cochez la case.")},
    )

    def __init__(self, data: Any = None, *, versions: tuple[int, int]) -> None:
        super().__init__(data, initial={"stays_version": versions[0], "goes_version": versions[1]})
