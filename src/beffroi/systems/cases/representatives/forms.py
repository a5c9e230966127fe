"""The form of one legal representative."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.systems.cases import typed
from beffroi.systems.cases.representatives.reading import FIELDS, Representative
from beffroi.systems.cases.representatives.words import RELATIONSHIPS
from beffroi.ui import formatting


class RepresentativeForm(forms.Form):
    """Who they are, how they are reached, and the version of the file the form was made from."""

    last_name = typed.name(label=_("Nom"))
    first_names = typed.name(label=_("Prénoms"))
    relationship = forms.ChoiceField(label=_("Lien"), choices=[("", _("Choisissez")), *RELATIONSHIPS.items()])
    phone = typed.phone(
        label=_("Téléphone"),
        required=False,
        help_text=_("Au moins un moyen : téléphone, adresse électronique ou adresse complète."),
    )
    email = typed.email(label=_("Adresse électronique"), required=False)
    address_line = typed.line(label=_("Adresse"), required=False)
    postcode = typed.code_postal(label=_("Code postal"), required=False)
    city = typed.name(label=_("Commune"), required=False)
    letters = forms.BooleanField(label=_("Reçoit les courriers"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def clean(self) -> dict[str, Any]:
        """Reached one way at least, and by post when letters go there."""
        found = dict(super().clean() or {})
        posted = all(found.get(name) for name in ("address_line", "postcode", "city"))
        if not self.errors and not (found.get("phone") or found.get("email") or posted):
            self.add_error("phone", gettext("Donnez un téléphone, une adresse électronique ou une adresse complète."))
        return found

    def representative(self, number: int) -> Representative:
        """What was typed."""
        given = self.cleaned_data
        return Representative(number, {name: str(given[name]) for name in FIELDS}, bool(given["letters"]))


def initial_of(one: Representative, version: int | None) -> dict[str, Any]:
    """First content of the form, telephone as people write it."""
    phone = formatting.phone(one.values["phone"]).replace(formatting.NBSP, " ")
    return {**one.values, "phone": phone, "letters": one.letters, "version": version}
