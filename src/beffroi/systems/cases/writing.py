"""The form of a message to people one follows: what about, and the day and hour that it names."""

from datetime import date, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.answers import Label as Words
from beffroi.core.messaging import WORDINGS, Subject, complete, said
from beffroi.core.policy import Label
from beffroi.ui import formatting


def in_language(label: Label | Words) -> str:
    """French, or English where the page is."""
    return label.en if formatting.language_of(get_language()) == "en" else label.fr


class Writing(forms.Form):
    """A subject of the closed list; nothing else is typed but a day and an hour."""

    subject = forms.ChoiceField(label=_("Objet du message"), widget=forms.RadioSelect)
    day = forms.DateField(
        label=_("Jour"),
        required=False,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        help_text=_(
            "Obligatoire pour un rendez-vous, un atelier, un document attendu ou une fermeture. "
            "Par exemple 31/12/2026."
        ),
    )
    hour = forms.TimeField(
        label=_("Heure"),
        required=False,
        input_formats=["%H:%M", "%Hh%M", "%Hh", "%H h %M", "%H h"],
        widget=forms.TimeInput(format="%H:%M", attrs={"autocomplete": "off"}),
        help_text=_("Obligatoire pour un rendez-vous ou un atelier. Par exemple 14 h 30."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["subject"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code.value, in_language(wording.title)) for code, wording in WORDINGS.items()]
        for name in ("day", "hour"):
            self.fields[name].conditional = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The day and the hour that the subject names, and no other."""
        found = dict(super().clean() or {})
        if self.errors:
            return found
        subject, day, hour = Subject(found["subject"]), found.get("day"), found.get("hour")
        wording, today = WORDINGS[subject], timezone.localdate()
        if wording.dated and day is None:
            self.add_error("day", gettext("Indiquez le jour."))
        if wording.timed and hour is None:
            self.add_error("hour", gettext("Indiquez l'heure."))
        if not self.errors and not complete(
            subject, day if wording.dated else None, hour if wording.timed else None, today
        ):
            self.add_error("day", gettext("Ce jour est passé, ou trop loin."))
        return found

    @property
    def named(self) -> tuple[Subject, date | None, time | None]:
        """The subject, with the day and the hour that it names; those typed for nothing are left out."""
        subject = Subject(self.cleaned_data["subject"])
        wording = WORDINGS[subject]
        return (
            subject,
            self.cleaned_data["day"] if wording.dated else None,
            self.cleaned_data["hour"] if wording.timed else None,
        )

    def preview(self, office: str) -> str:
        """What people will read."""
        subject, day, hour = self.named
        return in_language(said(subject, office, day, hour))
