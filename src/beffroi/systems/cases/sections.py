"""The parts of a file: which field goes under which words, and how each value is written for people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.person_data import in_clear
from beffroi.systems.cases.people import day_of, text_of
from beffroi.systems.cases.representatives.words import relationship
from beffroi.ui import formatting
from beffroi.ui.components import Entry

Writing = Callable[[str], str]


def _plain(text: str) -> str:
    return text


def _day(text: str) -> str:
    day = day_of(text)
    return text if day is None else formatting.long_date(day, formatting.language_of(get_language()))


def _sex(text: str) -> str:
    return {"F": gettext("Femme"), "M": gettext("Homme")}.get(text, text)


@cache
def _places() -> Callable[[str], str]:
    """A place of birth in words: the composition root names it (CASES_PLACE_NAMED)."""
    return cast(Callable[[str], str], import_string(settings.CASES_PLACE_NAMED))


def _place(text: str) -> str:
    return _places()(text)


@dataclass(frozen=True)
class Field:
    """One value of a group: its name at the guard, its label, how it is written."""

    name: str
    label: Promise
    writing: Writing = _plain


@dataclass(frozen=True)
class Section:
    """One group of a file."""

    group: str
    title: Promise
    fields: tuple[Field, ...]


_REACHED = (
    Field("phone", _("Téléphone"), formatting.phone),
    Field("email", _("Adresse électronique")),
    Field("address_line", _("Adresse")),
    Field("postcode", _("Code postal")),
    Field("city", _("Commune")),
)
"""How somebody is reached: the person, or who represents them."""

SECTIONS: Mapping[str, Section] = {
    section.group: section
    for section in (
        Section(
            "identity",
            _("Identité"),
            (
                Field("last_name", _("Nom d'usage")),
                Field("birth_name", _("Nom de naissance")),
                Field("first_names", _("Prénoms")),
                Field("birth_date", _("Date de naissance"), _day),
                Field("birth_place", _("Lieu de naissance"), _place),
                Field("sex", _("Sexe à l'état civil"), _sex),
                Field("nationality", _("Nationalité")),
            ),
        ),
        Section(
            "contact",
            _("Coordonnées"),
            _REACHED,
        ),
        Section(
            "situation",
            _("Situation"),
            (
                Field("situation", _("Situation actuelle")),
                Field("programme", _("Dispositif")),
                Field("education_level", _("Niveau de formation")),
                Field("housing", _("Logement")),
                Field("mobility", _("Mobilité")),
                Field("family", _("Famille")),
                Field("resources", _("Ressources")),
                Field("health", _("Santé")),
                Field("text", _("Précisions")),
            ),
        ),
        Section("followup", _("Suivi"), ()),
        Section("sensitive_followup", _("Notes sensibles"), ()),
        Section(
            "training",
            _("Formation"),
            (
                Field("title", _("Intitulé")),
                Field("status", _("État")),
                Field("starts_on", _("Début"), _day),
                Field("wish", _("Projet")),
                Field("history", _("Formations suivies")),
            ),
        ),
        Section(
            "legal_representative",
            _("Représentant légal"),
            (
                Field("last_name", _("Nom")),
                Field("first_names", _("Prénoms")),
                Field("relationship", _("Lien"), relationship),
                *_REACHED,
            ),
        ),
        Section(
            "nir",
            _("Numéro de sécurité sociale"),
            (Field("nir", _("Numéro (NIR)"), formatting.nir),),
        ),
        Section(
            "agency_id",
            _("Identifiant France Travail"),
            (Field("agency_id", _("Identifiant")),),
        ),
    )
}
"""In the order of the page."""


def entries(section: Section, values: Mapping[str, Any]) -> list[Entry]:
    """The fields of an opened group, in clear, absent ones said to be so."""
    return [Entry(str(field.label), _written(field, values.get(field.name))) for field in section.fields]


def content(section: Section, values: Mapping[str, Any]) -> list[Any]:
    """The same fields as they are kept, to tell whether two files say one thing; nothing written is ``None``."""
    return [in_clear(values.get(field.name)) or None for field in section.fields]


def _written(field: Field, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(field.writing(text_of(one)) for one in value)
    text = text_of(value)
    return field.writing(text) if text else ""
