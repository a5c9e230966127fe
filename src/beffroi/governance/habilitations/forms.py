"""The form of a request for access, and the file that holds many."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.admissions import Shown
from beffroi.client.approvals import ApplicationOption, Options
from beffroi.core.normalisation import NormalisationRefusal, email_key
from beffroi.core.providers import provider_id

LONGEST = 80
MOST_LINES: Final = 100
MOST_CHARACTERS: Final = 60_000
COLUMNS: Final = ("prenom", "nom", "adresse", "fonction", "site", "roles", "applications", "debut", "fin")


Offered = Options | Shown
"""What a form offers: roles and applications, of one's own organisation or of an admission's."""


def only(applications: Sequence[ApplicationOption]) -> list[str]:
    """The application that goes without saying: the only one there is."""
    return [one.code for one in applications] if len(applications) == 1 else []


def _name(label: Any, **options: Any) -> forms.CharField:
    attributes = {"autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.TextInput(attrs=attributes), **options)


def _day(label: Any, **options: Any) -> forms.DateField:
    return forms.DateField(
        label=label, input_formats=["%d/%m/%Y", "%Y-%m-%d"],
        widget=forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"}), **options,
    )  # fmt: skip


class AccessForm(forms.Form):
    """Whom the access is for, what they will do, where, and until when. What leaves no choice is chosen already."""

    first_name = _name(_("Prénom"))
    last_name = _name(_("Nom"))
    email = forms.CharField(
        label=_("Adresse électronique professionnelle"), max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "email"}),
    )  # fmt: skip
    job = _name(_("Fonction"))
    site = _name(_("Site"), required=False)
    roles = forms.MultipleChoiceField(
        label=_("Rôles"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Choisissez le moins possible : chaque rôle ouvre d'autres dossiers ou d'autres gestes."),
    )  # fmt: skip
    applications = forms.MultipleChoiceField(
        label=_("Applications"), widget=forms.CheckboxSelectMultiple,
        help_text=_("L'accès ne vaut que dans celles que vous cochez."),
    )  # fmt: skip
    from_on = _day(_("Du"), help_text=_("Par exemple : 01/12/2026"))
    until_on = _day(_("Au"), help_text=_("Un an au plus. L'accès s'arrête seul à cette date."))

    def __init__(self, options: Offered, *arguments: Any, prefilled: Mapping[str, str] = {}, **named: Any) -> None:
        today = timezone.localdate()
        chosen = only(options.applications)
        initial = {"from_on": today, "until_on": today + timedelta(days=365), "applications": chosen, **prefilled}
        named.setdefault("initial", initial)
        super().__init__(*arguments, **named)
        english = (get_language() or "fr").startswith("en")
        roles, applications = self.fields["roles"], self.fields["applications"]
        assert isinstance(roles, forms.MultipleChoiceField)
        assert isinstance(applications, forms.MultipleChoiceField)
        roles.choices = [(one.code, one.label.en if english else one.label.fr) for one in options.roles]
        applications.choices = [(one.code, one.name) for one in options.applications]

    def clean_email(self) -> str:
        """The address must have the form of one."""
        typed: str = self.cleaned_data["email"].strip()
        if isinstance(email_key(typed), NormalisationRefusal):
            raise forms.ValidationError(
                gettext("Cette adresse électronique n'est pas valable. Exemple : nom@exemple.fr")
            )
        return typed

    def clean(self) -> dict[str, Any]:
        """The last day follows the first."""
        found = dict(super().clean() or {})
        begins, ends = found.get("from_on"), found.get("until_on")
        if isinstance(begins, date) and isinstance(ends, date) and ends < begins:
            self.add_error("until_on", gettext("La fin doit suivre le début."))
        return found

    def body(self) -> dict[str, Any]:
        """The request as the guard reads it."""
        found = self.cleaned_data
        body = {name: found[name].strip() for name in ("first_name", "last_name", "email", "job")}
        body |= {"roles": list(found["roles"]), "applications": list(found["applications"])}
        body |= {"from_on": str(found["from_on"]), "until_on": str(found["until_on"])}
        if found["site"].strip():
            body["site"] = found["site"].strip()
        return body


class LostFactorForm(forms.Form):
    """Which colleague has no second factor any more."""

    account = forms.ChoiceField(label=_("Collègue"))

    def __init__(self, people: Sequence[tuple[str, str]], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        account = self.fields["account"]
        assert isinstance(account, forms.ChoiceField)
        account.choices = [("", gettext("Choisissez une personne")), *people]

    def body(self, reason: str) -> dict[str, str]:
        """The request as the guard reads it."""
        return {"account": self.cleaned_data["account"], "reason": reason}


class ProviderForm(forms.Form):
    """Which identity provider an organisation should accept, and what people call it."""

    provider = forms.CharField(
        label=_("Identifiant du fournisseur"), max_length=64,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Tel que ProConnect le donne, par exemple : 71144ab3-ee1a-4401-b7b3-79b44f7daeeb"),
    )  # fmt: skip
    name = forms.CharField(
        label=_("Nom du fournisseur"), max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Tel que l'organisme le nomme. L'approbateur le lira : n'y mettez le nom de personne."),
    )  # fmt: skip

    def clean_provider(self) -> str:
        """The id must be one that a provider can have."""
        typed: str = self.cleaned_data["provider"]
        if provider_id(typed) is None:
            raise forms.ValidationError(gettext("Des lettres sans accent, des chiffres, et . _ : / - seulement."))
        return typed


class DismissForm(forms.Form):
    """Why no access is asked for somebody whom the directory announced."""

    reason = forms.ChoiceField(
        label=_("Pourquoi ?"), widget=forms.RadioSelect,
        choices=(
            ("not-known", _("Cette personne ne travaille pas dans notre organisme")),
            ("no-need", _("Elle travaille ici, mais n'a pas besoin d'accès")),
            ("twice", _("Elle a déjà un accès, ou une demande est déjà faite")),
            ("not-now", _("Trop tôt : nous la demanderons plus tard")),
        ),
    )  # fmt: skip


class Row(NamedTuple):
    """One line of a file: its number, the request it makes, or what is wrong with it."""

    number: int
    body: Mapping[str, Any] | None
    problems: tuple[str, ...]
    name: str


class BatchForm(forms.Form):
    """Many requests at once, a line each."""

    lines = forms.CharField(
        label=_("Lignes du fichier"), max_length=MOST_CHARACTERS,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )  # fmt: skip


def read_batch(text: str, options: Options) -> tuple[list[Row], str]:
    """The lines of a pasted table, each judged by the form of one request; or why the table cannot be read at all.

    Columns are those of ``COLUMNS``, separated by semicolons, commas or tabulations; roles and applications
    are separated by ``+`` and named by their code or by their name as the screen shows it. The column of applications
    may be empty where there is one only.
    """
    sample = text.partition("\n")[0]
    separator = max(";\t,", key=sample.count)
    reader = csv.reader(io.StringIO(text.strip("\ufeff\n\r ")), delimiter=separator)
    try:
        table = [[cell.strip() for cell in line] for line in reader if any(cell.strip() for cell in line)]
    except csv.Error:
        return [], gettext("Ce texte n'est pas un tableau : une ligne par personne, des colonnes séparées par « ; ».")
    if not table or [cell.lower() for cell in table[0]] != list(COLUMNS):
        return [], gettext("La première ligne doit être : %(columns)s") % {"columns": separator.join(COLUMNS)}
    if len(table) - 1 > MOST_LINES:
        return [], gettext("Cent lignes au plus à la fois.")
    roles_by_name = {one.label.fr.lower(): one.code for one in options.roles} | {
        one.label.en.lower(): one.code for one in options.roles
    }
    applications_by_name = {one.name.lower(): one.code for one in options.applications}
    found = []
    for number, cells in enumerate(table[1:], start=2):
        cells += [""] * (len(COLUMNS) - len(cells))
        first, last, email, job, site, roles, applications, begins, ends = cells[: len(COLUMNS)]
        form = AccessForm(
            options,
            {
                "first_name": first, "last_name": last, "email": email, "job": job, "site": site,
                "roles": _codes(roles, roles_by_name),
                "applications": _codes(applications, applications_by_name) or only(options.applications),
                "from_on": begins, "until_on": ends,
            },
        )  # fmt: skip
        problems = tuple(
            f"{form.fields[name].label if name in form.fields else gettext('Ligne')} : {' '.join(map(str, errors))}"
            for name, errors in form.errors.items()
        )
        found.append(Row(number, form.body() if form.is_valid() else None, problems, f"{first} {last}"))
    return found, ""


def _codes(cell: str, by_name: Mapping[str, str]) -> list[str]:
    said = [word.strip() for word in cell.split("+") if word.strip()]
    return [by_name.get(word.lower(), word) for word in said]
