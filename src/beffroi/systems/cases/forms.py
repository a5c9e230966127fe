"""The forms of the files: exact search, registration, one group of a file, break-glass."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Reason
from beffroi.core.nir import NirRefusal
from beffroi.core.normalisation import NormalisationRefusal, agency_id_key, email_key, phone_key
from beffroi.systems.cases import typed
from beffroi.systems.cases.people import day_of, name_of, text_of
from beffroi.systems.cases.sections import SECTIONS
from beffroi.systems.cases.web.words import written
from beffroi.ui import formatting

LONGEST_TEXT = 4_000
LONGEST_REASON = 500
SHORTEST_REASON = 10
_NUMBERS = (
    ("nir", _("Numéro de sécurité sociale")),
    ("agency-id", _("Identifiant France Travail")),
    ("email", _("Adresse électronique")),
    ("phone", _("Téléphone")),
)
_RULES = {"nir": typed.nir, "agency-id": agency_id_key, "email": email_key, "phone": phone_key}


class NameSearch(forms.Form):
    """Last name, first name and birth date, all three exact."""

    last_name = typed.name(label=_("Nom d'usage ou de naissance"))
    first_name = typed.name(label=_("Prénom"))
    birth_date = typed.day_of_birth(label=_("Date de naissance"))


def searched_as(identity: Mapping[str, Any]) -> dict[str, str]:
    """First content of a `NameSearch` for somebody of the same identity."""
    name, born = name_of(identity), day_of(identity.get("birth_date"))
    return {
        "last_name": name.last,
        "first_name": name.first.partition(",")[0].strip(),
        "birth_date": "" if born is None else f"{born:%d/%m/%Y}",
    }


class NumberSearch(forms.Form):
    """One number or address, exact."""

    by = forms.ChoiceField(label=_("Chercher par"), choices=_NUMBERS)
    value = forms.CharField(
        label=_("Valeur exacte"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        """The value must have the form of what it is said to be."""
        found = dict(super().clean() or {})
        rule = _RULES.get(found.get("by", ""))
        if rule is not None and found.get("value"):
            read = rule(found["value"])
            if isinstance(read, NormalisationRefusal | NirRefusal):
                self.add_error("value", typed.sentence(read))
        return found


def _field(group: str, name: str) -> forms.Field:
    """The field that edits one value of a group."""
    label = next(field.label for field in SECTIONS[group].fields if field.name == name)
    required = (group, name) in _REQUIRED
    options: dict[str, Any] = {"label": label, "required": required}
    match name:
        case "last_name" | "birth_name" | "first_names" | "birth_place" | "nationality" | "city":
            return typed.name(**options)
        case "birth_date":
            return typed.day_of_birth(**options)
        case "sex":
            return forms.ChoiceField(
                choices=(("", _("Non renseigné")), ("F", _("Femme")), ("M", _("Homme"))), **options
            )
        case "email":
            return typed.email(**options)
        case "phone":
            return typed.phone(**options)
        case "postcode":
            return typed.code_postal(**options)
        case "nir":
            return typed.social_security_number(**options)
        case "agency_id":
            return typed.agency_id(**options)
        case "starts_on":
            return forms.DateField(
                input_formats=["%d/%m/%Y", "%Y-%m-%d"],
                widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
                **options,
            )
        case "text":
            return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 5}), **options)
        case _:
            return typed.line(**options)


_REQUIRED = frozenset(
    {
        ("identity", "last_name"),
        ("identity", "first_names"),
        ("identity", "birth_date"),
    }
)
_NOT_EDITED = frozenset({"history", "relationship"})
EDITABLE = tuple(group for group in SECTIONS if SECTIONS[group].fields and group != "legal_representative")
"""Groups edited field by field; the follow-up grows by notes, representatives have a page of their own."""


class GroupsForm(forms.Form):
    """Fields of some groups, named ``group-field``; ``values`` gives back what the guard takes."""

    def __init__(self, groups: Sequence[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._groups = tuple(groups)
        for group in groups:
            for field in SECTIONS[group].fields:
                if field.name not in _NOT_EDITED:
                    self.fields[f"{group}-{field.name}"] = _field(group, field.name)

    def values(self) -> dict[str, dict[str, str]]:
        """Filled fields by group; a group without any is left out."""
        found: dict[str, dict[str, str]] = {}
        for group in self._groups:
            prefix = f"{group}-"
            values = {
                name.removeprefix(prefix): _text(value)
                for name, value in self.cleaned_data.items()
                if name.startswith(prefix) and value
            }
            if values:
                found[group] = values
        return found


class Registration(GroupsForm):
    """A new person: the identity must be whole, everything else may wait."""

    def __init__(self, writable: Sequence[str], *args: Any, **options: Any) -> None:
        wanted = [group for group in ("identity", "contact", "nir", "agency_id") if group in writable]
        super().__init__(wanted, *args, **options)
        for name in ("nir-nir", "agency_id-agency_id"):
            if name in self.fields:
                self.fields[name].required = False


class GroupForm(GroupsForm):
    """One group of an existing file, and the version it was read at."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(self, group: str, *args: Any, **options: Any) -> None:
        super().__init__([group], *args, **options)
        if group in {"nir", "agency_id"}:
            self.fields[f"{group}-{group}"].required = True


def initial_of(group: str, values: Mapping[str, Any], version: int | None) -> dict[str, Any]:
    """First content of a `GroupForm`, dates as people write them."""
    found: dict[str, Any] = {"version": version}
    for field in SECTIONS[group].fields:
        text = text_of(values.get(field.name))
        if field.name in {"birth_date", "starts_on"} and text.count("-") == 2:
            text = "/".join(reversed(text.split("-")))
        if field.name == "phone":
            text = formatting.phone(text).replace(formatting.NBSP, " ")
        found[f"{group}-{field.name}"] = text
    return found


class BreakGlass(forms.Form):
    """Why a file that nobody here follows must be opened now."""

    reason = forms.ChoiceField(label=_("Motif de l'ouverture"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Expliquez en une phrase ou deux"),
        min_length=SHORTEST_REASON,
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Cette explication est conservée pour être relue par les responsables. 500 caractères au plus."),
    )
    groups = forms.MultipleChoiceField(
        label=_("Rubriques nécessaires, en plus de l'identité"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("N'ouvrez que ce dont vous avez besoin maintenant."),
    )

    def __init__(self, reasons: Sequence[Reason], readable: Sequence[str], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        reason, groups = self.fields["reason"], self.fields["groups"]
        assert isinstance(reason, forms.ChoiceField)
        assert isinstance(groups, forms.ChoiceField)
        reason.choices = [(each.code, written(each.label)) for each in reasons]
        groups.choices = [
            (group, SECTIONS[group].title) for group in SECTIONS if group in readable and group != "identity"
        ]


def _text(value: Any) -> str:
    return str(value.isoformat()) if hasattr(value, "isoformat") else str(value)
