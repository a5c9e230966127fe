"""A training organisation's own account manager: asks for its staff, and for nobody else's."""

import re
from uuid import uuid4

import pytest

from tests.guard.approvals.office import Seat, approve, decide, go, make, seat
from tests.guard.signin.serving import Guard, text_of

ADDRESS = "nora.petit@academy.example"


@pytest.fixture(scope="module")
def academy(guard: Guard) -> str:
    """A training organisation with a roster of one domain, and two approvers of the network."""
    place = guard.run(guard.world.organisation("Academy", kind="training-organisation"))
    network = guard.run(guard.world.organisation("Network", kind="network"))
    row = {"id": str(uuid4()), "organisation": place, "domain": "academy.example"}
    guard.run(guard.world.insert("roster_domain", **row, ended_at=None))
    for name in ("Agnes Premiere", "Bruno Second"):
        guard.member(name, role="approver", organisation=network, with_passkey=True, with_totp=False)
    return str(place)


@pytest.fixture(scope="module")
def keeper(guard: Guard, academy: str) -> Seat:
    """Its account manager."""
    return seat(guard, "Odile Comptes", "training-account-manager", organisation=academy)


def test_its_manager_asks_for_a_trainer_whom_a_colleague_hands_the_code_to(
    guard: Guard, academy: str, keeper: Seat
) -> None:
    network = guard.one("SELECT organisation FROM guard.habilitation WHERE role = 'approver' LIMIT 1")
    approver = seat(guard, "Claude Accord", "approver", organisation=network)
    made = make(guard, keeper, roles=["training-staff"], email=ADDRESS, job="Formatrice", site="Atelier")
    assert made.status_code == 201, made.text
    page = decide(guard, approver, made.json()["request"])
    assert "Formateur ou gestionnaire de formation" in text_of(page)
    assert approve(guard, approver, made.json()["request"], page=page).status_code == 303
    witness = guard.member("Nadia Benali", role="training-staff", organisation=academy)
    browser, handle = guard.signed_in(witness)
    rows = guard.call("POST", "/v1/enrolments/list", handle, json={}).json()["rows"]
    colleague = Seat(witness, browser, handle)
    go(guard, colleague, next(row["proof_url"] for row in rows if row["name"] == "Nora Petit"))
    browser.prove(witness)
    proof = browser.page("/proofs/hand-over")
    handed = browser.send("/proofs/hand-over", proof, proof="identity-card")
    assert re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", handed.text), handed.text


@pytest.mark.parametrize("role", ["adviser", "receptionist", "network-administrator"])
def test_its_manager_hands_out_no_role_of_another_kind_of_organisation(guard: Guard, keeper: Seat, role: str) -> None:
    refused = make(guard, keeper, roles=[role], email=f"autre@{uuid4().hex[:8]}.example")
    assert refused.status_code != 201
    assert make(guard, keeper, roles=["training-staff"], email=f"autre@{uuid4().hex[:8]}.example").status_code == 201
