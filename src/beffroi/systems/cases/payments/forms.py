"""The form of a payment."""

import re
from datetime import date, timedelta
from decimal import Decimal

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from beffroi.core.progress import Programme
from beffroi.systems.cases import typed
from beffroi.systems.cases.progress.words import PROGRAMMES

_MONTH = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])|(?P<m>0?[1-9]|1[0-2])/(?P<y>20[0-9]{2})")
"""2026-11, as the browser's own field sends it, or 11/2026."""
_EARLIEST = timedelta(days=3_660)
MOST_EUROS = 10_000


class PaymentForm(forms.Form):
    """Which programme, which month, how much, paid when; ``corrects`` is the place of the payment it puts right."""

    programme = forms.ChoiceField(
        label=_("Dispositif"), choices=[(each.value, PROGRAMMES[each]) for each in (Programme.CEJ, Programme.PACEA)]
    )
    month = forms.CharField(
        label=_("Mois"),
        widget=forms.TextInput(attrs={"type": "month", "autocomplete": "off"}),
        help_text=_("Par exemple 11/2026."),
    )
    euros = forms.CharField(
        label=_("Montant en euros"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Par exemple 552,46."),
    )
    paid_on = forms.DateField(
        label=_("Versé le"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        help_text=_("Laissez vide tant que ce n'est pas versé."),
    )
    corrects = forms.IntegerField(required=False, min_value=0, max_value=999, widget=forms.HiddenInput)

    def clean_month(self) -> str:
        """A month of these years, not after the next one."""
        found = _MONTH.fullmatch(self.cleaned_data["month"])
        if found is None:
            raise forms.ValidationError(_("Écrivez le mois et l'année, par exemple 11/2026."))
        first = date(int(found["y"] or found["year"]), int(found["m"] or found["month"]), 1)
        today = timezone.localdate()
        if first > today + timedelta(days=31):
            raise forms.ValidationError(_("Choisissez au plus tard le mois prochain."))
        if first < today - _EARLIEST:
            raise forms.ValidationError(_("Choisissez un mois plus récent."))
        return f"{first:%Y-%m}"

    def clean_euros(self) -> int:
        """Cents."""
        text = re.sub(r"\s", "", self.cleaned_data["euros"]).replace(",", ".")
        if re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,2})?", text, re.ASCII) is None:
            raise forms.ValidationError(_("Écrivez un montant, par exemple 552,46."))
        cents = int(Decimal(text) * 100)
        if cents > MOST_EUROS * 100:
            raise forms.ValidationError(_("Ce montant est trop élevé pour un mois."))
        return cents

    def clean_paid_on(self) -> date | None:
        """A day that has come."""
        day: date | None = self.cleaned_data["paid_on"]
        if day is not None:
            typed.has_come(day, _EARLIEST)
        return day


def typed_euros(cents: int) -> str:
    """Cents as the field takes them."""
    return f"{cents // 100},{cents % 100:02d}"
