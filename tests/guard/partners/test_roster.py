"""Rosters over HTTP: two approvals to add, one person to take away, and nobody lists an address."""

import pytest

from beffroi.core.approvals import Objection
from tests.guard.approvals.office import approve, make, show
from tests.guard.partners.network import Network


def test_manager_adds_a_domain_by_two_approvals_then_a_colleague_needs_one(network: Network) -> None:
    before = make(network.guard, network.manager, email="first@office.example").json()
    assert before["needed"] == 2
    made = network.ask(network.manager, "roster", domain="@Office.Example")
    assert made.json()["needed"] == 2
    request = made.json()["request"]
    assert approve(network.guard, network.helene, request).status_code == 303
    assert network.call(network.manager, "roster/list").json()["domains"] == [], "one approval adds nothing"
    assert approve(network.guard, network.thomas, request).status_code == 303
    told = network.call(network.manager, "roster/list").json()
    assert [each["domain"] for each in told["domains"]] == ["office.example"]
    assert make(network.guard, network.manager, email="second@office.example").json()["needed"] == 1
    assert show(network.guard, network.manager, request).json()["status"] == "approved"
    again = network.ask(network.manager, "roster", domain="office.example")
    assert again.json()["code"] == Objection.ALREADY_KNOWN


def test_manager_takes_a_person_away_alone_and_the_address_is_listed_nowhere(network: Network) -> None:
    email = "jeanne.dupond@elsewhere.example"
    network.agree(network.ask(network.manager, "roster", email=email), network.helene, network.thomas)
    listed = network.call(network.manager, "roster/list")
    assert len(listed.json()["people"]) == 1
    assert "dupond" not in listed.text
    assert make(network.guard, network.manager, email=email).json()["needed"] == 1
    other = network.call(network.manager, "roster/remove", email="jeanne.dupont@elsewhere.example")
    assert (other.status_code, other.json()["code"]) == (404, Objection.NOT_IN_ROSTER)
    assert network.call(network.manager, "roster/remove", email=email.upper()).status_code == 200
    assert network.call(network.manager, "roster/list").json()["people"] == []
    replayed = network.call(network.manager, "roster/remove", email=email)
    assert replayed.json()["code"] == Objection.NOT_IN_ROSTER
    assert "dupond" not in str(network.guard.journal("roster-added") + network.guard.journal("roster-removed"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"domain": "gmail.com"}, Objection.PUBLIC_DOMAIN),
        ({"domain": "mail.laposte.net"}, Objection.PUBLIC_DOMAIN),
        ({"domain": "not a domain"}, Objection.ADDRESS_WRONG),
        ({"email": "nobody@@x.example"}, Objection.ADDRESS_WRONG),
        ({}, Objection.ADDRESS_WRONG),
        ({"domain": "a.example", "email": "b@a.example"}, Objection.ADDRESS_WRONG),
        ({"domain": "a.example", "organisation": "00000000-0000-4000-8000-000000000000"}, Objection.OUT_OF_REACH),
        ({"domain": "x" * 300}, "malformed"),
    ],
)
def test_addition_with_one_thing_wrong_is_refused_by_name(
    network: Network, body: dict[str, object], code: str
) -> None:
    assert network.ask(network.manager, "roster", **body).json()["code"] == code


def test_manager_of_another_office_touches_no_roster_but_its_own(network: Network) -> None:
    office = network.new_office("Aside")
    other = network.opens(office, "Odile Aside")
    network.agree(network.ask(network.manager, "roster", domain="mine.example"), network.helene, network.thomas)
    for path, body in (("roster/list", {}), ("roster/remove", {"domain": "mine.example"})):
        refused = network.call(other, path, organisation=network.office, **body)
        assert (refused.status_code, refused.json()["code"]) == (404, Objection.UNKNOWN_PARTNER)
    assert network.call(other, "roster/remove", domain="mine.example").json()["code"] == Objection.NOT_IN_ROSTER
    assert network.call(network.manager, "roster/remove", domain="mine.example").status_code == 200


def test_removal_of_both_or_of_nothing_is_malformed(network: Network) -> None:
    for body in ({}, {"domain": "a.example", "email": "b@a.example"}):
        assert network.call(network.manager, "roster/remove", **body).json()["code"] == "malformed"
