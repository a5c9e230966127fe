"""The filter of a list, and the forms of a person's follow-up."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beffroi.core.progress import Coming, Contact, Programme, Status
from beffroi.core.progress import Wanted as Filter
from beffroi.systems.cases import typed
from beffroi.systems.cases.progress.words import COMINGS, CONTACTS, PROGRAMMES, STATUSES

_ALL = ("", _("Peu importe"))
_EARLIEST = timedelta(days=3_660)
_LATEST = timedelta(days=1_830)


class Narrowing(forms.Form):
    """Everything is optional; a value that is none of the list filters nothing, and is said."""

    statut = forms.ChoiceField(
        label=_("Statut"),
        required=False,
        choices=[_ALL, *((each.value, words[0]) for each, words in STATUSES.items())],
    )
    dispositif = forms.ChoiceField(
        label=_("Dispositif"),
        required=False,
        choices=[_ALL, *((each.value, word) for each, word in PROGRAMMES.items())],
    )
    contact = forms.ChoiceField(
        label=_("Dernier contact"),
        required=False,
        choices=[_ALL, *((each.value, word) for each, word in CONTACTS.items())],
    )
    venir = forms.ChoiceField(
        label=_("Prochain rendez-vous"),
        required=False,
        choices=[_ALL, *((each.value, word) for each, word in COMINGS.items())],
    )


def wanted(data: Mapping[str, Any]) -> Filter:
    """What an address asks for."""
    form = Narrowing(data)
    form.full_clean()
    given = form.cleaned_data
    return Filter(
        status=Status(given["statut"]) if given.get("statut") else None,
        programme=Programme(given["dispositif"]) if given.get("dispositif") else None,
        contact=Contact(given["contact"]) if given.get("contact") else None,
        coming=Coming(given["venir"]) if given.get("venir") else None,
    )


def _day(label: Any, *, required: bool = True, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )


def _in_reach(day: date) -> bool:
    today = timezone.localdate()
    return today - _EARLIEST <= day <= today + _LATEST


class StatusForm(forms.Form):
    """Where the follow-up stands, and a contact that was no appointment."""

    status = forms.ChoiceField(
        label=_("Statut"),
        choices=[("", _("Choisissez un statut")), *((each.value, words[0]) for each, words in STATUSES.items())],
    )
    contacted_on = _day(
        _("Dernier contact hors rendez-vous"), required=False, help_text=_("Un appel ou un message, par exemple.")
    )

    shown_on = forms.CharField(required=False, max_length=10, widget=forms.HiddenInput)

    def clean_contacted_on(self) -> date | None:
        """A day that has come."""
        day: date | None = self.cleaned_data["contacted_on"]
        if day is not None:
            typed.has_come(day, _EARLIEST)
        return day


class Beginning(forms.Form):
    """A programme to write down."""

    prefix = "programme"
    code = forms.ChoiceField(
        label=_("Dispositif"),
        choices=[("", _("Choisissez")), *((each.value, word) for each, word in PROGRAMMES.items())],
    )
    starts_on = _day(_("Premier jour"))
    ends_on = _day(_("Dernier jour"), required=False, help_text=_("Laissez vide tant qu'il est en cours."))

    def clean(self) -> dict[str, Any]:
        """Days in their order, of these years."""
        found = dict(super().clean() or {})
        for name in ("starts_on", "ends_on"):
            if found.get(name) and not _in_reach(found[name]):
                self.add_error(name, _("Cette date est trop lointaine."))
        if found.get("starts_on") and found.get("ends_on") and found["ends_on"] < found["starts_on"]:
            self.add_error("ends_on", _("Ce jour est avant le premier."))
        return found


class Ending(forms.Form):
    """The last day of a programme under way."""

    prefix = "fin"
    day = _day(_("Dernier jour"))

    def clean_day(self) -> date:
        """A day of these years."""
        day: date = self.cleaned_data["day"]
        if not _in_reach(day):
            raise forms.ValidationError(_("Cette date est trop lointaine."))
        return day
