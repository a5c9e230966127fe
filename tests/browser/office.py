"""The office of the console's browser tests: an adviser, the people she follows, and how an agent signs in."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from beffroi.guard.vault.records import Contact, Followup, Note, Situation
from tests.config.console.stack import SMALL, Stack, running
from tests.databases import FreshDatabase
from tests.guard.signin.serving import Member, fresh_code
from tests.guard.world import some_nir
from tests.systems.cases.adviser import as_referent

FIRST_NAMES = ("Alexia", "Boubacar", "Océane", "Samuel", "Manon", "Lilou", "Jules", "Esteban", "Kelly")
LAST_NAMES = ("André", "Bah", "Ben Youssef", "Bernard", "Bernier", "Bertin", "Bonnet", "Bouchet", "Bouvier")


@pytest.fixture(scope="module")
def stack(fresh_for_module: FreshDatabase, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, for one module."""
    with running(fresh_for_module, tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="module")
def camille(stack: Stack) -> Member:
    """An adviser with ten people of her own, one of whom has a whole file; one colleague; one person elsewhere."""
    guard = stack.guard
    guard.amend("organisation", guard.organisation, name="Mission Locale de Valbrume")
    guard.amend("organisation", guard.world.offices["South"], name="Mission Locale de Rochefleury")
    member = guard.member("Camille Moreau")
    referent = as_referent(member)
    for number, (first, last) in enumerate(zip(FIRST_NAMES, LAST_NAMES, strict=True)):
        stack.person(
            organisation=guard.organisation, referent=referent, last_name=last, first_names=first,
            birth_date=f"200{number % 9}-0{number % 8 + 1}-1{number}", days=30 + number,
        )  # fmt: skip
    written = Note(at="2026-11-12T09:30:00Z", text="Projet de CAP cuisine confirmé.", author=str(member.account))
    stack.person(
        organisation=guard.organisation, referent=referent, last_name="Delaunay", first_names="Inès, Marie",
        birth_date="2005-03-14", nir=some_nir(), followup=Followup(notes=(written,)),
        contact=Contact(
            email="ines.delaunay@courriel.example", phone="+33639981234", address_line="95 rue des Roses",
            postcode="63110", city="Beaumont",
        ),
        situation=Situation(situation="Sans emploi ni formation", housing="Chez ses parents"),
    )  # fmt: skip
    stack.person(
        organisation=guard.world.offices["South"], last_name="Le Gall", first_names="Manon", birth_date="2003-12-08"
    )
    for number in range(SMALL["[budgets.office]"] + 2):
        stack.person(organisation=guard.organisation, last_name=f"Zola{chr(97 + number)}")
    return member


def sign_in(stack: Stack, page: Page, member: Member, path: str = "/") -> None:
    """From the console's first page to the page asked for, with a one-time code."""
    page.goto(stack.url + path)
    if path == "/":
        page.locator("main").get_by_role("link", name=re.compile("Se connecter|Sign in")).click()
    identify(stack, page, member)
    page.wait_for_url(f"{stack.url}/**")


def identify(stack: Stack, page: Page, member: Member) -> None:
    """From the provider's page, where it is shown, through the guard's, with a one-time code."""
    if page.url.startswith(stack.guard.provider.settings.origin):
        page.get_by_role("link", name=f"{member.persona.given_name} {member.persona.usual_name}").click()
        page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{stack.guard.url}/sign-in/factor*")
    page.locator("#code").fill(fresh_code(stack.guard, member))
    page.keyboard.press("Enter")
