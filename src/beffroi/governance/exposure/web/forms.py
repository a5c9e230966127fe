"""The filter of the inventory. It has no free text: names are not searched."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.client.inventory import Place
from beffroi.governance.exposure.queries import Wanted
from beffroi.governance.exposure.web import words

_ALL = ("", _("Tous"))


class Filter(forms.Form):
    """Everything is optional; what is not understood is said, and filters nothing."""

    structure = forms.ChoiceField(label=_("Structure"), required=False)
    role = forms.ChoiceField(label=_("Ce que fait le compte"), required=False, choices=[_ALL, *words.KINDS])
    statut = forms.ChoiceField(label=_("Statut du compte"), required=False, choices=[_ALL, *words.STATUSES])
    minimum = forms.IntegerField(
        label=_("Au moins tant de personnes en 24 heures"), required=False, min_value=0, max_value=1_000_000_000
    )
    tri = forms.ChoiceField(label=_("Trier par"), required=False, choices=words.ORDERS)

    def __init__(self, data: Mapping[str, Any], places: Sequence[Place] = ()) -> None:
        super().__init__(data)
        field = self.fields["structure"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Toutes")), *((place.id, place.name) for place in places)]
        if len(places) < 2:
            del self.fields["structure"]


def wanted(data: Mapping[str, Any]) -> Wanted:
    """What an address asks for; the guard knows organisations, so that a wrong one finds nobody."""
    form = Filter(data)
    form.full_clean()
    given = form.cleaned_data
    asked = data.get("structure", "")
    return Wanted(
        organisation=asked if _is_id(asked) else None,
        kind=given.get("role") or None,
        status=given.get("statut") or None,
        least=given.get("minimum") or 0,
        order=given.get("tri") or "exposure",
    )


def _is_id(text: str) -> bool:
    return len(text) == 36 and all(char in "0123456789abcdef-" for char in text) and text.count("-") == 4
