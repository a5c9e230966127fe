"""Contracts over HTTP: four eyes to begin, extend or change one, one person to end it, from the next decision on."""

from datetime import UTC, datetime, timedelta

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.partner_lists import CLAUSES, List, reference
from beffroi.core.policy import Level
from tests.guard.approvals.office import approve, decide, seat, show
from tests.guard.partners.network import SIRET, Network, day, new_partner, terms
from tests.guard.signin.serving import fields_of, text_of


def test_i04_security_officer_asks_for_a_partner_that_opens_only_after_its_list_and_a_second_request(
    network: Network,
) -> None:
    made = network.ask(network.claire, "partner", **new_partner())
    assert network.guard.one("SELECT count(*) FROM guard.organisation WHERE siret = $1", SIRET) == 0
    page = text_of(decide(network.guard, network.helene, made.json()["request"]))
    for said in ("Atelier Neuf", SIRET, "Anne Duval", "securite@north.example", "France Travail", "Second facteur"):
        assert said in page
    network.agree(made)
    organisation = str(network.guard.one("SELECT id FROM guard.organisation WHERE siret = $1", SIRET))
    assert network.active(organisation)[0] is False
    assert network.show(network.claire, organisation)["state"] == "onboarding"
    early = network.ask(network.claire, "opening", organisation=organisation)
    assert early.json()["code"] == Objection.LIST_INCOMPLETE
    network.finish(organisation, List.ONBOARDING)
    assert network.active(organisation)[0] is False, "one person's list opens nothing"
    opening = network.ask(network.claire, "opening", organisation=organisation)
    network.agree(opening, network.thomas)
    assert network.active(organisation)[0] is True
    told = network.show(network.claire, organisation)
    assert (told["state"], told["contract"]["contact"]["name"]) == ("open", "Anne Duval")
    assert all(item["proof"] == "GED 2026-114" for item in told["lists"]["onboarding"])


def test_opening_asked_for_before_an_item_is_taken_back_is_not_carried_out(network: Network) -> None:
    other = new_partner(code="OF-DIX", siret="35600000000048", name="Atelier Dix")
    network.agree(network.ask(network.claire, "partner", **other))
    organisation = str(network.guard.one("SELECT id FROM guard.organisation WHERE code = 'OF-DIX'"))
    network.finish(organisation, List.ONBOARDING)
    opening = network.ask(network.claire, "opening", organisation=organisation).json()["request"]
    taken = {"organisation": organisation, "list": "onboarding", "item": "passkeys", "proof": None}
    page = decide(network.guard, network.helene, opening)
    assert network.call(network.claire, "partners/checklist", **taken).status_code == 200
    signed = approve(network.guard, network.helene, opening, page=page)
    assert signed.status_code == 409
    assert network.active(organisation)[0] is False


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siret": "73282932000075"}, Objection.SIRET_WRONG),
        ({"code": "of neuf"}, "malformed"),
        ({"kind": "network"}, Objection.ROLE_NOT_HANDED_OUT),
        ({"kind": "nothing-like-it"}, Objection.ROLE_NOT_HANDED_OUT),
        ({"terms": terms(until_on=day(-1))}, Objection.PERIOD_WRONG),
        ({"terms": terms(until_on=day(2_000))}, Objection.PERIOD_WRONG),
        ({"terms": terms(clauses=[reference("audit")])}, Objection.CLAUSES_MISSING),
        ({"terms": terms(clauses=[*map(reference, CLAUSES), "unheard-of/1"])}, Objection.CLAUSES_MISSING),
        ({"terms": terms(clauses=[*map(reference, CLAUSES), reference("audit")])}, Objection.CLAUSES_MISSING),
        ({"terms": terms(level=4)}, "malformed"),
        ({"terms": terms(controllers=[])}, "malformed"),
        ({"terms": terms(contact={"name": "A", "email": "a@@b.fr", "phone": "0320000000"})}, Objection.ADDRESS_WRONG),
        ({"terms": terms(contact={"name": "A", "email": "a@b.fr", "phone": "12"})}, "malformed"),
        ({"terms": terms(contact={"name": "A", "email": "a@b.fr", "phone": "12345"})}, Objection.ADDRESS_WRONG),
    ],
)  # fmt: skip
def test_partner_with_one_thing_wrong_is_refused_by_name(
    network: Network, changes: dict[str, object], code: str
) -> None:
    body = new_partner(code="OF-AUTRE", siret="35600000049837") | changes
    assert network.ask(network.claire, "partner", **body).json()["code"] == code


def test_partner_whose_code_is_taken_is_already_known(network: Network) -> None:
    network.new_office("Taken", code="ML-TAKEN")
    refused = network.ask(network.claire, "partner", **new_partner(code="ML-TAKEN", siret="35600000049837"))
    assert (refused.status_code, refused.json()["code"]) == (409, Objection.ALREADY_KNOWN)


def test_contract_extended_by_two_people_moves_what_decisions_read(network: Network) -> None:
    office = network.new_office("Extended")
    network.contract(office, until_on=day(30))
    before = network.active(office)
    made = network.ask(network.claire, "contract", organisation=office, terms=terms(until_on=day(300)))
    assert network.active(office) == before
    network.agree(made)
    active, until_at = network.active(office)
    assert active
    assert until_at - before[1] > timedelta(days=200)


def test_i07_contract_ended_by_one_person_closes_the_office_at_the_next_decision(network: Network) -> None:
    office = network.new_office("Ended")
    nadia = network.opens(office, "Nadia Ended")
    assert network.call(nadia, "partners/show", organisation=office).status_code == 200
    told = network.show(network.claire, office)
    assert (told["agents"], told["sessions"]) == (1, 1)
    ended = network.call(network.claire, "partners/end", organisation=office, reason="incident")
    assert ended.json() == {"sessions": 1}
    assert network.active(office)[0] is False
    after = network.call(nadia, "partners/show", organisation=office)
    assert (after.status_code, after.json()["code"]) == (401, "session-ended")
    browser, handle = network.guard.signed_in(nadia.member)
    again = network.guard.call("POST", "/v1/partners/show", handle, json={"organisation": office})
    assert again.json()["code"] == "organisation-closed"
    assert network.guard.journal("contract-ended")[-1]["organisation"] is not None
    assert browser is not None


def test_contract_shortened_to_a_day_stops_by_itself_after_it(network: Network) -> None:
    office = network.new_office("Shortened")
    network.contract(office)
    body = {"organisation": office, "reason": "terminated", "until_on": day(10)}
    assert network.call(network.claire, "partners/end", **body).json() == {"sessions": 0}
    active, until_at = network.active(office)
    assert active
    assert timedelta(days=9) < until_at - datetime.now(UTC) <= timedelta(days=11)
    longer = network.call(network.claire, "partners/end", **body | {"until_on": day(200)})
    assert longer.json()["code"] == Objection.PERIOD_WRONG, "one person never lengthens a contract"


def test_extension_asked_for_before_the_end_does_not_undo_it(network: Network) -> None:
    office = network.new_office("Undone")
    network.contract(office)
    made = network.ask(network.claire, "contract", organisation=office, terms=terms(until_on=day(700)))
    page = decide(network.guard, network.helene, made.json()["request"])
    assert network.call(network.claire, "partners/end", organisation=office, reason="incident").status_code == 200
    signed = approve(network.guard, network.helene, made.json()["request"], page=page)
    assert signed.status_code == 409
    assert network.active(office)[0] is False


def test_partner_ended_begins_again_with_an_empty_list(network: Network) -> None:
    office = network.new_office("Again")
    network.contract(office)
    network.finish(office, List.ONBOARDING)
    network.call(network.claire, "partners/end", organisation=office, reason="terminated")
    assert network.show(network.claire, office)["state"] == "offboarding"
    network.finish(office, List.OFFBOARDING)
    assert network.show(network.claire, office)["state"] == "closed"
    network.contract(office)
    told = network.show(network.claire, office)
    assert (told["state"], told["active"]) == ("onboarding", False)
    assert not any(item["done_at"] for each in told["lists"].values() for item in each)


@pytest.mark.parametrize("path", ["partners/end", "partners/checklist", "partners/audits/open"])
def test_manager_of_an_office_governs_no_contract_not_even_its_own(network: Network, path: str) -> None:
    bodies = {
        "partners/end": {"reason": "terminated"},
        "partners/checklist": {"list": "onboarding", "item": "passkeys", "proof": "seen"},
        "partners/audits/open": {"due_on": day(30)},
    }
    body = {"organisation": network.office, **bodies[path]}
    assert network.call(network.manager, path, **body).json()["code"] == Objection.OUT_OF_REACH
    asked = network.ask(network.manager, "contract", organisation=network.office, terms=terms())
    assert asked.json()["code"] == Objection.OUT_OF_REACH


def test_manager_of_another_office_sees_nothing_of_this_one(network: Network) -> None:
    office = network.new_office("Elsewhere")
    other = network.opens(office, "Odile Elsewhere")
    assert network.show(other, office)["organisation"]["id"] == office
    for organisation in (network.office, network.id, "00000000-0000-4000-8000-000000000000"):
        refused = network.call(other, "partners/show", organisation=organisation)
        assert (refused.status_code, refused.json()["code"]) == (404, Objection.UNKNOWN_PARTNER)
    listed = network.call(other, "partners/list").json()
    assert [row["organisation"]["id"] for row in listed["rows"]] == [office]
    assert network.call(network.claire, "partners/list").json()["total"] > 1


def test_adviser_is_refused_every_door_that_a_manager_may_use(network: Network) -> None:
    adviser = seat(network.guard, "Karim Haddad", "adviser")
    for path in ("partners/list", "roster/list"):
        assert network.call(adviser, path).json()["code"] == "action-not-allowed"
        assert network.call(network.manager, path).status_code == 200


def test_network_itself_is_never_closed(network: Network) -> None:
    ended = network.call(network.claire, "partners/end", organisation=network.id, reason="incident")
    assert ended.json()["code"] == Objection.NETWORK_STAYS
    asked = network.ask(network.claire, "contract", organisation=network.id, terms=terms())
    assert asked.json()["code"] == Objection.NETWORK_STAYS


def test_contract_that_demands_a_passkey_is_chosen_by_no_session_below_it(network: Network) -> None:
    office = network.new_office("Demanding")
    adviser = seat(network.guard, "Lea Demanding", "adviser", organisation=office)
    assert network.guard.call("GET", "/v1/session", adviser.handle).json()["level"] == Level.SECOND_FACTOR
    network.contract(office, level=3)
    ended = network.guard.call("GET", "/v1/session", adviser.handle)
    assert ended.status_code == 401, "a session below the new level ends with the change"
    browser = network.guard.browser()
    browser.identify(adviser.member)
    begun = network.guard.redeem(fields_of(browser.prove(adviser.member))["code"]).json()
    assert begun["habilitation"] is None
    wanted = {"habilitation": begun["memberships"][0]["habilitation"]}
    refused = network.guard.call("PUT", "/v1/session", begun["handle"], json=wanted)
    assert (refused.json()["code"], refused.json()["step_up"]["level"]) == ("step-up-required", Level.PASSKEY)


def test_contract_forged_in_the_database_is_refused_and_reported(network: Network) -> None:
    office = network.new_office("Forged")
    network.contract(office)
    network.guard.execute("UPDATE guard.contract SET level = 1 WHERE id = $1", office)
    refused = network.call(network.claire, "partners/show", organisation=office)
    assert refused.json()["code"] == "integrity"
    network.guard.execute("UPDATE guard.contract SET level = 2 WHERE id = $1", office)
    assert network.show(network.claire, office)["contract"]["level"] == 2


def test_security_officer_withdraws_his_own_request_about_a_contract(network: Network) -> None:
    office = network.new_office("Withdrawn")
    made = network.ask(network.claire, "contract", organisation=office, terms=terms()).json()["request"]
    other = network.call(network.manager, "requests/withdraw", request=made)
    assert other.json()["code"] == Objection.UNKNOWN_REQUEST
    assert network.call(network.claire, "requests/withdraw", request=made).status_code == 200
    assert show(network.guard, network.claire, made).json()["status"] == "withdrawn"


def test_security_contact_is_in_no_column_in_clear_and_in_no_journal_entry(network: Network) -> None:
    office = network.new_office("Sealed")
    contact = {"name": "Zoé Introuvable", "email": "zoe.introuvable@north.example", "phone": "0320000001"}
    network.contract(office, contact=contact)
    for table in ("contract", "request", "journal"):
        held = network.guard.one(f"SELECT string_agg(t::text, ' ') FROM guard.{table} t")
        assert "Introuvable" not in held
        assert b"introuvable".hex() not in held
    assert network.show(network.claire, office)["contract"]["contact"] == contact
