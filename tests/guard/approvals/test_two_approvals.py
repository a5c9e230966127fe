"""Requests that take two approvals: each must still count when the last is given, and neither is a witness (I-04)."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.decision import Refusal, found
from beffroi.core.duty import Duty, on_duty
from beffroi.core.ids import AccountId, ApplicationId
from beffroi.guard.duties import OnDuty, facts_of
from beffroi.guard.habilitations import proofing
from beffroi.guard.sessions import handles
from tests.guard.approvals.office import Seat, approve, decide, make, seat, show
from tests.guard.signin.serving import CLIENT, CONSOLE, Guard
from tests.guard.world import POLICY

pytestmark = pytest.mark.usefixtures("manager", "helene", "thomas")


@pytest.fixture(scope="module")
def louise(guard: Guard) -> Seat:
    """A third approver."""
    return seat(guard, "Louise Henry", "approver")


def asked(guard: Guard, manager: Seat, name: str) -> str:
    """A request for somebody whose address the roster does not know."""
    made = make(guard, manager, last_name=name, email=f"{name.lower()}@elsewhere.example")
    assert made.status_code == 201, made.text
    assert made.json()["needed"] == 2
    return str(made.json()["request"])


def accounts(guard: Guard) -> int:
    return int(guard.one("SELECT count(*) FROM guard.account WHERE requested_by IS NOT NULL"))


@pytest.mark.parametrize("still_there", [True, False])
def test_i04_first_approver_suspended_before_the_second_counts_no_more_and_a_third_is_needed(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, louise: Seat, still_there: bool
) -> None:
    request, before = asked(guard, manager, f"Moreau{still_there}"), accounts(guard)
    assert approve(guard, helene, request).status_code == 303
    if not still_there:
        guard.amend("account", helene.member.account, status="suspended")
    assert approve(guard, thomas, request).status_code == 303
    assert show(guard, manager, request).json()["status"] == ("approved" if still_there else "pending")
    assert accounts(guard) == before + still_there
    if not still_there:
        assert approve(guard, louise, request).status_code == 303
        assert show(guard, manager, request).json()["status"] == "approved"
        assert accounts(guard) == before + 1
        guard.amend("account", helene.member.account, status="active")


KIN = ("by-line", "by-favour")


@dataclass
class Ties:
    """What may tie two approvers; ``brought_in`` is an account that one of them may have asked for."""

    guard: Guard
    brought_in: AccountId

    def tie(self, one: Seat, other: Seat, how: str | None) -> None:
        """The second approved the first into being, or what the first asked for; or neither."""
        line, favour = how == "by-line", how == "by-favour"
        first, second = one.member.account, other.member.account
        self.guard.amend("account", first, approved_by=second if line else None)
        self.guard.amend(
            "account", self.brought_in, requested_by=first if favour else None, approved_by=second if favour else None
        )


@pytest.fixture
def ties(guard: Guard, helene: Seat, thomas: Seat) -> Iterator[Ties]:
    """Nobody is tied afterwards."""
    found = Ties(guard, guard.member(f"Camille Favori{secrets.token_hex(3)}").account)
    yield found
    found.tie(thomas, helene, None)


@pytest.mark.parametrize("how", [None, *KIN])
def test_i04_second_approver_tied_to_the_first_is_refused_and_a_third_agrees(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, louise: Seat, ties: Ties, how: str | None
) -> None:
    request = asked(guard, manager, f"Tie{how}")
    opened = decide(guard, thomas, request)
    assert approve(guard, helene, request).status_code == 303
    ties.tie(thomas, helene, how)
    signed = approve(guard, thomas, request, page=opened)
    told = show(guard, louise, request).json()
    if how is None:
        assert (signed.status_code, told["status"]) == (303, "approved")
        return
    assert (signed.status_code, told["status"]) == (403, "pending")
    assert show(guard, thomas, request).json()["objection"] in ("within-line", "reciprocal")
    assert told["objection"] is None
    assert approve(guard, louise, request).status_code == 303
    assert show(guard, manager, request).json()["status"] == "approved"


@pytest.mark.parametrize("how", [None, *KIN])
def test_i04_request_that_only_two_who_are_tied_could_approve_cannot_be_made(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, louise: Seat, ties: Ties, how: str | None
) -> None:
    guard.amend("account", louise.member.account, status="suspended")
    ties.tie(thomas, helene, how)
    outside = make(guard, manager, last_name="Pair", email=f"pair{how}@elsewhere.example")
    inside = make(guard, manager, last_name="Pair", email=f"pair{how}@north.example")
    domain = guard.call(
        "POST", "/v1/requests/make", manager.handle, json={"kind": "roster", "body": {"domain": f"{how}.example"}}
    )
    guard.amend("account", louise.member.account, status="active")
    assert inside.status_code == 201, "one approval is enough: either may give it"
    for two in (outside, domain):
        if how is None:
            assert two.status_code == 201, two.text
            assert two.json()["needed"] == 2
        else:
            assert (two.status_code, two.json()["code"]) == (409, Objection.TOO_FEW_APPROVERS)


def test_i04_first_of_two_approvers_hands_no_code_over_and_a_colleague_does(
    guard: Guard, manager: Seat, thomas: Seat, louise: Seat
) -> None:
    request = asked(guard, manager, "Girard")
    for approver in (thomas, louise):
        assert approve(guard, approver, request).status_code == 303
    witness = seat(guard, "Karim Haddad", "adviser")
    urls = {}
    for one in (thomas, louise, witness):
        rows = guard.call("POST", "/v1/enrolments/list", one.handle, json={}).json()["rows"]
        urls[one.member.account] = [row.get("proof_url") for row in rows if row["name"] == "Nora Girard"]
    assert [urls[one.member.account] for one in (thomas, louise)] == [[None], [None]], "no button that is refused"
    [url] = urls[witness.member.account]
    account = AccountId(url.partition("account=")[2].partition("&")[0])
    assert guard.run(refusals(guard, account, thomas, louise, witness)) == [Objection.SAME_PERSON] * 2 + [None]


def test_colleague_at_work_gets_a_second_role_and_begins_a_probation_at_once(
    guard: Guard, manager: Seat, helene: Seat
) -> None:
    colleague = guard.member("Sara Collet")
    made = make(
        guard, manager, first_name="Sara", last_name="Collet", email=colleague.persona.email, roles=["receptionist"]
    )
    assert made.status_code == 201, made.text
    signed = approve(guard, helene, made.json()["request"])
    assert signed.status_code == 303, signed.text
    status = "SELECT status FROM guard.habilitation WHERE account = $1 AND role = 'receptionist'"
    assert guard.one(status, colleague.account) == "probation"


async def refusals(guard: Guard, account: AccountId, *people: Seat) -> list[Objection | None]:
    """What the command says to each of these people, whatever a page shows."""
    conn, keys, said = guard.world.conn, guard.world.keys, []
    for one in people:
        async with conn.transaction():
            work, facts = await facts_of(
                conn, keys, POLICY, ApplicationId(CONSOLE), handles.digest(one.handle), handles.digest(CLIENT)
            )
            role = on_duty(Duty.PROOF, ApplicationId(CONSOLE), facts, POLICY)
            assert not isinstance(role, Refusal), role
            seen = await proofing.waiting(work, OnDuty(*found(facts), role), account)
            said.append(seen if isinstance(seen, Objection) else None)
    return said
