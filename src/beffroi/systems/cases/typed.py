"""What people type, checked before the guard is asked: the same rules as its own (core), said in the page's language.

The values go to the guard as it expects them; a form that is refused shows them again as they were typed.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from beffroi.core.nir import Nir, NirRefusal, parse_nir
from beffroi.core.normalisation import (
    NormalisationRefusal,
    agency_id_key,
    birth_date,
    email_key,
    name_key,
    phone_key,
    postcode,
)

LONGEST_NAME = 200
LONGEST_LINE = 500
_EXAMPLE = gettext_lazy("Par exemple : 14/03/2005")


def sentence(refusal: NormalisationRefusal | NirRefusal) -> str:
    """What to correct, without the value."""
    match refusal:
        case NormalisationRefusal.EMPTY:
            return gettext("Ce champ est vide.")
        case NormalisationRefusal.TOO_LONG | NirRefusal.TOO_LONG:
            return gettext("Ce texte est trop long.")
        case NormalisationRefusal.NAME:
            return gettext("Un nom compte au moins une lettre.")
        case NormalisationRefusal.EMAIL:
            return gettext("Cette adresse électronique n'est pas valable. Exemple : nom@exemple.fr")
        case NormalisationRefusal.PHONE:
            return gettext("Écrivez dix chiffres commençant par 0, ou + suivi de l'indicatif du pays.")
        case NormalisationRefusal.DATE:
            return gettext("Écrivez le jour, le mois et l'année, par exemple 05/03/2004.")
        case NormalisationRefusal.DATE_IMPOSSIBLE:
            return gettext("Cette date n'existe pas dans le calendrier.")
        case NormalisationRefusal.DATE_FUTURE:
            return gettext("Cette date est dans le futur.")
        case NormalisationRefusal.DATE_TOO_OLD:
            return gettext("Cette date est trop ancienne.")
        case NormalisationRefusal.AGENCY_ID:
            return gettext("Un identifiant compte 11 caractères, ou 8 pour un identifiant régional.")
        case NormalisationRefusal.POSTCODE:
            return gettext("Un code postal compte cinq chiffres.")
        case NirRefusal.SHAPE:
            return gettext("Un numéro compte 15 caractères avec sa clé : des chiffres, et 2A ou 2B pour la Corse.")
        case NirRefusal.KEY:
            return gettext("La clé (les deux derniers chiffres) ne correspond pas au numéro : vérifiez la saisie.")
        case NirRefusal.SPECIMEN:
            return gettext("Ce numéro est un spécimen : il n'appartient à personne.")
        case _:
            return gettext("Ce numéro n'est pas possible : vérifiez la saisie.")


def nir(text: str) -> str | NirRefusal:
    """Fifteen characters."""
    read = parse_nir(text)
    return read.reveal() if isinstance(read, Nir) else read


def birth(text: str) -> str | NormalisationRefusal:
    """AAAA-MM-JJ."""
    read = birth_date(text, today=timezone.localdate())
    return read.isoformat() if isinstance(read, date) else read


def kept(rule: Callable[[str], str | NormalisationRefusal]) -> Callable[[str], str | NormalisationRefusal]:
    """The text itself, trimmed, once its normal form exists: the file keeps what was written, not its search key."""

    def checked(text: str) -> str | NormalisationRefusal:
        read = rule(text)
        return read if isinstance(read, NormalisationRefusal) else text.strip()

    return checked


class Typed(forms.CharField):
    """A text field with a rule of core: clean values are what the guard takes."""

    def __init__(self, rule: Callable[[str], str | NormalisationRefusal | NirRefusal], **options: Any) -> None:
        super().__init__(**options)
        self._rule = rule

    def clean(self, value: Any) -> str:
        """The value for the guard; empty when an optional field is left empty."""
        text: str = super().clean(value)
        if not text:
            return ""
        read = self._rule(text)
        if isinstance(read, NormalisationRefusal | NirRefusal):
            raise ValidationError(sentence(read))
        return read


def name(**options: Any) -> Typed:
    """A name."""
    return Typed(kept(name_key), max_length=LONGEST_NAME, widget=_input(), **options)


def day_of_birth(**options: Any) -> Typed:
    """A birth date, as French people write it."""
    shown = {"help_text": _EXAMPLE, **options}
    return Typed(birth, max_length=10, widget=_input(inputmode="numeric"), **shown)


def email(**options: Any) -> Typed:
    """An address."""
    return Typed(kept(email_key), max_length=254, widget=_input(type="email"), **options)


def phone(**options: Any) -> Typed:
    """A telephone number."""
    return Typed(kept(phone_key), max_length=40, widget=_input(type="tel"), **options)


def code_postal(**options: Any) -> Typed:
    """A French postcode."""
    return Typed(postcode, max_length=10, widget=_input(inputmode="numeric"), **options)


def social_security_number(**options: Any) -> Typed:
    """A NIR."""
    return Typed(nir, max_length=30, widget=_input(), **options)


def agency_id(**options: Any) -> Typed:
    """The employment agency's identifier."""
    return Typed(agency_id_key, max_length=20, widget=_input(), **options)


def line(**options: Any) -> forms.CharField:
    """One line of free text."""
    return forms.CharField(max_length=LONGEST_LINE, widget=_input(), **options)


def _input(type: str = "text", **attributes: str) -> forms.TextInput:
    """An input the browser neither completes nor remembers: what is typed here is about somebody else."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", **attributes})
    widget.input_type = type
    return widget


def has_come(day: date, within: timedelta) -> None:
    """Raises ValidationError for a day to come, or longer ago than ``within``."""
    today = timezone.localdate()
    if day > today:
        raise ValidationError(gettext("Choisissez aujourd'hui ou un jour passé."))
    if day < today - within:
        raise ValidationError(gettext("Choisissez un jour plus récent."))
