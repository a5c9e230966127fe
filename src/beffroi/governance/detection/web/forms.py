"""The filter of the journal. It has no free text, and no person followed: that question is an investigation."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beffroi.governance.detection.queries import Wanted
from beffroi.governance.detection.web import words


class Filter(forms.Form):
    """Everything is optional; what is not understood is said, and filters nothing."""

    quoi = forms.ChoiceField(label=_("Ce qui s'est passé"), required=False, choices=[("", _("Tout")), *words.KINDS])
    du = forms.DateField(label=_("Du"), required=False, widget=forms.DateInput({"type": "date"}))
    au = forms.DateField(label=_("Au"), required=False, widget=forms.DateInput({"type": "date"}))
    compte = forms.UUIDField(label=_("Numéro du compte"), required=False)
    structure = forms.UUIDField(label=_("Numéro de la structure"), required=False)
    application = forms.SlugField(label=_("Code de l'application"), required=False, max_length=48)

    def clean(self) -> dict[str, Any]:
        """Days in their order."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("du"), given.get("au")
        if first and last and last < first:
            self.add_error("au", _("La fin est avant le début : choisissez un jour plus tardif."))
        return given


def wanted(data: Mapping[str, Any]) -> Wanted:
    """What an address asks for."""
    form = Filter(data)
    form.full_clean()
    given = form.cleaned_data
    first, last = given.get("du"), given.get("au")
    until = _start(last + timedelta(days=1)) if last else None
    return Wanted(
        from_at=_start(first) if first else _start(last) if last else None,
        until_at=until,
        organisation=_text(given.get("structure")),
        account=_text(given.get("compte")),
        session=None,
        application=given.get("application") or None,
        kind=given.get("quoi") or None,
        before=_number(data.get("avant", "")),
    )


def _start(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _text(value: object) -> str | None:
    return str(value) if value else None


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 and int(said) else None
