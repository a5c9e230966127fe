"""The forms of an appointment: an hour to give, an hour to move it to."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beffroi.core.appointments import LENGTHS, Objection, Slot, objection
from beffroi.systems.cases.appointments.words import KINDS, PLACES, objected

_DEFAULT_LENGTH = 45
_FIELDS = {Objection.HOURS: "hour", Objection.LENGTH: "minutes"}


def _lengths() -> list[tuple[int, str]]:
    return [
        (length, ngettext("%(count)s minute", "%(count)s minutes", length) % {"count": length}) for length in LENGTHS
    ]


class Hour(forms.Form):
    """A day, an hour and a length; `slot` is what they make together."""

    day = forms.DateField(
        label=_("Jour"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
    )  # fmt: skip
    hour = forms.TimeField(
        label=_("Heure"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M"]
    )
    minutes = forms.TypedChoiceField(label=_("Durée"), coerce=int, initial=_DEFAULT_LENGTH)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        minutes = self.fields["minutes"]
        assert isinstance(minutes, forms.ChoiceField)
        minutes.choices = _lengths()

    def clean(self) -> dict[str, Any]:
        """An hour of the office, today or later."""
        found = dict(super().clean() or {})
        if not {"day", "hour", "minutes"} <= found.keys():
            return found
        starts_at = timezone.make_aware(datetime.combine(found["day"], found["hour"]))
        refused = objection(starts_at, found["minutes"], timezone.localdate())
        if refused is not None:
            self.add_error(_FIELDS.get(refused, "day"), objected(refused))
        found["slot"] = Slot(starts_at, starts_at + timedelta(minutes=found["minutes"]))
        return found


class Giving(Hour):
    """A new appointment; ``agents`` are offered to those who have no people of their own (account, name)."""

    kind = forms.ChoiceField(label=_("Objet"), choices=[(kind.value, words) for kind, words in KINDS.items()])
    place = forms.ChoiceField(label=_("Lieu"), choices=[(place.value, words) for place, words in PLACES.items()])
    account = forms.ChoiceField(label=_("Avec"), required=True)
    field_order = ("account", "day", "hour", "minutes", "kind", "place")

    def __init__(self, agents: Sequence[tuple[str, str]] | None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if agents is None:
            del self.fields["account"]
            return
        account = self.fields["account"]
        assert isinstance(account, forms.ChoiceField)
        account.choices = list(agents)


class WalkIn(forms.Form):
    """Who receives somebody who came without an appointment, for what, how long."""

    account = forms.ChoiceField(label=_("Reçue par"))
    kind = forms.ChoiceField(label=_("Objet"), choices=[(kind.value, words) for kind, words in KINDS.items()])
    minutes = forms.TypedChoiceField(label=_("Durée"), coerce=int, initial=LENGTHS[1])

    def __init__(self, agents: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        account, minutes = self.fields["account"], self.fields["minutes"]
        assert isinstance(account, forms.ChoiceField)
        assert isinstance(minutes, forms.ChoiceField)
        account.choices = [("", gettext("Choisissez un conseiller")), *agents]
        minutes.choices = _lengths()
