"""The forms that change who follows somebody: a colleague, an absence, another organisation."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from beffroi.client.relations import Colleague, Colleagues, Former
from beffroi.systems.cases.web.words import number

ASKED = (
    ("moved", _("Elle a déménagé")),
    ("person-asks", _("Elle le demande")),
    ("other-followup", _("Un autre accompagnement lui convient mieux")),
)
BECAUSE = (
    ("person-declines", _("La personne ne le souhaite pas")),
    ("stays-followed", _("La structure qui suit la personne continue")),
    ("wrong-person", _("Ce n'est pas la bonne personne ou la bonne structure")),
    ("asked-by-mistake", _("Demande faite par erreur")),
)


def said(colleague: Colleague) -> str:
    """« Karim Haddad – portefeuille : 82 sur 300 »."""
    name = colleague.name.reveal()
    shown = {"name": name, "people": number(colleague.people), "most": number(colleague.most)}
    if colleague.oneself:
        return gettext("%(name)s (vous) – portefeuille : %(people)s sur %(most)s") % shown
    return gettext("%(name)s – portefeuille : %(people)s sur %(most)s") % shown


def said_of_former(former: Former) -> str:
    """« Lea Partante (n'est pas conseiller ici aujourd'hui) – portefeuille : 82 »."""
    shown = {"name": former.name.reveal() or gettext("un ancien collègue"), "people": number(former.people)}
    return gettext("%(name)s (n'est pas conseiller ici aujourd'hui) – portefeuille : %(people)s") % shown


def choices(colleagues: Sequence[Colleague]) -> list[tuple[str, str]]:
    """Colleagues as a form offers them."""
    return [(each.account, said(each)) for each in colleagues]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("Par exemple 31/12/2026."),
    )


class Hand(forms.Form):
    """To which colleague."""

    to = forms.ChoiceField(label=_("Nouveau conseiller"), widget=forms.RadioSelect)

    def __init__(self, colleagues: Sequence[Colleague], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices(colleagues)


class HandPortfolio(Hand):
    """Whose people, those whom somebody left behind first, and to which colleague."""

    of = forms.ChoiceField(label=_("Portefeuille à confier"))
    field_order = ("of", "to")

    def __init__(self, there: Colleagues, *args: Any, **options: Any) -> None:
        super().__init__(there.rows, *args, **options)
        field = self.fields["of"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", gettext("Choisissez")),
            *[(each.account, said_of_former(each)) for each in there.former],
            *choices([each for each in there.rows if each.people]),
        ]


class Absence(forms.Form):
    """Who is away, who stands in, and the days, both included."""

    absent = forms.ChoiceField(label=_("Collègue absent"))
    account = forms.ChoiceField(label=_("Remplaçant"))
    from_on = _day(_("Premier jour"))
    until_on = _day(_("Dernier jour"))

    def __init__(self, colleagues: Sequence[Colleague], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in ("absent", "account"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext("Choisissez")), *choices(colleagues)]

    def clean(self) -> dict[str, Any]:
        """Two colleagues, and days in their order."""
        found = dict(super().clean() or {})
        if found.get("absent") and found.get("absent") == found.get("account"):
            self.add_error("account", gettext("Choisissez deux collègues différents."))
        begins, ends = found.get("from_on"), found.get("until_on")
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            self.add_error("until_on", gettext("Le dernier jour suit le premier."))
        return found


class _Towards(forms.Form):
    """Another organisation, and why."""

    organisation = forms.ChoiceField()
    reason = forms.ChoiceField(label=_("Motif du transfert"), choices=ASKED, widget=forms.RadioSelect)

    def __init__(self, organisations: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(organisations)


class Give(_Towards):
    """To which organisation a person goes."""

    def __init__(self, organisations: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__([("", gettext("Choisissez")), *organisations], *args, **options)
        self.fields["organisation"].label = gettext("Structure qui suivra la personne")


class RequestFor(_Towards):
    """Of which organisation a person is asked."""

    def __init__(self, organisations: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(organisations, *args, **options)
        self.fields["organisation"].label = gettext("Structure qui suit la personne")


class Because(forms.Form):
    """Why a transfer is refused or withdrawn."""

    because = forms.ChoiceField(label=_("Motif"), choices=BECAUSE, widget=forms.RadioSelect)
