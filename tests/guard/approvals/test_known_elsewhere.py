"""A request that names an account which is there: a stranger learns nothing of it, an approver whose it is."""

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.ids import OrganisationId
from tests.guard.approvals.office import Seat, approve, decide, make, refuse, show
from tests.guard.signin.serving import Guard, Member, text_of

pytestmark = pytest.mark.usefixtures("helene", "thomas")


@pytest.fixture(scope="module")
def south(guard: Guard) -> OrganisationId:
    """Another organisation, unknown to the manager."""
    return guard.run(guard.world.organisation("South of known"))


def somebody(guard: Guard, name: str, place: OrganisationId, state: str) -> Member:
    """Somebody at work at a place, whom one thing stands against."""
    if state == "suspended":
        return guard.member(name, organisation=place, status="suspended")
    return guard.member(name, organisation=place, role="account-manager")


@pytest.mark.parametrize("state", ["suspended", "manages"])
def test_manager_who_names_somebody_of_another_office_is_answered_as_for_nobody_and_of_his_own_is_told(
    guard: Guard, manager: Seat, helene: Seat, south: OrganisationId, state: str
) -> None:
    far = somebody(guard, f"Far {state.title()}", south, state)
    near = somebody(guard, f"Near {state.title()}", guard.organisation, state)
    nobody = make(guard, manager, email=f"nobody.{state}@north.example")
    asked = make(guard, manager, email=far.persona.email)
    assert (asked.status_code, asked.json().keys(), asked.json()["needed"]) == (
        nobody.status_code, nobody.json().keys(), nobody.json()["needed"],
    )  # fmt: skip
    expected = Objection.NOT_IN_THAT_STATE if state == "suspended" else Objection.DUTIES_APART
    told = make(guard, manager, email=near.persona.email)
    assert (told.status_code, told.json()["code"]) == (409, expected)
    # What is kept for who asked says no more than what he typed.
    shown = [show(guard, manager, made.json()["request"]).json() for made in (nobody, asked)]
    assert [one["concerns"] for one in shown] == ["Nora Petit"] * 2
    labels = [[line["label"]["en"] for line in one["lines"]] for one in shown]
    assert labels[0] == labels[1]
    assert "Far" not in str(shown)
    # Who approves reads whose account it is and what stands against it; nothing comes of it.
    request = asked.json()["request"]
    assert "Far" in show(guard, helene, request).json()["concerns"]
    page = decide(guard, helene, request)
    sentence = "n’est pas dans l’état" if state == "suspended" else "séparation des tâches"
    assert far.persona.usual_name in text_of(page)
    assert ("Approuver avec ma clé" in text_of(page), "Refuser la demande" in text_of(page)) == (False, True)
    assert sentence in text_of(page)
    held = guard.one("SELECT count(*) FROM guard.habilitation WHERE account = $1", far.account)
    assert refuse(guard, helene, request).status_code == 303
    assert guard.one("SELECT count(*) FROM guard.habilitation WHERE account = $1", far.account) == held


def test_clash_that_comes_after_the_page_was_shown_undoes_the_approval(
    guard: Guard, manager: Seat, helene: Seat, south: OrganisationId
) -> None:
    member = guard.member("Later Clash", organisation=south, role="receptionist")
    request = make(guard, manager, email=member.persona.email).json()["request"]
    page = decide(guard, helene, request)
    guard.run(guard.world.habilitation(member.account, south, "account-manager"))
    assert approve(guard, helene, request, page=page).status_code == 409
    assert guard.one("SELECT count(*) FROM guard.approval WHERE request = $1", request) == 0


@pytest.mark.parametrize("typed", ["Vera", "Nora"])
def test_approver_reads_the_name_that_the_guard_keeps_and_whether_another_was_typed(
    guard: Guard, manager: Seat, helene: Seat, south: OrganisationId, typed: str
) -> None:
    member = guard.member(f"Vera Typed{typed}", organisation=south)
    made = make(guard, manager, first_name=typed, last_name=f"typed{typed}", email=member.persona.email)
    assert made.status_code == 201, made.text
    request = made.json()["request"]
    page = text_of(decide(guard, helene, request))
    assert f"Vera Typed{typed}" in page
    assert "Approuver avec ma clé" in page
    assert ("n’est pas celui de ce compte" in page) is (typed != "Vera")
    assert f"{typed} typed{typed}" in page, "what is signed is shown too"
