"""The style guide: every component on one page, for people who write screens and for the browser tests."""

from datetime import UTC, date, datetime, timedelta

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .charts import Bar
from .components import Cell, Column, Crumb, Entry, Event, Tab, Table
from .errors import error_page
from .shell import Account, Membership, NavigationItem, Shell

_OPENINGS = (34, 41, 0, 0, 52, 47, 61, 38, 44, 0, 0, 96, 120, 72)


class SampleForm(forms.Form):
    """One field of each kind; the guide shows it once blank and once refused."""

    surname = forms.CharField(label=gettext_lazy("Nom de naissance"), max_length=80)
    born_on = forms.DateField(
        label=gettext_lazy("Date de naissance"),
        help_text=gettext_lazy("Par exemple : 14/03/2008"),
        widget=forms.DateInput(attrs={"inputmode": "numeric"}),
    )
    email = forms.EmailField(label=gettext_lazy("Adresse électronique"), required=False)
    reason = forms.ChoiceField(
        label=gettext_lazy("Motif de la consultation"),
        choices=[
            ("", gettext_lazy("Choisir un motif")),
            ("accueil", gettext_lazy("Accueil sans rendez-vous")),
            ("urgence", gettext_lazy("Situation urgente")),
        ],
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Comment prévenir la personne ?"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Un seul moyen."),
        choices=[("sms", gettext_lazy("Par SMS")), ("courrier", gettext_lazy("Par courrier"))],
    )
    note = forms.CharField(
        label=gettext_lazy("Précisions"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Cette précision est conservée pour être relue par les responsables."),
    )
    confirmed = forms.BooleanField(label=gettext_lazy("La personne est devant moi"))


def guide_shell(request: HttpRequest) -> Shell:
    """An invented agent in invented organisations, for the guide on its own."""
    home = reverse("style_guide")
    return Shell(
        version="0.1.0",
        accessibility_url="#contenu",
        language_url=reverse("set_language"),
        home_url=home,
        tagline=_("Dossiers sous bonne garde"),
        demonstration=True,
        navigation=(
            NavigationItem(_("Mon portefeuille"), home),
            NavigationItem(_("Rendez-vous"), "/rendez-vous/"),
            NavigationItem(_("Demandes"), "/demandes/", 3),
            NavigationItem(_("Mes consultations"), "/journal/"),
        ),
        account=Account(
            "Nadia Kervella",
            "Mission Locale du Pays de Morlaix",
            _("Conseillère"),
            "/adhesion/",
            "/deconnexion/",
            (
                Membership("1", "Mission Locale du Pays de Morlaix", _("Conseillère")),
                Membership("2", "Mission Locale de Brest", _("Conseillère, remplacement")),
            ),
            "1",
        ),
    )


def _table() -> Table:
    rows = (
        (Cell("Yanis Le Bihan", "#tableaux"), "14/03/2008", "Morlaix", Cell(_("À jour"), tone="success"), "3"),
        (
            Cell("Inès Marchetti", "#tableaux"),
            "02/11/2006",
            "Carhaix-Plouguer",
            Cell(_("À relancer"), tone="warning"),
            "12",
        ),
        (Cell("Malo Trividic", "#tableaux"), "28/07/2009", "Landivisiau", Cell(_("Nouveau"), tone="info"), "0"),
    )
    columns = (
        Column(_("Personne")),
        Column(_("Naissance")),
        Column(_("Commune")),
        Column(_("Situation")),
        Column(_("Rendez-vous"), numeric=True),
    )
    return Table(_("Personnes que je suis"), columns, rows)


def guide(request: HttpRequest) -> HttpResponse:
    """Every component with sample values; nothing is read or written."""
    now = datetime.now(UTC)
    first = date(2026, 11, 9)
    days = [first + timedelta(days=offset) for offset in range(len(_OPENINGS))]
    refused = SampleForm(
        {"refuse-surname": "Le Bihan", "refuse-email": "pas une adresse", "refuse-born_on": "31/02"}, prefix="refuse"
    )
    context = {
        "crumbs": (Crumb(_("Accueil"), "#contenu"), Crumb(_("Personnes"), "#tableaux"), Crumb(_("Guide de style"))),
        "kinds": ("info", "success", "warning", "danger"),
        "form": SampleForm(),
        "refused": refused,
        "table": _table(),
        "now": now,
        "three_days_ago": now - timedelta(days=3),
        "page": Paginator(range(3_000), 25).page(5),
        "tabs": (
            Tab(_("Identité"), "#onglets", True),
            Tab(_("Parcours"), "#onglets"),
            Tab(_("Rendez-vous"), "#onglets", count=12),
        ),
        "entries": (
            Entry(_("Nom"), "Le Bihan"),
            Entry(_("Prénom"), "Yanis"),
            Entry(_("Adresse électronique")),
            Entry(
                _("Téléphone"), "•• •• •• 12 34", masked=_("Votre rôle voit les quatre derniers chiffres seulement.")
            ),
            Entry(
                _("Numéro de sécurité sociale"),
                "",
                masked=_("Ce champ demande une nouvelle vérification de votre identité."),
            ),
            Entry(_("Commune"), "Morlaix", note=_("déclarée le 3 mars 2026")),
        ),
        "events": (
            Event(now - timedelta(hours=2), _("Dossier ouvert"), _("Rendez-vous du jour"), "info"),
            Event(now - timedelta(days=3), _("Habilitation confirmée"), "", "success"),
            Event(
                now - timedelta(days=12),
                _("Accès exceptionnel"),
                _("Motif inscrit au journal"),
                "warning",
            ),
        ),
        "bars": [Bar(f"{day:%d/%m}", count) for day, count in zip(days, _OPENINGS, strict=True)],
        "why": _("Elle montre chaque élément des écrans, pour que tous se ressemblent."),
    }
    return render(request, "ui/guide.html", context)


def error_sample(request: HttpRequest, status: int) -> HttpResponse:
    """The error page of `status`, as it would be shown."""
    return error_page(request, status, reference="7f3a-19c2", retry_after=30 if status in {429, 503} else None)
