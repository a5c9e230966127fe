"""From a request for access to the first sign-in, over HTTP: request, approval, proof of identity, enrolment."""

import re

import pytest

from beffroi.core.approvals import Objection
from beffroi.guard.vault import blind
from beffroi.simulation.identity_provider.personas import Persona
from tests.guard.approvals.office import Seat, approve, decide, go, make, refuse, seat, show
from tests.guard.signin.serving import Guard, options_of, text_of

pytestmark = pytest.mark.usefixtures("helene", "thomas")


def account_of(guard: Guard, email: str) -> dict[str, object]:
    return guard.row("SELECT * FROM guard.account WHERE email_index = $1", blind.agent_email(guard.world.keys, email))


def status_of(guard: Guard, account: object) -> list[str]:
    query = "SELECT array_agg(status ORDER BY role) FROM guard.habilitation WHERE account = $1"
    found: list[str] = guard.one(query, account)
    return found


def test_manager_requests_and_an_approver_signs_then_the_colleague_enrols(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    made = make(guard, manager, first_name="Nora", email="nora.petit@north.example")
    assert made.status_code == 201, made.text
    request = made.json()["request"]
    page = decide(guard, helene, request)
    assert "Nora Petit" in text_of(page)
    assert "nora.petit@north.example" in text_of(page)
    assert approve(guard, helene, request, page=page).status_code == 303
    account = account_of(guard, "nora.petit@north.example")
    assert account["status"] == "invited"
    assert [str(pool) for pool in account["pools"]] == [manager.member.account]  # type: ignore[attr-defined]
    assert status_of(guard, account["id"]) == ["approved"]
    assert show(guard, manager, request).json()["status"] == "approved"
    signed = guard.row("SELECT * FROM guard.approval WHERE request = $1", request)
    assert signed["assertion"]
    assert signed["factor"] is not None

    witness = seat(guard, "Karim Haddad", "adviser")
    [waiting] = [
        row
        for row in guard.call("POST", "/v1/enrolments/list", witness.handle, json={}).json()["rows"]
        if row["name"] == "Nora Petit"
    ]
    factor = go(guard, witness, waiting["proof_url"])
    assert "Confirmez" in text_of(factor)
    witness.browser.prove(witness.member)
    proof = witness.browser.page("/proofs/hand-over")
    assert "Nora Petit" in text_of(proof)
    handed = witness.browser.send("/proofs/hand-over", proof, proof="identity-card")
    code = re.search(r"([0-9A-Z]{4}-){3}[0-9A-Z]{4}", handed.text)
    assert code is not None, handed.text
    assert len(guard.journal("identity-proven")) == 1

    persona = Persona(
        login="nora", given_name="Nora", usual_name="Petit", organisation="North", job="adviser",
        email="nora.petit@north.example", sub="subject-of-nora", siret="12345678900011", idp_id="demonstration-idp",
    )  # fmt: skip
    guard.know(persona)
    browser = guard.browser()
    browser.identify(persona)
    asked = browser.page("/sign-in/enrol")
    assert browser.send("/sign-in/enrol", asked, code=code[0]).status_code == 303
    choice = browser.page("/sign-in/enrol")
    assert "six chiffres" in text_of(choice), "an adviser may use one-time passwords"
    assert status_of(guard, account["id"]) == ["approved"]


def test_manager_without_two_eligible_approvers_is_told_and_nothing_is_made(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    before = guard.one("SELECT count(*) FROM guard.request")
    guard.amend("account", thomas.member.account, status="suspended")
    refused = make(guard, manager, email="lone@north.example")
    assert (refused.status_code, refused.json()["code"]) == (409, Objection.TOO_FEW_APPROVERS)
    guard.amend("account", thomas.member.account, status="active")
    assert guard.one("SELECT count(*) FROM guard.request") == before
    assert make(guard, manager, email="lone@north.example").status_code == 201


def test_i04_approver_whose_duties_clash_does_not_count_as_the_second(guard: Guard) -> None:
    alone = guard.run(guard.world.organisation("Alone"))
    asker = seat(guard, "Asker Alone", "account-manager", organisation=alone)
    seat(guard, "First Alone", "approver", organisation=alone)
    second = seat(guard, "Second Alone", "approver", organisation=alone)
    away = {"email": "alone@north.example", "organisation": alone}
    clashing = guard.run(guard.world.habilitation(second.member.account, guard.organisation, "account-manager"))
    assert make(guard, asker, **away).json()["code"] == Objection.TOO_FEW_APPROVERS
    guard.amend("habilitation", clashing, status="closed")
    assert make(guard, asker, **away).status_code == 201


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"roles": ["approver"]}, Objection.ROLE_NOT_HANDED_OUT),
        ({"roles": ["founder"]}, Objection.ROLE_NOT_HANDED_OUT),
        ({"roles": ["training-staff"]}, Objection.ROLE_NOT_HANDED_OUT),
        ({"roles": ["nothing-like-it"]}, Objection.ROLE_NOT_HANDED_OUT),
        ({"roles": ["adviser", "account-manager"]}, Objection.DUTIES_APART),
        ({"until_on": "2020-01-01"}, Objection.PERIOD_WRONG),
        ({"email": "karim@@north.example"}, Objection.ADDRESS_WRONG),
        ({"until_on": "2026-02-30"}, "malformed"),
        ({"job": ""}, "malformed"),
        ({"email": "nora\u200b.petit@north.example"}, "malformed"),
        ({"last_name": "Petit\u202etnegA"}, "malformed"),
        ({"site": "Accueil\nRôles demandés : conseiller"}, "malformed"),
        ({"anything": 1}, "malformed"),
    ],
)
def test_manager_requesting_one_thing_wrong_is_refused_by_name(
    guard: Guard, manager: Seat, changes: dict[str, object], code: str
) -> None:
    refused = make(guard, manager, **({"email": "one.wrong@north.example"} | changes))
    assert refused.json()["code"] == code, refused.text


def test_manager_of_another_office_reaches_nothing_here(guard: Guard, manager: Seat) -> None:
    south = guard.run(guard.world.organisation("South"))
    other = seat(guard, "Other Manager", "account-manager", organisation=south)
    refused = make(guard, other, email="far@north.example", organisation=guard.organisation)
    assert refused.json()["code"] == Objection.OUT_OF_REACH
    made = make(guard, manager, email="near@north.example", organisation=guard.organisation).json()["request"]
    assert show(guard, other, made).json()["code"] == Objection.UNKNOWN_REQUEST
    assert show(guard, manager, made).status_code == 200


def test_adviser_with_a_full_caseload_requests_nothing(guard: Guard) -> None:
    adviser = seat(guard, "Curious Adviser", "adviser")
    assert make(guard, adviser).json()["code"] == "action-not-allowed"


def test_address_outside_the_roster_takes_two_approvals(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    made = make(guard, manager, email="ines@elsewhere.example").json()
    assert made["needed"] == 2
    assert approve(guard, helene, made["request"]).status_code == 303
    assert show(guard, manager, made["request"]).json()["status"] == "pending"
    assert show(guard, helene, made["request"]).json()["objection"] == Objection.SAME_PERSON
    assert approve(guard, thomas, made["request"]).status_code == 303
    assert account_of(guard, "ines@elsewhere.example")["status"] == "invited"


def test_signature_made_for_one_request_approves_no_other(guard: Guard, manager: Seat, helene: Seat) -> None:
    one = make(guard, manager, email="one.of.two@north.example").json()["request"]
    other = make(guard, manager, email="two.of.two@north.example").json()["request"]
    page = decide(guard, helene, one)
    passkey = helene.member.passkey
    assert passkey is not None
    stolen = passkey.get(options_of(page))
    shown = decide(guard, helene, other)
    refused = helene.browser.send("/approvals/decide", shown, verdict="approve", answer=stolen)
    assert "n’a pas été reconnue" in text_of(refused)
    assert show(guard, manager, other).json()["status"] == "pending"
    assert approve(guard, helene, other).status_code == 303


def test_signature_shown_twice_approves_once(guard: Guard, manager: Seat, helene: Seat) -> None:
    request = make(guard, manager, email="twice@north.example").json()["request"]
    page = decide(guard, helene, request)
    passkey = helene.member.passkey
    assert passkey is not None
    answer = passkey.get(options_of(page))
    assert helene.browser.send("/approvals/decide", page, verdict="approve", answer=answer).status_code == 303
    again = helene.browser.send("/approvals/decide", page, verdict="approve", answer=answer)
    assert again.status_code == 400
    assert guard.one("SELECT count(*) FROM guard.approval WHERE request = $1", request) == 1


def test_refusal_tells_the_requester_why_and_ends_the_request(guard: Guard, manager: Seat, thomas: Seat) -> None:
    request = make(guard, manager, email="refused@north.example").json()["request"]
    assert refuse(guard, thomas, request, "court").status_code == 403
    assert refuse(guard, thomas, request).status_code == 303
    told = show(guard, manager, request).json()
    assert told["status"] == "refused"
    assert told["approvals"][0]["reason"] == "Personne inconnue de la structure"
    assert told["objection"] == "no-duty"


def test_manager_withdraws_his_own_request_and_nobody_can_approve_it(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    request = make(guard, manager, email="withdrawn@north.example").json()["request"]
    page = decide(guard, helene, request)
    other = seat(guard, "Second Manager", "account-manager")
    refused = guard.call("POST", "/v1/requests/withdraw", other.handle, json={"request": request})
    assert refused.json()["code"] == Objection.NOT_YOURS
    done = guard.call("POST", "/v1/requests/withdraw", manager.handle, json={"request": request})
    assert done.status_code == 200, done.text
    assert approve(guard, helene, request, page=page).status_code == 409
    assert guard.one("SELECT count(*) FROM guard.approval WHERE request = $1", request) == 0


def test_i04_approver_brought_into_being_by_the_requester_may_not_approve_and_an_outsider_may(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    made_by = {"requested_by": manager.member.account, "approved_by": helene.member.account}
    inside = seat(guard, "Inside Approver", "approver", **made_by)
    request = make(guard, manager, email="inside@north.example").json()["request"]
    told = show(guard, inside, request).json()
    assert told["objection"] == Objection.WITHIN_LINE
    assert "decide_url" not in told
    assert show(guard, helene, request).json()["objection"] is None


def test_request_whose_row_was_rewritten_is_refused_and_reported(guard: Guard, manager: Seat, helene: Seat) -> None:
    request = make(guard, manager, email="forged@elsewhere.example").json()["request"]
    guard.execute("UPDATE guard.request SET needed = 1 WHERE id = $1", request)
    assert show(guard, helene, request).json()["code"] == "integrity"
    guard.execute("UPDATE guard.request SET needed = 2 WHERE id = $1", request)
    assert show(guard, helene, request).status_code == 200


def test_handle_used_from_another_client_ends_the_session_at_these_doors_too(guard: Guard) -> None:
    thief = seat(guard, "Stolen Manager", "account-manager")
    refused = guard.call("POST", "/v1/requests/list", thief.handle, json={"scope": "mine"}, client="another")
    assert refused.json()["code"] == "session-other-client"
    ended = guard.call("POST", "/v1/requests/list", thief.handle, json={"scope": "mine"})
    assert ended.json()["code"] == "session-ended"


def test_approver_is_told_what_the_account_could_read_and_that_the_pool_holds_it(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    adviser = make(guard, manager, email="exposed@north.example").json()["request"]
    other = make(guard, manager, email="manages@north.example", roles=["account-manager"]).json()["request"]
    told = show(guard, helene, adviser).json()["background"]["added"]
    # Nobody follows anybody here: a search reaches 60 people in a day, of whom a span of 24 hours can touch two.
    assert told == {"pooled": 60, "confirmed": 120}
    assert show(guard, helene, other).json()["background"]["added"] == {"pooled": 0, "confirmed": 0}
    assert "background" not in show(guard, manager, adviser).json()
