"""Two approvals are two people's: each of them stands in the line, hands no code over, and must still be there."""

from datetime import timedelta

import pytest

from beffroi.core.approvals import Objection
from beffroi.guard.containing.lineage import members
from tests.guard.approvals.office import Seat, approve, decide, go, make, seat, show
from tests.guard.approvals.test_access import account_of, status_of
from tests.guard.signin.serving import Guard, text_of
from tests.guard.world import POLICY


def agreed_by_two(guard: Guard, manager: Seat, first: Seat, last: Seat, email: str) -> str:
    """A colleague that no roster knows, let in by two; the account."""
    request = make(guard, manager, email=email).json()["request"]
    assert approve(guard, first, request).status_code == 303
    assert approve(guard, last, request).status_code == 303
    return str(account_of(guard, email)["id"])


def proof_urls(guard: Guard, somebody: Seat) -> dict[str, str | None]:
    rows = guard.call("POST", "/v1/enrolments/list", somebody.handle, json={}).json()["rows"]
    return {row["habilitation"]: row.get("proof_url") for row in rows}


def hand_over(guard: Guard, witness: Seat, like: str, account: str) -> str:
    """The page that a witness comes to when the console is made to send them to this account."""
    url = like[: like.index("account=")] + f"account={account}&" + like[like.index("step=") :]
    left = go(guard, witness, url)
    if "Confirmez" not in text_of(left):
        return text_of(left)
    witness.browser.prove(witness.member)
    return text_of(witness.browser.page("/proofs/hand-over"))


@pytest.mark.parametrize("place", [0, 1])
def test_i04_either_of_two_approvers_hands_no_code_over_and_a_colleague_does(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, place: int
) -> None:
    email = f"two.of.them.{place}@elsewhere.example"
    account = agreed_by_two(guard, manager, helene, thomas, email)
    habilitation = str(guard.one("SELECT id FROM guard.habilitation WHERE account = $1", account))
    witness = seat(guard, f"Witness Number{place}", "adviser")
    known = proof_urls(guard, witness)[habilitation]
    assert known is not None
    approver = (helene, thomas)[place]
    assert proof_urls(guard, approver)[habilitation] is None
    # The link is a matter of the page: the guard must hold where the console is made to send somebody anyway.
    made = make(guard, manager, email=f"somebody.else.{place}@north.example").json()["request"]
    other = thomas if approver is helene else helene
    assert approve(guard, other, made).status_code == 303
    waiting = str(account_of(guard, f"somebody.else.{place}@north.example")["id"])
    own = next(url for url in proof_urls(guard, approver).values() if url is not None)
    assert "Nora Petit" in hand_over(guard, approver, own, waiting)
    assert "trois personnes différentes" in hand_over(guard, approver, own, account)
    assert "Nora Petit" in hand_over(guard, witness, known, account)


def test_i04_first_of_two_approvers_stands_in_nobody_s_way_but_his_own_line(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    email = "second.manager@elsewhere.example"
    request = make(guard, manager, email=email, roles=["account-manager"]).json()["request"]
    assert approve(guard, helene, request).status_code == 303
    assert approve(guard, thomas, request).status_code == 303
    account = str(account_of(guard, email)["id"])
    # The same lineage, of somebody who can sign in: brought into being by that very request.
    made = seat(guard, "Second Of Them", "account-manager", requested_by=manager.member.account,
                approved_by=thomas.member.account)  # fmt: skip
    held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", made.member.account)
    origin = guard.row("SELECT o.* FROM guard.origin o JOIN guard.habilitation h ON h.id = o.id WHERE h.account = $1",
                       account)  # fmt: skip
    columns = {name: value for name, value in origin.items() if name not in ("mac", "version")}
    guard.run(guard.world.insert("origin", **(columns | {"id": held})))
    third = seat(guard, "Third Approver", "approver")
    fourth = seat(guard, "Fourth Approver", "approver")
    asked = make(guard, made, email="of.the.second@north.example").json()["request"]
    assert show(guard, helene, asked).json()["objection"] == Objection.WITHIN_LINE
    assert show(guard, thomas, asked).json()["objection"] == Objection.WITHIN_LINE
    assert show(guard, third, asked).json()["objection"] is None
    assert show(guard, fourth, asked).json()["objection"] is None


@pytest.mark.parametrize("gone", ["suspended", "closed", "unattested"])
def test_i07_approval_of_somebody_suspended_since_counts_for_nothing(
    guard: Guard, manager: Seat, helene: Seat, gone: str
) -> None:
    fickle = seat(guard, f"Fickle {gone.title()}", "approver")
    last = seat(guard, f"Last {gone.title()}", "approver")
    request = make(guard, manager, email=f"{gone}@elsewhere.example").json()["request"]
    assert approve(guard, fickle, request).status_code == 303
    changes = {"status": gone}
    if gone == "unattested":
        changes = {"attested_until": guard.run(guard.world.now()) - timedelta(seconds=1)}  # type: ignore[dict-item]
    guard.amend("account", fickle.member.account, **changes)
    assert approve(guard, last, request).status_code == 303
    assert show(guard, manager, request).json()["status"] == "pending"
    assert approve(guard, helene, request).status_code == 303
    assert show(guard, manager, request).json()["status"] == "approved"


def test_i07_request_of_somebody_suspended_since_is_approved_by_nobody(guard: Guard, helene: Seat) -> None:
    manager = seat(guard, "Taken Over", "account-manager")
    request = make(guard, manager, email="planted@north.example").json()["request"]
    page = decide(guard, helene, request)
    guard.amend("account", manager.member.account, status="suspended")
    refused = approve(guard, helene, request, page=page)
    assert refused.status_code == 409
    assert guard.one("SELECT count(*) FROM guard.approval WHERE request = $1", request) == 0
    guard.amend("account", manager.member.account, status="active")
    assert approve(guard, helene, request).status_code == 303


def test_i04_beneficiary_who_came_into_being_meanwhile_does_not_approve_for_himself(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat
) -> None:
    email = "later.approver@north.example"
    network = guard.run(guard.world.organisation("Network of later", "network"))
    above = seat(guard, "Network Manager", "network-administrator", organisation=network)
    wanted = {"roles": ["approver"], "organisation": guard.organisation}
    asked = make(guard, above, email=email, **wanted).json()["request"]
    later = seat(guard, "Later Approver", "approver", organisation=network)
    assert later.member.persona.email == email
    page = decide(guard, later, asked)
    assert "Approuver avec ma clé" not in text_of(page), "no button that is refused"
    assert later.browser.send("/approvals/decide", page, verdict="approve", answer="{}").status_code == 403
    assert status_of(guard, later.member.account) == ["confirmed"]
    again = make(guard, above, email=email, **wanted).json()["request"]
    assert show(guard, later, again).json()["objection"] == Objection.SAME_PERSON
    assert approve(guard, helene, again).status_code == 303
    assert status_of(guard, later.member.account) == ["confirmed", "probation"]


def test_i12_role_given_to_an_account_whose_review_lapsed_serves_unless_another_role_waits_for_its_review(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    now = guard.run(guard.world.now())
    past = now - timedelta(days=1)
    statuses = {"Lapsed Alone": "suspended", "Lapsed Elsewhere": "confirmed"}
    until = {}
    for name, status in statuses.items():
        member = guard.member(name, role="receptionist", reviewed_until=past)
        held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", member.account)
        guard.amend("habilitation", held, status=status)
        request = make(guard, manager, email=member.persona.email).json()["request"]
        assert approve(guard, helene, request).status_code == 303
        assert "probation" in status_of(guard, member.account)
        until[name] = guard.one("SELECT reviewed_until FROM guard.account WHERE id = $1", member.account)
    assert until["Lapsed Alone"] > now
    assert until["Lapsed Elsewhere"] == past


def test_i07_line_of_either_of_two_approvers_holds_whom_they_let_in(guard: Guard, manager: Seat) -> None:
    first, last = seat(guard, "Contained First", "approver"), seat(guard, "Contained Last", "approver")
    account = agreed_by_two(guard, manager, first, last, "to.contain@elsewhere.example")
    world = guard.world
    for approver in (first, last):
        found = guard.run(members(world.conn, world.keys, POLICY, approver.member.account, guard.run(world.now())))
        assert found == {approver.member.account, account}
