"""A provider accepted by two people: who may ask, who may agree, what follows, and what cannot be done twice."""

import json
from uuid import uuid4

import pytest

from beffroi.core.approvals import Objection
from tests.guard.approvals.office import approve, decide, refuse, seat, show
from tests.guard.providers.office import Office, enrol
from tests.guard.signin.serving import fields_of, text_of


def test_person_refused_signs_in_with_the_same_code_once_two_people_accepted_the_provider(office: Office) -> None:
    guard, member = office.guard, office.newcomer("first-idp")
    assert guard.browser().identify(member).status_code == 403
    made = office.ask(office.manager, "first-idp")
    assert (made.status_code, made.json()["needed"]) == (201, 1)
    assert guard.browser().identify(member).status_code == 403, "asking opens nothing"

    page = decide(guard, office.helene, made.json()["request"])
    told = text_of(page)
    for shown in ("first-idp", "Annuaire de Valbrume", "North", "Philippe Garnier", "Comptes arrêtés en 30 jours 1"):
        assert shown in told, told
    assert "Nora" not in told, "whose sign-ins were stopped is not the approver's to know"
    assert approve(guard, office.helene, made.json()["request"], page=page).status_code == 303

    row = office.row("first-idp")
    assert guard.world.keys.authenticator.genuine_row("organisation_provider", row)
    assert (row["source"], str(row["accepted_by"])) == ("request", office.helene.member.account)
    entry = guard.journal("provider-accepted")[-1]
    assert json.loads(entry["detail"]) == {
        "provider": "first-idp", "request": made.json()["request"], "source": "request"
    }  # fmt: skip
    assert member.account not in office.queue(office.manager)
    assert fields_of(enrol(office, member))["code"]
    assert office.account(member)["idp_id"] == "first-idp"


def test_refusal_leaves_the_provider_closed(office: Office) -> None:
    member = office.newcomer("refused-idp")
    request = office.ask(office.manager, "refused-idp").json()["request"]
    assert refuse(office.guard, office.helene, request).status_code == 303
    assert show(office.guard, office.manager, request).json()["status"] == "refused"
    assert office.guard.browser().identify(member).status_code == 403
    assert office.guard.one("SELECT count(*) FROM guard.organisation_provider WHERE provider = 'refused-idp'") == 0


def test_provider_of_the_network_takes_two_agreements(office: Office) -> None:
    guard = office.guard
    administrator = seat(guard, "Remi Bastien", "network-administrator", organisation=office.network)
    made = office.ask(administrator, "network-idp")
    assert made.json()["needed"] == 2
    request = made.json()["request"]
    member = office.newcomer("network-idp", role="approver", organisation=office.network)
    assert approve(guard, office.helene, request).status_code == 303
    assert guard.browser().identify(member).status_code == 403
    assert approve(guard, office.thomas, request).status_code == 303
    assert guard.browser().identify(member).headers["location"] == "/sign-in/enrol"


def test_administrator_of_the_network_has_the_provider_of_a_new_partner_accepted_before_anybody_came(
    office: Office,
) -> None:
    guard = office.guard
    partner = guard.run(guard.world.organisation(f"Partner {uuid4()}", providers=()))
    first = office.newcomer(organisation=partner, role="account-manager")
    assert guard.browser().identify(first).status_code == 403, "deny by default, the first of all too"
    administrator = seat(guard, "Rita Bastien", "network-administrator", organisation=office.network)
    office.accept("demonstration-idp", who=administrator, organisation=partner)
    assert fields_of(enrol(office, first))["code"]


@pytest.mark.parametrize("who", ["helene", "claire"])
def test_approver_and_security_officer_ask_for_no_provider(office: Office, who: str) -> None:
    assert office.ask(getattr(office, who), "asked-idp").json()["code"] == "action-not-allowed"


def test_manager_asks_for_no_other_organisation_and_an_adviser_for_none(office: Office) -> None:
    guard = office.guard
    south = guard.run(guard.world.organisation(f"South {uuid4()}"))
    assert office.ask(office.manager, "x-idp", organisation=south).json()["code"] == Objection.OUT_OF_REACH
    assert office.ask(office.manager, "x-idp", organisation=office.network).json()["code"] == Objection.OUT_OF_REACH
    assert office.ask(office.manager, "x-idp", organisation=str(uuid4())).json()["code"] == Objection.OUT_OF_REACH
    assert office.ask(office.manager, "x-idp", organisation=guard.organisation).status_code == 201
    adviser = seat(guard, "Karim Haddad", "adviser")
    assert office.ask(adviser, "y-idp").json()["code"] == "action-not-allowed"


@pytest.mark.parametrize("provider", ["", " ", "a b", "x" * 65, "idp\n", "idé", "idp\u200b", None, 7])
def test_manager_who_names_no_provider_is_told_where(office: Office, provider: object) -> None:
    made = office.ask(office.manager, provider)  # type: ignore[arg-type]
    assert (made.status_code, made.json()["code"]) == (422, "malformed") or made.status_code == 400


def test_manager_asks_for_what_is_accepted_or_already_asked_and_nothing_is_recorded(office: Office) -> None:
    assert office.ask(office.manager, "demonstration-idp").json()["code"] == Objection.PROVIDER_STATE
    assert office.ask(office.manager, "twice-idp").status_code == 201
    assert office.ask(office.manager, "twice-idp").json()["code"] == Objection.ALREADY_REQUESTED
    assert office.ask(office.manager, "twice-idp", name="\u202eAnnuaire").status_code in (400, 422)


def test_i04_approver_of_the_manager_s_own_line_accepts_no_provider(office: Office) -> None:
    inside = seat(office.guard, "Line Approver", "approver", requested_by=office.manager.member.account)
    request = office.ask(office.manager, "inside-idp").json()["request"]
    assert show(office.guard, inside, request).json()["objection"] == Objection.WITHIN_LINE
    assert approve(office.guard, office.helene, request).status_code == 303


def test_second_of_two_requests_for_one_provider_is_not_carried_out(office: Office) -> None:
    one = office.ask(office.manager, "raced-idp", name="Un nom").json()["request"]
    two = office.ask(office.manager, "raced-idp", name="Un autre nom").json()["request"]
    begun = decide(office.guard, office.thomas, two)
    assert approve(office.guard, office.helene, one).status_code == 303
    late = approve(office.guard, office.thomas, two, page=begun)
    assert late.status_code == 409, late.text
    told = decide(office.guard, office.thomas, two)
    assert "accepte déjà ce fournisseur" in text_of(told)
    assert "Approuver avec ma clé" not in text_of(told)
    assert office.row("raced-idp")["name"] == "Un nom"


def test_approval_replayed_after_a_withdrawal_accepts_nothing_again(office: Office) -> None:
    guard = office.guard
    request = office.ask(office.manager, "replay-idp").json()["request"]
    page = decide(guard, office.helene, request)
    assert approve(guard, office.helene, request, page=page).status_code == 303
    assert office.withdraw(office.claire, "replay-idp", organisation=guard.organisation).status_code == 200
    assert not approve(guard, office.helene, request, page=page).is_redirect
    assert office.row("replay-idp")["withdrawn_at"] is not None


def test_request_made_before_a_provider_was_accepted_and_withdrawn_is_stale(office: Office) -> None:
    guard = office.guard
    old = office.ask(office.manager, "stale-idp", name="Ancienne").json()["request"]
    begun = decide(guard, office.thomas, old)
    office.accept("stale-idp", name="Nouvelle")
    assert office.withdraw(office.claire, "stale-idp", organisation=guard.organisation).status_code == 200
    assert approve(guard, office.thomas, old, page=begun).status_code == 409
    assert office.row("stale-idp")["withdrawn_at"] is not None


def test_list_tells_within_reach_what_is_accepted_and_how_many_came_through_it(office: Office) -> None:
    guard = office.guard
    told = office.call(office.manager, "providers/list").json()
    assert told["organisation"]["id"] == guard.organisation
    [row] = [one for one in told["rows"] if one["provider"] == "demonstration-idp"]
    assert row["accounts"] >= 1
    assert set(row) == {"provider", "name", "source", "accepted_at", "withdrawn_at", "accounts"}
    assert office.call(office.claire, "providers/list", organisation=guard.organisation).status_code == 200
    far = office.call(office.manager, "providers/list", organisation=office.network)
    assert far.json()["code"] == Objection.OUT_OF_REACH
    assert office.call(office.manager, "providers/list", organisation="x").json()["code"] == "malformed"
    adviser = seat(guard, "Karl Haddad", "adviser")
    assert office.call(adviser, "providers/list").json()["code"] == "action-not-allowed"
