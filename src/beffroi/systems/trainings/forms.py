"""The forms of trainings: what is said of a trainee, the first calendar of a session, one day of it."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.catalogue import Wrong, day
from beffroi.core.training import LONGEST_HALF, Day, Reason, Say
from beffroi.systems.trainings.web import words

_HOURS: Final = re.compile(r"([0-9]{1,2})(?:(?:[,.]([0-9]{1,2}))|(?: ?h ?([0-5][0-9])?))?")
USUAL: Final = "3,5"
WEEKDAYS: Final = range(7)


class Hours(forms.CharField):
    """A length of a half-day; its clean value is minutes, 0 for nothing."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "decimal"})
        super().__init__(max_length=8, required=False, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        """Minutes. Raises ValidationError."""
        text = str(super().clean(value) or "").strip()
        if not text:
            return 0
        found = _HOURS.fullmatch(text)
        minutes = -1
        if found is not None:
            part = round(float(f"0.{found[2]}") * 60) if found[2] else int(found[3] or 0)
            minutes = int(found[1]) * 60 + part
        if not 0 <= minutes <= LONGEST_HALF:
            raise forms.ValidationError(gettext("Un nombre d'heures de 0 à 5, par exemple 3,5 ou 3 h 30."))
        return minutes


class Word(forms.Form):
    """What is said of a trainee; a departure has its reason."""

    said = forms.ChoiceField(label=_("Que voulez-vous noter ?"), widget=forms.RadioSelect)
    why = forms.ChoiceField(
        label=_("Motif du départ"), required=False, help_text=_("Obligatoire pour un abandon, inutile sinon.")
    )

    def __init__(self, possible: Sequence[Say], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        said, why = self.fields["said"], self.fields["why"]
        assert isinstance(said, forms.ChoiceField)
        assert isinstance(why, forms.ChoiceField)
        said.choices = [(say.value, words.SAYINGS[say]) for say in possible]
        why.choices = [("", _("Choisissez un motif")), *((each.value, text) for each, text in words.REASONS.items())]
        why.conditional = True  # type: ignore[attr-defined]
        self.possible = bool(possible)
        if Say.LEAVE not in possible:
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        """A departure says why."""
        found = dict(super().clean() or {})
        if found.get("said") == Say.LEAVE.value and not found.get("why") and "why" not in self.errors:
            self.add_error("why", gettext("Choisissez un motif : le conseiller le lira."))
        return found

    def say(self) -> Say:
        """What was said, once the form is valid."""
        return Say(self.cleaned_data["said"])

    def reason(self) -> Reason | None:
        """Why, of a departure."""
        return Reason(self.cleaned_data["why"]) if self.say() is Say.LEAVE else None


class _Halves(forms.Form):
    morning = Hours(
        label=_("Heures du matin"), initial=USUAL, help_text=_("Par exemple : 3,5. Vide s'il n'y en a pas.")
    )
    afternoon = Hours(label=_("Heures de l'après-midi"), initial=USUAL)

    def clean(self) -> dict[str, Any]:
        """A day has hours."""
        found = dict(super().clean() or {})
        if not self.errors and not found.get("morning") and not found.get("afternoon"):
            self.add_error("morning", gettext("Indiquez des heures le matin ou l'après-midi."))
        return found


class Planned(_Halves):
    """Which weekdays a session has training on, and how long."""

    weekdays = forms.TypedMultipleChoiceField(
        label=_("Jours de la semaine"), coerce=int, widget=forms.CheckboxSelectMultiple, initial=[0, 1, 2, 3, 4],
        choices=[(number, words.WEEKDAYS[number]) for number in WEEKDAYS],
        help_text=_("Les jours fériés sont laissés de côté."),
    )  # fmt: skip
    field_order = ("weekdays", "morning", "afternoon")


class OneDay(_Halves):
    """A day to add, or whose hours are others."""

    on = forms.CharField(
        label=_("Jour"), max_length=10, help_text=_("Par exemple : 01/12/2026"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    field_order = ("on", "morning", "afternoon")

    def clean_on(self) -> date:
        """A day."""
        found = day(self.cleaned_data["on"], timezone.localdate())
        if isinstance(found, Wrong):
            raise forms.ValidationError(gettext("Écrivez le jour, le mois et l'année, par exemple 05/03/2027."))
        return found

    def day(self) -> Day:
        """The day, once the form is valid."""
        said = self.cleaned_data
        return Day(said["on"], said["morning"], said["afternoon"])
