"""The applications of a request for access: named by the manager, read by the approver, and no others opened."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from beffroi.core.approvals import Objection
from beffroi.core.ids import AccountId
from beffroi.guard.approvals.kinds import Asked
from beffroi.guard.duties import Work
from beffroi.guard.habilitations import access
from tests.guard.approvals.office import Seat, approve, decide, make, seat, show
from tests.guard.approvals.test_access import account_of
from tests.guard.signin.serving import CONSOLE, Guard, text_of

pytestmark = pytest.mark.usefixtures("helene", "thomas")


@pytest.fixture
def trainings(guard: Guard) -> Iterator[str]:
    """A second application; closed again afterwards, so that others find one."""
    if guard.one("SELECT count(*) FROM guard.application WHERE id = 'trainings'") == 0:
        guard.run(guard.world.open_application(guard.organisation, id="trainings", name="Suivi des formations"))
    guard.amend("application", "trainings", open=True)
    yield "trainings"
    guard.amend("application", "trainings", open=False)


def served(guard: Guard, email: str) -> list[list[str]]:
    """Applications of each habilitation, those of one together."""
    account = account_of(guard, email)["id"]

    async def read() -> list[list[str]]:
        rows = await guard.world.conn.fetch(
            "SELECT array_agg(e.application ORDER BY e.application) AS names"
            " FROM guard.habilitation h JOIN guard.habilitation_application e ON e.habilitation = h.id"
            " WHERE h.account = $1 GROUP BY h.id ORDER BY names",
            account,
        )
        return [row["names"] for row in rows]

    return guard.run(read())


def test_approver_reads_the_applications_by_name_and_the_access_opens_these_alone(
    guard: Guard, manager: Seat, helene: Seat, trainings: str
) -> None:
    email = "places@north.example"
    request = make(guard, manager, email=email, applications=[trainings, trainings]).json()["request"]
    page = decide(guard, helene, request)
    assert "Suivi des formations" in text_of(page)
    assert approve(guard, helene, request, page=page).status_code == 303
    assert served(guard, email) == [[trainings]]
    account = AccountId(str(account_of(guard, email)["id"]))
    [entry] = guard.journal("habilitation", account)
    assert '"applications":["trainings"]' in entry["detail"]


def test_manager_names_an_application_that_is_closed_or_unknown_or_none_and_nothing_is_made(
    guard: Guard, manager: Seat, trainings: str
) -> None:
    before = guard.one("SELECT count(*) FROM guard.request")
    email = "wrong.place@north.example"
    both = [CONSOLE, trainings]
    guard.amend("application", trainings, open=False)
    for applications in (both, [CONSOLE, "never-heard-of"]):
        refused = make(guard, manager, email=email, applications=applications)
        assert (refused.status_code, refused.json()["code"]) == (422, Objection.APPLICATION_NOT_OPEN)
    for applications in ([], None, ["NOT A CODE"], [f"a{number}" for number in range(21)]):
        malformed = make(guard, manager, email=email, applications=applications).json()
        assert malformed["code"] == "malformed"
        assert "applications" in str(malformed), malformed
    assert guard.one("SELECT count(*) FROM guard.request") == before
    guard.amend("application", trainings, open=True)
    assert make(guard, manager, email=email, applications=both).status_code == 201


def test_options_name_the_open_applications(guard: Guard, manager: Seat, trainings: str) -> None:
    def offered() -> list[str]:
        answer = guard.call("POST", "/v1/requests/options", manager.handle, json={}).json()
        return sorted(one["code"] for one in answer["applications"])

    assert offered() == [CONSOLE, trainings]
    guard.amend("application", trainings, open=False)
    assert offered() == [CONSOLE]


def test_application_closed_before_the_approval_leaves_the_request_unsigned(
    guard: Guard, manager: Seat, helene: Seat, trainings: str
) -> None:
    email = "closed.place@north.example"
    request = make(guard, manager, email=email, applications=[trainings]).json()["request"]
    page = decide(guard, helene, request)
    guard.amend("application", trainings, open=False)
    assert "n’est pas ouverte" in text_of(approve(guard, helene, request, page=page))
    assert show(guard, manager, request).json()["status"] == "pending"
    guard.amend("application", trainings, open=True)
    assert approve(guard, helene, request).status_code == 303
    assert served(guard, email) == [[trainings]]


def test_same_role_is_asked_again_for_another_application_and_not_for_the_same(
    guard: Guard, manager: Seat, helene: Seat, thomas: Seat, trainings: str
) -> None:
    email = "second.place@north.example"
    first = make(guard, manager, email=email).json()["request"]
    assert approve(guard, helene, first).status_code == 303
    refused = make(guard, manager, email=email, applications=[trainings, CONSOLE])
    assert refused.json()["code"] == Objection.ALREADY_REQUESTED
    again = make(guard, manager, email=email, applications=[trainings])
    assert again.status_code == 201, again.text
    assert approve(guard, thomas, again.json()["request"]).status_code == 303
    assert served(guard, email) == [[CONSOLE], [trainings]]


def test_i06_request_made_before_requests_named_applications_is_to_be_made_anew(guard: Guard) -> None:
    async def judged(**body: Any) -> Objection | None:
        now = await guard.world.now()
        content = {
            "until_on": str((now + timedelta(days=90)).date()), "roles": ["adviser"], "email": "old@north.example",
            **body,
        }  # fmt: skip
        work = Work(guard.world.conn, guard.world.keys, guard.services.policy, now)
        row = {"organisation": guard.organisation, "beneficiary": None}
        return await access.recheck(work, Asked(row, {"body": content}))

    assert guard.run(judged()) is Objection.APPLICATION_NOT_OPEN
    assert guard.run(judged(applications=[CONSOLE])) is None


def test_i04_approver_whose_habilitation_serves_nowhere_does_not_count_as_the_second(guard: Guard) -> None:
    alone = guard.run(guard.world.organisation("Nowhere"))
    asker = seat(guard, "Asker Nowhere", "account-manager", organisation=alone)
    seat(guard, "First Nowhere", "approver", organisation=alone)
    second = seat(guard, "Second Nowhere", "approver", organisation=alone)
    away = {"email": "nowhere@north.example", "organisation": alone}
    rows = guard.one(
        "SELECT array_agg(e.id) FROM guard.habilitation_application e"
        " JOIN guard.habilitation h ON h.id = e.habilitation WHERE h.account = $1",
        second.member.account,
    )
    for row in rows:
        guard.amend("habilitation_application", row, ended_at=guard.one("SELECT guard.instant()"))
    assert make(guard, asker, **away).json()["code"] == Objection.TOO_FEW_APPROVERS
    guard.amend("habilitation_application", rows[0], ended_at=None)
    assert make(guard, asker, **away).status_code == 201
