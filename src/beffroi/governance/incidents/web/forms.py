"""What is asked: whose readings, or readings of whom, between two days; the guard judges everything again."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.forensics import Options

_USUAL = timedelta(days=30)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class Window(forms.Form):
    """Two days, both included."""

    from_on = _day(_("Du"))
    until_on = _day(_("Au"))

    def __init__(self, data: Any = None, **more: Any) -> None:
        today = timezone.localdate()
        super().__init__(data, initial={"from_on": today - _USUAL, "until_on": today}, **more)

    def clean(self) -> dict[str, Any]:
        """The end comes after the beginning."""
        typed = super().clean() or {}
        first, last = typed.get("from_on"), typed.get("until_on")
        if first and last and last < first:
            self.add_error("until_on", gettext("La fin est avant le début : choisissez un jour plus tardif."))
        return typed

    def window(self) -> tuple[datetime, datetime]:
        """From the first instant of the first day to the end of the last, in Paris."""
        typed = self.cleaned_data
        return _begins(typed["from_on"]), _begins(typed["until_on"] + timedelta(days=1))


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min), timezone.get_default_timezone()).astimezone(UTC)


class OneAccount(Window):
    """An account by its professional address, alone or with its line."""

    kind = forms.ChoiceField(
        label=_("Étendue"),
        choices=(("account", _("Ce compte seul")), ("line", _("Ce compte et sa lignée"))),
        help_text=_(
            "Sa lignée : les comptes qu'il a demandés ou accordés, et ceux que ces comptes ont demandés ou accordés "
            "à leur tour."
        ),
        widget=forms.RadioSelect,
        initial="account",
    )
    email = forms.EmailField(
        label=_("Adresse professionnelle"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("email", "kind", "from_on", "until_on")


class OnePlace(Window):
    """An organisation or an application."""

    kind = forms.CharField(widget=forms.HiddenInput, max_length=20)
    scope = forms.ChoiceField(label="")
    field_order = ("scope", "from_on", "until_on")


class SomeIds(Window):
    """Accounts or sessions by their ids, as the inventory and the journal have them."""

    kind = forms.ChoiceField(
        label=_("Ces identifiants sont ceux"),
        choices=(("account", _("de comptes")), ("session", _("de sessions"))),
        widget=forms.RadioSelect,
        initial="account",
    )
    ids = forms.CharField(
        label=_("Identifiants, un par ligne"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("ids", "kind", "from_on", "until_on")

    def clean_ids(self) -> str:
        """At most a hundred."""
        ids = str(self.cleaned_data["ids"]).lower().split()
        if len(ids) > 100:
            raise forms.ValidationError(gettext("Cent identifiants au plus."))
        return "\n".join(ids)


class OnePerson(Window):
    """A person by their random id."""

    person = forms.UUIDField(
        label=_("Identifiant du dossier"),
        help_text=_("Celui de l'adresse de la page du dossier, ou d'un fichier de personnes lues."),
    )
    field_order = ("person", "from_on", "until_on")


class Forms:
    """The forms that this person's options give."""

    def __init__(self, options: Options) -> None:
        kinds = set(options.kinds)
        self.account = OneAccount(auto_id="compte_%s") if "account" in kinds else None
        self.ids = SomeIds(auto_id="ids_%s") if "session" in kinds else None
        self.person = OnePerson(auto_id="personne_%s") if "account" in kinds else None
        self.organisation = place("organisation", options) if "organisation" in kinds else None
        self.application = place("application", options) if "application" in kinds else None
        self.bound: Window | None = None

    def put(self, form: Window) -> None:
        """Show a form that was sent, with its errors, in the place of its kind."""
        self.bound = form
        if isinstance(form, OnePlace):
            setattr(self, str(form.data.get("kind")), form)
        else:
            setattr(self, {OneAccount: "account", SomeIds: "ids", OnePerson: "person"}[type(form)], form)


def place(kind: str, options: Options, data: Any = None) -> OnePlace:
    """The form of an organisation or an application, with those one may choose."""
    form = OnePlace(data, auto_id=f"{kind}_%s")
    form.fields["kind"].initial = kind
    form.initial["kind"] = kind
    scope = form.fields["scope"]
    assert isinstance(scope, forms.ChoiceField)
    scope.label = gettext("Organisme") if kind == "organisation" else gettext("Application")
    found = options.organisations if kind == "organisation" else options.applications
    scope.choices = [("", gettext("Choisissez")), *((one.id, one.name) for one in found)]
    return form


def sent(options: Options, data: Any) -> OneAccount | OnePlace | SomeIds:
    """The form that was sent about some agents."""
    kind = data.get("kind", "")
    if "email" in data:
        return OneAccount(data, auto_id="compte_%s")
    if "ids" in data:
        return SomeIds(data, auto_id="ids_%s")
    return place("application" if kind == "application" else "organisation", options, data)


def scope_of(form: OneAccount | OnePlace | SomeIds) -> tuple[str, tuple[str, ...], str | None]:
    """Kind, ids and address, as the guard takes them."""
    typed = form.cleaned_data
    if isinstance(form, OneAccount):
        return typed["kind"], (), typed["email"]
    if isinstance(form, SomeIds):
        return typed["kind"], tuple(typed["ids"].split()), None
    return typed["kind"], (typed["scope"],), None


class Mark(forms.Form):
    """The mark as it is read on a line."""

    mark = forms.CharField(
        label=_("Marque de la copie"),
        max_length=40,
        help_text=_("Douze lettres et chiffres en fin de ligne, par exemple 7K2M-9TXP-A0QD."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
