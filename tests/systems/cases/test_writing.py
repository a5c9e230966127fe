"""Registering somebody, changing a group of a file, adding a note: nothing written twice, nothing overwritten."""

import json
import re

from beffroi.guard.vault.records import Contact
from beffroi.guard.vault.sealing import open_groups, owner_bytes
from tests.config.console.stack import Page, Stack
from tests.guard.world import some_nir
from tests.systems.cases.adviser import Adviser, adviser, as_referent

__all__ = ["adviser"]


def test_adviser_registers_somebody_and_lands_on_the_file(stack: Stack, adviser: Adviser) -> None:
    adviser.asked()
    page = adviser.visitor.post("/personnes/nouvelle/", _registration("Quéméneur", nir=some_nir().nir))
    assert page.status == 200
    assert "Le dossier est créé" in page.text
    assert "Yann Quéméneur" in page.text
    assert adviser.asked() == ["GET /v1/session", "POST /v1/create", "GET /v1/session", "POST /v1/open"]
    assert "Quéméneur" not in " ".join(adviser.visitor.went)


def test_adviser_registering_a_known_number_creates_nothing(stack: Stack, adviser: Adviser) -> None:
    count = stack.guard.one("SELECT count(*) FROM guard.person")
    page = adviser.visitor.post("/personnes/nouvelle/", _registration("Autre", nir=adviser.nir.nir))
    assert page.status == 409
    assert "peut-être déjà connue" in page.text
    assert f"/personnes/{adviser.own}/" in page.links()
    assert 'value="Autre"' in page.html
    assert stack.guard.one("SELECT count(*) FROM guard.person") == count


def test_adviser_registers_a_namesake_once_he_has_checked(stack: Stack, adviser: Adviser) -> None:
    adviser.visitor.post("/personnes/nouvelle/", _registration("Kerjean"))
    page = adviser.visitor.post("/personnes/nouvelle/", _registration("Kerjean"))
    assert page.status == 409
    namesakes = re.search(r'name="distinct" value="([^"]+)"', page.html)
    assert namesakes is not None
    created = adviser.visitor.post(
        "/personnes/nouvelle/", _registration("Kerjean") | {"distinct": namesakes[1]}, page=page
    )
    assert created.status == 200
    assert "Le dossier est créé" in created.text


def test_adviser_registration_that_cannot_be_keeps_everything(adviser: Adviser) -> None:
    page = adviser.visitor.post("/personnes/nouvelle/", _registration("Le Bris", nir="1" * 15))
    assert page.status == 422
    assert "Le Bris" in page.html
    assert "À corriger" in page.text or "à corriger" in page.text


def _registration(last_name: str, *, nir: str = "") -> dict[str, str]:
    return {
        "identity-last_name": last_name,
        "identity-first_names": "Yann",
        "identity-birth_date": "01/02/2004",
        "nir-nir": nir,
        "contact-phone": "06 39 98 12 34",
    }


def test_adviser_changes_contact_and_keeps_what_the_form_does_not_show(stack: Stack, adviser: Adviser) -> None:
    person = stack.person(
        organisation=stack.guard.organisation,
        referent=as_referent(adviser.member),
        contact=Contact(email="avant@example.org", city="Lille", commune_code="59350"),
    )
    address = f"/personnes/{person}/modifier/contact/"
    form = adviser.visitor.get(address)
    assert 'value="avant@example.org"' in form.html
    fields = form.hidden("Enregistrer") | {"contact-email": "apres@example.org", "contact-city": "Lille"}
    adviser.asked()
    page = adviser.visitor.post(address, fields, page=form)
    assert page.status == 200
    assert "C’est enregistré." in page.text
    assert "apres@example.org" in page.text
    calls = ["GET /v1/session", "POST /v1/open", "POST /v1/update", "GET /v1/session", "POST /v1/open"]
    assert adviser.asked() == calls
    sealed = stack.guard.run(_contact(stack, person))
    assert sealed["commune_code"] == "59350"


async def _contact(stack: Stack, person: str) -> dict[str, str]:
    row = await stack.guard.world.conn.fetchrow("SELECT * FROM guard.person WHERE id = $1", person)
    assert row is not None
    keys = stack.guard.world.keys
    clear = open_groups(keys, owner_bytes(person), row["wrapped_key"], row["epoch"], (("contact", row["contact"]),))
    found: dict[str, str] = json.loads(bytes(clear["contact"]))
    return found


def _changing_to(stack: Stack, adviser: Adviser, last_name: str) -> tuple[str, str, Page, dict[str, str]]:
    """Somebody of that name, another person's identity form, and what would give her the same identity."""
    namesake = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=last_name
    )
    person = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name=f"{last_name}bis"
    )
    address = f"/personnes/{person}/modifier/identity/"
    form = adviser.visitor.get(address)
    return namesake, address, form, form.hidden("Enregistrer") | {
        "identity-last_name": last_name, "identity-first_names": "Camille", "identity-birth_date": "12/04/2005",
    }  # fmt: skip


def test_adviser_gives_a_namesake_her_name_once_he_has_checked(stack: Stack, adviser: Adviser) -> None:
    namesake, address, form, fields = _changing_to(stack, adviser, "Tanguy")
    refused = adviser.visitor.post(address, fields, page=form)
    assert refused.status == 409
    assert "Quelqu’un d’autre est connu sous cette identité" in refused.text
    assert f"/personnes/{namesake}/" in refused.links()
    assert 'value="Tanguy"' in refused.html
    assert adviser.visitor.post(address, fields, page=refused).status == 409
    assert f'name="distinct" value="{namesake}"' in refused.html
    saved = adviser.visitor.post(address, fields | {"distinct": namesake}, page=refused)
    assert saved.status == 200, saved.text
    assert "C’est enregistré." in saved.text
    assert "Camille Tanguy" in saved.text


def test_adviser_who_checked_one_namesake_is_still_told_of_another(stack: Stack, adviser: Adviser) -> None:
    first, address, form, fields = _changing_to(stack, adviser, "Trividic")
    second = stack.person(organisation=stack.guard.organisation, last_name="Trividic")
    refused = adviser.visitor.post(address, fields | {"distinct": first}, page=form)
    assert refused.status == 409
    assert f"/personnes/{second}/" in refused.links()
    assert f"/personnes/{first}/" not in refused.links()
    assert f'name="distinct" value="{first} {second}"' in refused.html
    both = adviser.visitor.post(address, fields | {"distinct": f"{first} {second}"}, page=refused)
    assert both.status == 200


def test_adviser_giving_a_number_that_is_somebody_else_s_finds_no_box_to_tick(stack: Stack, adviser: Adviser) -> None:
    person = stack.person(
        organisation=stack.guard.organisation, referent=as_referent(adviser.member), last_name="Le Du"
    )
    address = f"/personnes/{person}/modifier/nir/"
    form = adviser.visitor.get(address)
    fields = form.hidden("Enregistrer") | {"nir-nir": adviser.nir.nir}
    refused = adviser.visitor.post(address, fields, page=form)
    assert refused.status == 409
    assert "Ce numéro est déjà celui de quelqu’un d’autre" in refused.text
    assert f"/personnes/{adviser.own}/" in refused.links()
    assert 'name="distinct"' not in refused.html
    assert adviser.visitor.post(address, fields | {"distinct": str(adviser.own)}, page=refused).status == 409


def test_two_advisers_at_once_nothing_is_overwritten(stack: Stack, adviser: Adviser) -> None:
    address = f"/personnes/{adviser.own}/modifier/situation/"
    first, second = adviser.visitor.get(address), adviser.visitor.get(address)
    fields = {"situation-housing": "Foyer"}
    saved = adviser.visitor.post(address, first.hidden("Enregistrer") | fields, page=first)
    assert saved.status == 200
    late = adviser.visitor.post(
        address, second.hidden("Enregistrer") | {"situation-housing": "Colocation"}, page=second
    )
    assert late.status == 409
    assert "Quelqu’un a modifié ce dossier" in late.text
    assert 'value="Colocation"' in late.html
    page = adviser.visitor.get(f"/personnes/{adviser.own}/?rubriques=situation")
    assert "Foyer" in page.text
    assert "Colocation" not in page.text


def test_adviser_note_is_signed_and_dated(adviser: Adviser) -> None:
    page = adviser.visitor.post(f"/personnes/{adviser.own}/suivi/", {"text": "Entretien : CAP <cuisine>."})
    assert page.status == 200
    assert "Entretien : CAP <cuisine>." in page.text
    assert "Ana Adviser" in page.text[page.text.index("Notes") :]
    assert "CAP &lt;cuisine&gt;" in page.html
