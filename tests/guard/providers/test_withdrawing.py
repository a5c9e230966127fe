"""A provider withdrawn by one person at once; given back by two."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from tests.guard.approvals.office import Seat, decide, seat
from tests.guard.providers.office import Office, enrol
from tests.guard.signin.serving import Member, fields_of, text_of

Place = Callable[[], OrganisationId]


@pytest.fixture
def place(office: Office) -> OrganisationId:
    """An organisation of its own for each test."""
    return office.guard.run(office.guard.world.organisation(f"Place {uuid4()}"))


def alive(office: Office, who: Seat) -> bool:
    return office.guard.call("GET", "/v1/session", who.handle).status_code == 200


def other(office: Office, name: str, place: OrganisationId, provider: str = "idp") -> Seat:
    """A colleague bound and signed in through another provider."""
    guard = office.guard
    member = guard.member(name, organisation=place, idp_id=provider)
    office.through(member, provider)
    return Seat(member, *guard.signed_in(member))


def test_security_officer_withdraws_a_provider_and_what_came_through_it_ends_there_and_there_alone(
    office: Office, place: OrganisationId
) -> None:
    guard = office.guard
    through, beside = seat(guard, "Ana Roux", "adviser", organisation=place), other(office, "Bea Noir", place)
    elsewhere = seat(guard, "Cyd Blanc", "adviser")
    done = office.withdraw(office.claire, "demonstration-idp", organisation=place)
    assert done.json() == {"sessions": 1}
    assert [alive(office, one) for one in (through, beside, elsewhere)] == [False, True, True]
    entry = guard.journal("provider-withdrawn")[-1]
    assert (str(entry["account"]), str(entry["organisation"])) == (office.claire.member.account, place)
    assert json.loads(entry["detail"]) == {"provider": "demonstration-idp", "sessions": 1}
    refused = guard.browser().identify(through.member)
    assert refused.status_code == 403
    assert "ne l’accepte plus" in text_of(refused)
    assert guard.browser().identify(elsewhere.member).status_code == 303
    assert guard.browser().identify(beside.member).status_code == 303
    newcomer = office.newcomer(organisation=place)
    assert guard.browser().identify(newcomer).status_code == 403
    again = office.withdraw(office.claire, "demonstration-idp", organisation=place)
    assert again.json()["code"] == Objection.PROVIDER_STATE


def test_withdrawn_provider_is_given_back_by_two_people_and_says_that_it_was_withdrawn(
    office: Office, place: OrganisationId
) -> None:
    guard = office.guard
    member = seat(guard, "Dan Vert", "adviser", organisation=place).member
    administrator = seat(guard, "Rosa Bastien", "network-administrator", organisation=office.network)
    assert office.withdraw(office.claire, "demonstration-idp", organisation=place).status_code == 200
    made = office.ask(administrator, "demonstration-idp", organisation=place)
    assert "Retiré auparavant le" in text_of(decide(guard, office.helene, made.json()["request"]))
    office.accept("demonstration-idp", who=administrator, organisation=place, name="Le même")
    row = office.row("demonstration-idp", place)
    assert (row["withdrawn_at"], row["name"]) == (None, "Le même")
    _, handle = guard.signed_in(member)
    assert guard.call("GET", "/v1/session", handle).json()["memberships"]


def test_colleague_of_two_organisations_keeps_the_membership_where_the_provider_is_accepted(
    office: Office, place: OrganisationId
) -> None:
    guard = office.guard
    member = guard.member("Eve Rouge")
    second = guard.run(guard.world.habilitation(member.account, place, "adviser"))
    _, handle = guard.signed_in(member)
    assert len(guard.call("GET", "/v1/session", handle).json()["memberships"]) == 2
    assert guard.call("PUT", "/v1/session", handle, json={"habilitation": second}).status_code == 200
    assert office.withdraw(office.claire, "demonstration-idp", organisation=place).json()["sessions"] == 1
    assert guard.call("GET", "/v1/session", handle).status_code == 401
    _, handle = guard.signed_in(member)
    [left] = guard.call("GET", "/v1/session", handle).json()["memberships"]
    assert left["organisation"]["id"] == guard.organisation
    chosen = guard.call("PUT", "/v1/session", handle, json={"habilitation": second})
    assert chosen.json()["code"] == "habilitation-inactive"


def test_sign_in_under_way_when_the_provider_is_withdrawn_gets_no_further(
    office: Office, place: OrganisationId
) -> None:
    guard = office.guard
    member, browser = guard.member("Fay Gris", organisation=place), guard.browser()
    assert browser.identify(member).headers["location"] == "/sign-in/factor"
    handed = guard.browser()
    handed.identify(member)
    code = fields_of(handed.prove(member))["code"]
    assert office.withdraw(office.claire, "demonstration-idp", organisation=place).status_code == 200
    assert browser.page("/sign-in/factor").status_code == 403
    assert guard.redeem(code).status_code == 401


def test_network_loses_no_session_and_no_watcher_when_its_provider_is_withdrawn_but_binds_nobody_more(
    office: Office,
) -> None:
    guard = office.guard
    assert office.withdraw(office.claire, "demonstration-idp").json() == {"sessions": 0}
    try:
        assert alive(office, office.helene)
        assert guard.browser().identify(office.helene.member).status_code == 303
        newcomer = office.newcomer(organisation=office.network, role="approver")
        assert guard.browser().identify(newcomer).status_code == 403
    finally:
        administrator = seat(guard, "Rene Bastien", "network-administrator", organisation=office.network)
        office.accept("demonstration-idp", office.helene, office.thomas, who=administrator)
    assert fields_of(enrol(office, newcomer))["code"]


@pytest.mark.parametrize("who", ["manager", "helene"])
def test_manager_and_approver_withdraw_nothing(office: Office, who: str) -> None:
    answer = office.withdraw(getattr(office, who), "idp", organisation=office.guard.organisation)
    assert answer.json()["code"] == "action-not-allowed"
    assert office.row("idp")["withdrawn_at"] is None


def test_security_officer_of_one_office_withdraws_nothing_of_another(office: Office, place: OrganisationId) -> None:
    local = seat(office.guard, "Gil Local", "security-officer", organisation=place)
    far = office.withdraw(local, "idp", organisation=office.guard.organisation)
    assert far.json()["code"] == Objection.OUT_OF_REACH
    assert office.withdraw(local, "idp").json() == {"sessions": 0}
    assert office.withdraw(local, "never-idp").json()["code"] == Objection.PROVIDER_STATE
    for body in ({}, {"provider": "a b"}, {"provider": "idp", "sessions": 1}, {"provider": "x" * 70_000}):
        assert office.call(local, "providers/withdraw", **body).status_code in (400, 413, 422)


def test_two_withdrawals_at_once_withdraw_once(office: Office, place: OrganisationId) -> None:
    members: list[Member] = [office.guard.member(f"Hugo {name}", organisation=place) for name in ("Un", "Deux")]
    handles = [office.guard.signed_in(member)[1] for member in members]
    with ThreadPoolExecutor(2) as pool:
        answers = list(
            pool.map(lambda _: office.withdraw(office.claire, "demonstration-idp", organisation=place), range(2))
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert {answer.json().get("sessions") for answer in answers} == {2, None}
    assert all(office.guard.call("GET", "/v1/session", one).status_code == 401 for one in handles)
