"""A colleague who was there is made a manager: whom he then asks for charges who asked for his role (I-03)."""

import pytest

from tests.guard.approvals.office import Seat, approve, make, seat
from tests.guard.approvals.test_access import account_of
from tests.guard.signin.serving import Guard

pytestmark = pytest.mark.usefixtures("helene", "thomas")


@pytest.mark.parametrize("asked_for", [True, False])
def test_i03_offspring_of_a_promoted_colleague_charge_the_pool_of_who_promoted_him(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, asked_for: bool
) -> None:
    if asked_for:
        seat(guard, "Louise Henry", "approver")  # whoever agrees to the promotion stands in the line
    role = "receptionist" if asked_for else "account-manager"
    colleague = guard.member(f"Lea Promoted{asked_for}", role=role, with_passkey=True)
    if asked_for:
        held = guard.one("SELECT id FROM guard.habilitation WHERE account = $1", colleague.account)
        guard.amend("habilitation", held, status="closed")
        request = make(guard, manager, email=colleague.persona.email, roles=["account-manager"]).json()["request"]
        assert approve(guard, helene, request).status_code == 303
    browser, handle = guard.signed_in(colleague)
    email = f"child.of.promoted.{asked_for}@north.example".lower()
    asked = make(guard, Seat(colleague, browser, handle), email=email)
    assert asked.status_code == 201, asked.text
    assert approve(guard, thomas, asked.json()["request"]).status_code == 303
    pools = {str(pool) for pool in account_of(guard, email)["pools"]}  # type: ignore[attr-defined]
    assert pools == {colleague.account} | ({manager.member.account} if asked_for else set())
