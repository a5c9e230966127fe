"""The forms of partners: a contract and its terms, an end, an audit's day, an addition to a roster."""

from datetime import date, timedelta
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.client.partners import Contract
from beffroi.core.mail_domains import mail_domain
from beffroi.core.normalisation import NormalisationRefusal, email_key, phone_key
from beffroi.core.partner_lists import CLAUSES, reference
from beffroi.core.siret import siret
from beffroi.governance.partners.web import words

LONGEST = 120
KINDS: Final = (
    ("training-organisation", _("Organisme de formation")),
    ("youth-office", _("Mission Locale")),
    ("employment-agency", _("Agence pour l'emploi")),
)
LEVELS: Final = (("2", _("Second facteur")), ("3", _("Clé d'accès")), ("1", _("Identité seule")))
REASONS: Final = (
    ("terminated", _("Résiliation")),
    ("expired", _("Non renouvelé")),
    ("incident", _("Incident de sécurité")),
    ("breach-of-contract", _("Manquement au contrat")),
    ("closed-down", _("Cessation d'activité")),
)


def text(label: Any, length: int = LONGEST, **options: Any) -> forms.CharField:
    """A line that the browser neither completes nor remembers."""
    widget = forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, max_length=length, widget=widget, **options)


def day(label: Any, **options: Any) -> forms.DateField:
    """A day as French people write it."""
    options.setdefault("help_text", _("Par exemple : 01/12/2026"))
    widget = forms.DateInput(format="%d/%m/%Y", attrs={"autocomplete": "off"})
    return forms.DateField(label=label, input_formats=["%d/%m/%Y", "%Y-%m-%d"], widget=widget, **options)


class TermsForm(forms.Form):
    """The terms of a contract."""

    from_on = day(_("Début du contrat"))
    until_on = day(_("Dernier jour du contrat"), help_text=_("L'accès de l'organisme s'arrête seul après ce jour."))
    level = forms.ChoiceField(
        label=_("Niveau exigé de chaque membre"), choices=LEVELS,
        help_text=_("Une session plus faible doit d'abord confirmer son identité."),
    )  # fmt: skip
    clauses = forms.MultipleChoiceField(label=_("Clauses"), widget=forms.CheckboxSelectMultiple)
    controllers = forms.CharField(
        label=_("Responsables de traitement"), max_length=1_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Un par ligne, huit au plus."),
    )  # fmt: skip
    contact_name = text(_("Contact de sécurité : nom"))
    contact_email = text(_("Contact de sécurité : adresse électronique"), 254)
    contact_phone = text(
        _("Contact de sécurité : téléphone"), 40, help_text=_("Un numéro qui répond la nuit et le week-end.")
    )

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        clauses = self.fields["clauses"]
        assert isinstance(clauses, forms.MultipleChoiceField)
        optional = gettext("facultative")
        clauses.choices = [
            (reference(code), words.written(one.label) + ("" if one.mandatory else f" ({optional})"))
            for code, one in CLAUSES.items()
        ]

    @staticmethod
    def of(contract: Contract | None) -> dict[str, Any]:
        """What the form shows first: the contract as it is, or an ordinary year."""
        today = timezone.localdate()
        if contract is None:
            mandatory = [reference(code) for code, one in CLAUSES.items() if one.mandatory]
            return {
                "from_on": today, "until_on": today + timedelta(days=365), "level": "2", "clauses": mandatory,
            }  # fmt: skip
        return {
            "from_on": timezone.localdate(contract.from_at), "until_on": words.last_day(contract.until_at),
            "level": str(contract.level), "controllers": "\n".join(contract.controllers),
            "clauses": [reference(code) for code in CLAUSES if _cites(contract, code)],
            "contact_name": contract.contact.name.reveal(), "contact_email": contract.contact.email.reveal(),
            "contact_phone": contract.contact.phone.reveal(),
        }  # fmt: skip

    def clean_controllers(self) -> list[str]:
        """One a line."""
        found = [" ".join(line.split()) for line in self.cleaned_data["controllers"].splitlines() if line.strip()]
        if not 1 <= len(found) <= 8 or any(len(one) > LONGEST for one in found):
            raise forms.ValidationError(gettext("De un à huit noms, de 120 caractères au plus."))
        return found

    def clean_contact_email(self) -> str:
        """An address."""
        return _kept(self.cleaned_data["contact_email"], email_key, gettext("Cette adresse n'est pas valable."))

    def clean_contact_phone(self) -> str:
        """A telephone number."""
        return _kept(self.cleaned_data["contact_phone"], phone_key, gettext("Ce numéro n'est pas valable."))

    def terms(self) -> dict[str, Any]:
        """The terms as requests carry them."""
        said = self.cleaned_data
        return {
            "from_on": str(said["from_on"]), "until_on": str(said["until_on"]), "clauses": said["clauses"],
            "controllers": said["controllers"], "level": int(said["level"]),
            "contact": {name: said[f"contact_{name}"] for name in ("name", "email", "phone")},
        }  # fmt: skip


def _cites(contract: Contract, code: str) -> bool:
    return any(text.partition("/")[0] == code for text in contract.clauses)


def _kept(text: str, rule: Any, sentence: str) -> str:
    if isinstance(rule(text), NormalisationRefusal):
        raise forms.ValidationError(sentence)
    return text.strip()


class PartnerForm(TermsForm):
    """A new partner: who it is, then its contract."""

    name = text(_("Nom de l'organisme"))
    code = text(_("Code dans le réseau"), 32, help_text=_("Majuscules, chiffres et tirets : OF-VALBRUME."))
    kind = forms.ChoiceField(label=_("Genre"), choices=KINDS)
    siret = text(_("SIRET"), 20, help_text=_("Quatorze chiffres."))
    field_order = ("name", "code", "kind", "siret")

    def clean_code(self) -> str:
        """Capitals, digits and dashes."""
        code: str = self.cleaned_data["code"].strip().upper()
        if len(code) < 2 or not code[0].isalnum() or not all(one.isalnum() or one == "-" for one in code):
            raise forms.ValidationError(gettext("Majuscules, chiffres et tirets seulement."))
        return code

    def clean_siret(self) -> str:
        """Fourteen digits, two of which check the others."""
        found = siret(self.cleaned_data["siret"])
        if found is None:
            raise forms.ValidationError(gettext("Ce numéro n'est pas un SIRET : vérifiez la saisie."))
        return found

    def who(self) -> dict[str, str]:
        """Who the partner is."""
        return {name: self.cleaned_data[name] for name in ("name", "code", "kind", "siret")}


class EndForm(forms.Form):
    """When and why a contract ends."""

    when = forms.ChoiceField(
        label=_("Quand"), widget=forms.RadioSelect, initial="now",
        choices=(("now", _("Tout de suite")), ("after", _("Après un dernier jour"))),
    )  # fmt: skip
    until_on = day(_("Dernier jour"), required=False)
    reason = forms.ChoiceField(label=_("Motif"), choices=REASONS)

    def clean(self) -> dict[str, Any]:
        """A last day goes with « après »."""
        found = dict(super().clean() or {})
        if found.get("when") == "after" and not found.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", gettext("Indiquez le dernier jour."))
        return found

    def until(self) -> str | None:
        """The last day, none for at once."""
        chosen: date | None = self.cleaned_data["until_on"]
        return None if self.cleaned_data["when"] == "now" or chosen is None else str(chosen)


class AuditForm(forms.Form):
    """By when the questions of a new audit are to be answered."""

    due_on = day(_("Réponses attendues le"))


class RosterForm(forms.Form):
    """A domain or an address; both are never sent together."""

    domain = text(_("Domaine de messagerie"), 254, required=False, help_text=_("Ce qui suit l'arobase."))
    email = text(_("Adresse d'une personne"), 254, required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two, well formed."""
        found = dict(super().clean() or {})
        if bool(found.get("domain")) == bool(found.get("email")):
            raise forms.ValidationError(gettext("Indiquez un domaine ou une adresse."))
        if found["domain"] and mail_domain(found["domain"]) is None:
            self.add_error("domain", gettext("Ce domaine n'est pas valable. Exemple : organisme.fr"))
        if found["email"] and isinstance(email_key(found["email"]), NormalisationRefusal):
            self.add_error("email", gettext("Cette adresse n'est pas valable."))
        return found


class RemovalForm(forms.Form):
    """An address typed in full, to be taken out."""

    email = text(_("Adresse à retirer"), 254)
