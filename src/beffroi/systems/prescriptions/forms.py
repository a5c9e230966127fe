"""The forms of the catalogue: what is looked for, one session, a file of them. The rules are those of core."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beffroi.core import catalogue
from beffroi.core.catalogue import Offer, Wrong
from beffroi.core.prescribing import Move, Reason
from beffroi.systems.prescriptions import communes
from beffroi.systems.prescriptions.communes import Commune
from beffroi.systems.prescriptions.queries import Wanted
from beffroi.systems.prescriptions.web import words
from beffroi.ui.files import CsvFile

Kept = TypeVar("Kept")
DISTANCES: Final = (10, 25, 50, 100, 200)
USUAL: Final = 50
LONGEST_SEARCH: Final = 100


def text(label: Any, longest: int, **options: Any) -> forms.CharField:
    """A line that the browser neither completes nor remembers."""
    widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


class Search(forms.Form):
    """What is looked for in the catalogue; everything may be left empty."""

    mots = text(_("Mots"), LONGEST_SEARCH, required=False, help_text=_("Métier, intitulé, organisme."))
    rome = text(_("Code ROME"), 10, required=False, help_text=_("Par exemple : G1602"))
    commune = text(_("Autour de"), 80, required=False, help_text=_("Commune ou code postal."))
    km = forms.ChoiceField(label=_("Distance"), required=False, choices=[(each, f"{each} km") for each in DISTANCES])
    du = text(_("À partir du"), 10, required=False, help_text=_("Par exemple : 01/12/2026"))
    libre = forms.BooleanField(label=_("Seulement s'il reste des places"), required=False)

    namesakes: tuple[Commune, ...] = ()
    """Communes of one name, when that is why the form was refused."""

    def clean_rome(self) -> str:
        """One code."""
        said: str = self.cleaned_data["rome"]
        found = catalogue.rome(said) if said.strip() else ()
        if isinstance(found, Wrong) or len(found) > 1:
            raise forms.ValidationError(words.expected(Wrong.ROME))
        return found[0] if found else ""

    def clean_commune(self) -> Commune | None:
        """One commune."""
        said: str = self.cleaned_data["commune"]
        if not said.strip():
            return None
        found = communes.named(said)
        if not found:
            raise forms.ValidationError(words.expected(Wrong.COMMUNE))
        if len(found) > 1:
            self.namesakes = found
            raise forms.ValidationError(
                gettext("Plusieurs communes portent ce nom : choisissez la bonne dans la liste.")
            )
        return found[0]

    def clean_du(self) -> date | None:
        """A day."""
        said: str = self.cleaned_data["du"]
        return _kept(catalogue.day(said, timezone.localdate())) if said.strip() else None

    def wanted(self) -> Wanted:
        """What the form asks for, once it is valid."""
        said = self.cleaned_data
        where: Commune | None = said["commune"]
        return Wanted(
            words=said["mots"], rome=said["rome"], near=where.spot if where else None,
            kilometres=int(said["km"] or USUAL), from_on=said["du"], with_places=said["libre"],
        )  # fmt: skip


def _kept(found: Kept | Wrong) -> Kept:
    if isinstance(found, Wrong):
        raise forms.ValidationError(words.expected(found))
    return found


class SessionForm(forms.Form):
    """One session of one's own organisation, and the version it was read at."""

    title = text(_("Intitulé"), 400)
    reference = text(
        _("Référence"), 100, help_text=_("La vôtre, unique dans votre catalogue. Par exemple : CUI-2027-01")
    )
    commune = text(_("Commune"), 80, help_text=_("Nom et code postal, ou code INSEE."))
    address = text(_("Adresse"), 400, required=False)
    starts_on = text(_("Premier jour"), 10, help_text=_("Par exemple : 01/12/2026"))
    ends_on = text(_("Dernier jour"), 10)
    places = text(_("Places"), 4)
    rome = text(_("Codes ROME"), 60, help_text=_("De un à cinq, séparés par des espaces."))
    prerequisites = forms.CharField(
        label=_("Prérequis"), max_length=2_000, required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("500 caractères au plus. Aucun nom de personne : tout le réseau lit le catalogue."),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1)

    def clean_title(self) -> str:
        """A line."""
        return _kept(catalogue.line(self.cleaned_data["title"]))

    def clean_reference(self) -> str:
        """Capitals and digits."""
        return _kept(catalogue.reference(self.cleaned_data["reference"]))

    def clean_commune(self) -> str:
        """The INSEE code of the commune that was named."""
        found = communes.named(self.cleaned_data["commune"])
        if len(found) > 1:
            raise forms.ValidationError(gettext("Plusieurs communes portent ce nom : ajoutez le code postal."))
        return found[0].code if found else _kept(Wrong.COMMUNE)

    def clean_address(self) -> str:
        """A line, or nothing."""
        return _kept(catalogue.optional(self.cleaned_data["address"], catalogue.LONGEST_LINE))

    def clean_starts_on(self) -> date:
        """A day."""
        return _kept(catalogue.day(self.cleaned_data["starts_on"], timezone.localdate()))

    def clean_ends_on(self) -> date:
        """A day, not before the first."""
        found = _kept(catalogue.day(self.cleaned_data["ends_on"], timezone.localdate()))
        starts_on = self.cleaned_data.get("starts_on")
        late = catalogue.order(starts_on, found) if starts_on else None
        return found if late is None else _kept(late)

    def clean_places(self) -> int:
        """A number of people."""
        return _kept(catalogue.places(self.cleaned_data["places"]))

    def clean_rome(self) -> tuple[str, ...]:
        """Codes."""
        return _kept(catalogue.rome(self.cleaned_data["rome"]))

    def clean_prerequisites(self) -> str:
        """A short text, or nothing."""
        return _kept(catalogue.optional(self.cleaned_data["prerequisites"], catalogue.LONGEST_TEXT))

    def offer(self) -> Offer:
        """The session, once the form is valid."""
        return Offer(**{name: self.cleaned_data[name] for name in Offer._fields})

    @staticmethod
    def of(offer: Offer, version: int) -> dict[str, Any]:
        """What the form shows first: the session as it is."""
        return {
            **offer._asdict(), "commune": communes.every()[offer.commune].label, "rome": " ".join(offer.rome),
            "starts_on": f"{offer.starts_on:%d/%m/%Y}", "ends_on": f"{offer.ends_on:%d/%m/%Y}", "version": version,
        }  # fmt: skip


class Answer(forms.Form):
    """What the training organisation says of a prescription; a refusal has its reason."""

    said = forms.ChoiceField(label=_("Réponse"), widget=forms.RadioSelect)
    why = forms.ChoiceField(
        label=_("Motif du refus"), required=False, help_text=_("Obligatoire pour un refus, inutile sinon.")
    )

    def __init__(self, possible: Sequence[Move], *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        said, why = self.fields["said"], self.fields["why"]
        assert isinstance(said, forms.ChoiceField)
        assert isinstance(why, forms.ChoiceField)
        said.choices = [(move.value, words.MOVES[move]) for move in possible if move in words.MOVES]
        why.choices = [("", _("Choisissez un motif")), *((each.value, text) for each, text in words.REASONS.items())]
        why.conditional = True  # type: ignore[attr-defined]
        self.answerable = bool(said.choices)
        if Move.REFUSE not in possible:
            del self.fields["why"]

    def clean(self) -> dict[str, Any]:
        """A refusal says why."""
        found = dict(super().clean() or {})
        if found.get("said") == Move.REFUSE.value and not found.get("why") and "why" not in self.errors:
            self.add_error("why", gettext("Choisissez un motif : le conseiller le lira."))
        return found

    def move(self) -> Move:
        """What was said, once the form is valid."""
        return Move(self.cleaned_data["said"])

    def reason(self) -> Reason | None:
        """Why, of a refusal."""
        return Reason(self.cleaned_data["why"]) if self.move() is Move.REFUSE else None


class CatalogueFile(forms.Form):
    """One CSV file in UTF-8."""

    file = CsvFile(
        label=_("Fichier du catalogue"),
        help_text=_("CSV en UTF-8, 100 ko au plus, avec les colonnes de l'export."),
    )
