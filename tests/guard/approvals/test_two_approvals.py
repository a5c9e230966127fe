"""Requests that take two approvals: each must still count when the last is given, and neither is a witness (I-04)."""

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.decision import Refusal, found
from beffroi.core.duty import Duty, on_duty
from beffroi.core.ids import AccountId, ApplicationId
from beffroi.guard.duties import OnDuty, facts_of
from beffroi.guard.habilitations import proofing
from beffroi.guard.sessions import handles
from tests.guard.approvals.office import Seat, approve, make, seat, show
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
