"""A page that exists is met by a tour: templates, addresses and messages are read from the product itself."""

import re
from importlib import import_module
from pathlib import Path
from types import FunctionType

import beffroi
from beffroi.guard.personal import messages as personal_messages
from beffroi.guard.process import AREAS
from beffroi.guard.signin import messages
from beffroi.guard.signin.messages import Message
from beffroi.guard.signin.pages import STATIC_ROUTES
from tests.browser.guard_sheets import GUARD
from tests.browser.sheets import CONSOLE, PAGES

SOURCES = Path(beffroi.__file__).parent
OTHER_TESTS = {"ui/guide.html", "ui/base.html", "transparency/base.html"}
"""The style guide has tests of its own (test_style_guide); the frames of all pages are none."""
LEAD_ELSEWHERE = {
    "portefeuille/fichiers/<uuid:identifier>/",
    "portefeuille/fichiers/<uuid:identifier>/retrait/",
    "connexion/", "confirmation/", "deconnexion/", "deconnexion/partout/", "langue/",
    "guide-de-style/", "guide-de-style/erreur/<int:status>/",
    "/sign-in", "/step-up", "/factors/add", "/approvals", "/proofs", "/person/sign-in",
    "/person/invitation", "mon-espace/code/",
    "demandes-des-personnes/<uuid:identifier>/donnees/", "mon-espace/dossier/donnees/",
    "mon-espace/connexion/", "mon-espace/deconnexion/", "mon-espace/preuve/",
    "signalements/examiner/", "signalements/repondre/",
    "accueil/", "demandes/lot/retrait/", "demandes/<uuid:identifier>/retrait/", "demandes/confirmation/",
    "demandes/identite/nouvelle/", "personnes/<uuid:person>/demander/", "personnes/<uuid:person>/reprendre/",
    "personnes/<uuid:person>/demarches/<int:number>/", "reception/<uuid:identifier>/",
    "confinement/couper/", "confinement/rendre/", "consultations/personnes.csv",
    "comptes/export.csv", "revues/<uuid:campaign>/preuves/", "journal/<int:number>/preuve/",
    "stagiaires/entrees/", "stagiaires/<uuid:prescription>/certificat/",
    "presences/<uuid:session>/<str:day>/retrait/", "presences/<uuid:session>/<str:day>/emargement/",
    "sessions/export.csv", "devis/<uuid:quote>/devis.pdf", "devis/factures/<uuid:invoice>/facture.pdf",
    "devis/factures/<uuid:invoice>/avoir.pdf",
    "/reviews", "formation/examen/commencer/", "partenaires/le-mien/",
    "personnes/<uuid:person>/pieces/<uuid:attachment>/",
    "rendez-vous/calendrier.ics", "statistiques/statistiques.csv", "statistiques/reseau/statistiques.csv",
    "rendez-vous/<uuid:identifier>/etat/",
    "partenaires/<uuid:organisation>/ouverture/", "partenaires/<uuid:organisation>/audits/",
}  # fmt: skip
"""Addresses that only redirect, or show what may come up anywhere; and the style guide's."""

PROGRAMS = ("/v1/", "/access/", "/scim/", "/.well-known/", "/openapi.json", "/healthz", "/metrics")
"""Where addresses that are no pages begin."""


def templates(folder: Path, base: str) -> set[str]:
    """Templates that are whole pages: those extending the base, by the name a view gives them."""
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.html")
        if re.match(rf'\{{% extends "{base}" %\}}', path.read_text(encoding="utf-8"))
    }


def test_every_page_is_met_by_a_tour_and_no_tour_meets_a_page_that_is_none() -> None:
    modules = [import_module(f"tests.browser.{path.stem}") for path in Path(__file__).parent.glob("test_*.py")]
    tours = [test for module in modules for test in vars(module).values() if type(test) is FunctionType]
    assert set().union(*(getattr(tour, "meets", ()) for tour in tours)) == set(PAGES)


def test_every_template_of_the_console_is_a_page_to_meet() -> None:
    folders = [folder for folder in SOURCES.rglob("templates") if not folder.is_relative_to(SOURCES / "guard")]
    found = set().union(*(templates(folder, "(ui/(base|document)|transparency/base).html") for folder in folders))
    assert found - OTHER_TESTS == {sheet.template for sheet in CONSOLE.values()}


def test_every_address_of_the_console_is_a_page_to_meet() -> None:
    routes = {
        route
        for path in SOURCES.rglob("*urls.py")
        for route in re.findall(r'\bpath\("([^"]*)", (?!include\()', path.read_text(encoding="utf-8"))
    }
    assert routes - LEAD_ELSEWHERE == {sheet.route for sheet in CONSOLE.values()} - {None}


def test_every_template_address_and_message_of_the_guard_is_a_page_to_meet() -> None:
    assert templates(SOURCES / "guard" / "signin" / "templates", "base.html") == {
        sheet.template for sheet in GUARD.values()
    }
    gets = {path for area in AREAS for method, path in area if method == "GET"}
    addresses = {path for path in gets if not path.startswith(PROGRAMS)} - {path for _, path in STATIC_ROUTES}
    assert addresses - LEAD_ELSEWHERE == {sheet.route for sheet in GUARD.values()} - {None}
    named = {name for name, value in vars(messages).items() if isinstance(value, Message)}
    named |= {f"PERSON_{name}" for name, value in vars(personal_messages).items() if isinstance(value, Message)}
    assert named == {name for name, sheet in GUARD.items() if sheet.template == "message.html"}
