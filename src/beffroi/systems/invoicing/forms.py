"""The forms of billing: the terms of a quote, what an invoice counts, a reason, an organisation's particulars."""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core import catalogue, invoicing
from beffroi.core.invoicing import Reason, Side, Terms, Unit, Vat
from beffroi.systems.invoicing.models import Particulars, Quote
from beffroi.systems.invoicing.web import words

_DIGITS: Final = re.compile(r"[0-9]+", re.ASCII)
_POSTCODE: Final = re.compile(r"[0-9]{5}", re.ASCII)
_DECLARATION: Final = re.compile(r"[0-9]{11}", re.ASCII)


def text(label: Any, longest: int, **options: Any) -> forms.CharField:
    """A line that the browser neither completes nor remembers."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


def _count(said: str, most: int) -> int:
    if _DIGITS.fullmatch(said.strip()) is None or len(said.strip()) > 7 or not 1 <= int(said) <= most:
        raise forms.ValidationError(gettext("Un nombre de 1 à %(most)s.") % {"most": words.number(most)})
    return int(said)


class QuoteForm(forms.Form):
    """The terms of a quote for one session, and the version they were read at."""

    buyer = forms.ChoiceField(label=_("Organisme qui commande"))
    trainees = text(_("Places"), 4)
    hours = text(_("Heures par stagiaire"), 5)
    unit = forms.ChoiceField(label=_("Prix"), widget=forms.RadioSelect)
    price = text(_("Prix unitaire hors taxe, en euros"), 12, help_text=_("Par exemple : 12,50"))
    vat = forms.ChoiceField(label=_("TVA"), widget=forms.RadioSelect)
    valid_until = text(_("Valable jusqu'au"), 10, help_text=_("Par exemple : 01/12/2026"))
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def __init__(self, buyers: Sequence[Particulars], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        choices = [(str(each.organisation), f"{each.name} ({each.town})") for each in buyers]
        self._choose("buyer", [("", gettext("Choisissez un organisme")), *choices])
        self._choose("unit", [(each.value, words.UNITS[each]) for each in Unit])
        self._choose("vat", [(each.value, words.VATS[each]) for each in Vat])

    def _choose(self, name: str, choices: Sequence[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean_trainees(self) -> int:
        """A number of people."""
        return _count(self.cleaned_data["trainees"], invoicing.MOST_TRAINEES)

    def clean_hours(self) -> int:
        """Hours of one trainee."""
        return _count(self.cleaned_data["hours"], invoicing.MOST_HOURS)

    def clean_price(self) -> int:
        """Cents."""
        found = invoicing.cents(self.cleaned_data["price"])
        if found is None:
            raise forms.ValidationError(gettext("Un prix de 0,01 à 10 000 euros, par exemple 12,50."))
        return found

    def clean_valid_until(self) -> Any:
        """A day to come, within a year."""
        today = timezone.localdate()
        found = catalogue.day(self.cleaned_data["valid_until"], today)
        if isinstance(found, catalogue.Wrong) or not today <= found <= today + invoicing.LONGEST_VALIDITY:
            raise forms.ValidationError(gettext("Un jour à venir, d'ici un an, par exemple 05/03/2027."))
        return found

    def clean(self) -> dict[str, Any]:
        """What the whole comes to."""
        found = dict(super().clean() or {})
        if not self.errors and not invoicing.sound(self.terms()):
            self.add_error("price", gettext("Le total dépasse cinq millions d'euros : vérifiez les nombres."))
        return found

    def terms(self) -> Terms:
        """The terms, once each of them is valid."""
        said = self.cleaned_data
        return Terms(
            said["trainees"], said["hours"], Unit(said["unit"]), said["price"], Vat(said["vat"]), said["valid_until"]
        )

    def organisation(self) -> UUID:
        """Who orders."""
        return UUID(self.cleaned_data["buyer"])

    @staticmethod
    def of(quote: Quote) -> dict[str, Any]:
        """What the form shows first: the draft as it is."""
        return {
            "buyer": str(quote.buyer), "trainees": quote.trainees, "hours": quote.hours, "unit": quote.unit,
            "price": words.typed(quote.cents), "vat": quote.vat, "valid_until": f"{quote.valid_until:%d/%m/%Y}",
            "version": quote.version,
        }  # fmt: skip


class Units(forms.Form):
    """What an invoice counts, at most what its quote has left."""

    units = text(_("Quantité à facturer"), 7)

    def __init__(self, most: int, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._most = most

    def clean_units(self) -> int:
        """Hours or trainees, as the quote counts."""
        return _count(self.cleaned_data["units"], self._most)


class Why(forms.Form):
    """A reason of a short list."""

    reason = forms.ChoiceField(label=_("Motif"))

    def __init__(self, reasons: Sequence[Reason], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext("Choisissez un motif")),
            *((each.value, words.REASONS[each]) for each in reasons),
        ]

    def said(self) -> Reason:
        """The reason, once the form is valid."""
        return Reason(self.cleaned_data["reason"])


class ParticularsForm(forms.Form):
    """What documents say of the organisation, beside the name and the SIRET of its contract."""

    address = text(_("Adresse"), catalogue.LONGEST_LINE, help_text=_("Celle de l'organisme : numéro et voie."))
    postcode = text(_("Code postal"), 5)
    town = text(_("Commune"), catalogue.LONGEST_LINE)
    declaration = text(
        _("Numéro de déclaration d'activité"), 15, help_text=_("Onze chiffres, donnés par le préfet de région.")
    )

    def __init__(self, side: Side, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        if side is Side.BUYER:
            del self.fields["declaration"]

    def clean_address(self) -> str:
        """A line."""
        return self._line("address")

    def clean_town(self) -> str:
        """A line."""
        return self._line("town")

    def clean_postcode(self) -> str:
        """Five digits."""
        said: str = self.cleaned_data["postcode"]
        if _POSTCODE.fullmatch(said) is None:
            raise forms.ValidationError(gettext("Cinq chiffres."))
        return said

    def clean_declaration(self) -> str:
        """Eleven digits."""
        said = "".join(self.cleaned_data["declaration"].split())
        if _DECLARATION.fullmatch(said) is None:
            raise forms.ValidationError(gettext("Onze chiffres."))
        return said

    def _line(self, name: str) -> str:
        found = catalogue.line(self.cleaned_data[name])
        if isinstance(found, catalogue.Wrong):
            raise forms.ValidationError(gettext("Indiquez une ligne de texte."))
        return found

    @staticmethod
    def of(found: Particulars | None) -> dict[str, Any]:
        """What the form shows first."""
        names = ("address", "postcode", "town", "declaration")
        return {} if found is None else {name: getattr(found, name) for name in names}
