"""The queue of admissions under abuse and in use: another office, another duty, replay, races, malformed bodies."""

import asyncio
import json
from typing import Any

import pytest

from tests.guard.admitting.office import ANA, NOBODY, approvers, code, completed, manager_of, post, status, told
from tests.guard.scim.conftest import Partners
from tests.guard.world import CLIENT

DOORS: dict[str, dict[str, Any]] = {
    "admissions/list": {},
    "admissions/show": {"admission": NOBODY},
    "admissions/take-up": completed(NOBODY),
    "admissions/dismiss": {"admission": NOBODY, "reason": "no-need"},
}


@pytest.mark.parametrize("path", DOORS)
@pytest.mark.parametrize("role", ["adviser", "approver", "security-officer"])
async def test_role_without_the_duty_is_refused_at_every_door(partners: Partners, path: str, role: str) -> None:
    assert await code(partners, await manager_of(partners, role=role), path, DOORS[path]) == "action-not-allowed"


@pytest.mark.parametrize("path", DOORS)
async def test_manager_who_sends_what_no_door_knows_is_told_where(partners: Partners, path: str) -> None:
    manager = await manager_of(partners)
    for wrong in ({**DOORS[path], "everybody": True}, [], {**DOORS[path], "admission": f"{NOBODY}\n"}):
        answer = await post(partners, manager, path, wrong)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed"), answer.text
    huge = await post(partners, manager, path, {**DOORS[path], "job": "x" * 2_000_000})
    assert huge.status_code == 413


@pytest.mark.parametrize("path", [path for path in DOORS if path != "admissions/list"])
async def test_manager_answers_for_nobody_whom_no_directory_asked_for(partners: Partners, path: str) -> None:
    assert await code(partners, await manager_of(partners), path, DOORS[path]) == "unknown-admission"


async def test_manager_sees_whom_his_directory_asks_for_and_a_manager_elsewhere_nobody(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    there = await manager_of(partners, "South")
    [row] = (await post(partners, manager, "admissions/list", {})).json()["rows"]
    assert (row["id"], row["first_name"], row["last_name"], row["email"]) == (admission, "Ana", "Roux", ANA)
    assert (row["job"], row["asks"], row["organisation"]["name"]) == ("Conseillère", "account", "North")
    counted = (await post(partners, manager, "admissions/list", {"count_only": True})).json()
    assert (counted["total"], counted["rows"]) == (1, [])
    shown = (await post(partners, manager, "admissions/show", {"admission": admission})).json()
    assert shown["admission"] == row
    assert "adviser" in [role["code"] for role in shown["roles"]]
    nothing = {"total": 0, "page": 1, "pages": 1, "rows": []}
    assert (await post(partners, there, "admissions/list", {})).json() == nothing
    for path, body in DOORS.items():
        if path != "admissions/list":
            assert await code(partners, there, path, {**body, "admission": admission}) == "unknown-admission"
    assert await status(partners, admission) == "awaiting-manager"


async def test_network_administrator_sees_every_office_and_answers_there(partners: Partners) -> None:
    admission = await told(partners)
    await partners.world.organisation("Network", kind="network")
    network = await manager_of(partners, "Network", "network-administrator")
    [row] = (await post(partners, network, "admissions/list", {})).json()["rows"]
    assert row["organisation"]["name"] == "North"
    said = {"admission": admission, "reason": "not-known"}
    assert await code(partners, network, "admissions/dismiss", said) == "done"


async def test_queue_longer_than_a_page_is_told_in_pages_the_oldest_first(partners: Partners) -> None:
    for number in range(26):
        await told(partners, f"n{number}@north.example")
    manager = await manager_of(partners)
    first = (await post(partners, manager, "admissions/list", {})).json()
    second = (await post(partners, manager, "admissions/list", {"page": 2})).json()
    assert (first["total"], first["pages"], len(first["rows"])) == (26, 2, 25)
    assert first["rows"][0]["email"] == "n0@north.example"
    assert [row["email"] for row in second["rows"]] == ["n25@north.example"]


async def test_manager_takes_one_up_and_it_is_an_ordinary_request_that_approvers_see(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    approver, _ = await approvers(partners)
    answer = await post(partners, manager, "admissions/take-up", completed(admission, last_name="Roux-Blanc"))
    assert answer.status_code == 201, answer.text
    request = answer.json()["request"]
    assert await status(partners, admission) == "taken-up"
    [row] = (await post(partners, approver, "requests/list", {"scope": "to-decide"})).json()["rows"]
    assert (row["id"], row["kind"], row["concerns"]) == (request, "access", "Ana Roux-Blanc")
    lines = (await post(partners, approver, "requests/show", {"request": request})).json()["lines"]
    assert "Venue de l’annuaire" in [line["label"]["fr"] for line in lines]
    assert ANA in [line["value"]["fr"] for line in lines]
    [entry] = await partners.entries("admission-taken-up")
    assert json.loads(entry["detail"]) == {"admission": admission, "by": manager.account}
    for path in ("show", "take-up", "dismiss"):
        body = {**DOORS[f"admissions/{path}"], "admission": admission}
        assert await code(partners, manager, f"admissions/{path}", body) == "admission-closed"
    assert len(await partners.rows("request")) == 1


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"roles": ["approver"]}, "role-not-handed-out"),
        ({"until_on": "2020-01-01"}, "period-wrong"),
        ({"email": "no address"}, "address-wrong"),
        ({"from_on": "2026-02-31"}, "malformed"),
        ({"roles": []}, "malformed"),
        ({"applications": ["never-heard-of"]}, "application-not-open"),
        ({"applications": []}, "malformed"),
        ({"organisation": NOBODY}, "malformed"),
    ],
)
async def test_manager_whose_request_is_objected_to_finds_the_admission_waiting_still(
    partners: Partners, changes: dict[str, Any], objection: str
) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    await approvers(partners)
    assert await code(partners, manager, "admissions/take-up", completed(admission, **changes)) == objection
    assert await status(partners, admission) == "awaiting-manager"
    assert await partners.rows("request") == []
    assert await code(partners, manager, "admissions/take-up", completed(admission)) == "done"


async def test_manager_without_two_approvers_is_told_and_the_admission_waits(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    assert await code(partners, manager, "admissions/take-up", completed(admission)) == "too-few-approvers"
    assert await status(partners, admission) == "awaiting-manager"


async def test_directory_that_gave_no_name_leaves_it_to_the_manager(partners: Partners) -> None:
    manager = await manager_of(partners)
    await approvers(partners)
    await partners.north.tell(ANA)
    [row] = (await post(partners, manager, "admissions/list", {})).json()["rows"]
    assert (row["first_name"], row["last_name"], row["job"]) == (None, None, None)
    body = completed(row["id"])
    assert await code(partners, manager, "admissions/take-up", body) == "malformed"
    named = {**body, "first_name": "Ana", "last_name": "Roux"}
    assert await code(partners, manager, "admissions/take-up", named) == "done"


async def test_manager_gives_access_back_to_that_person_and_to_nobody_else_in_their_name(partners: Partners) -> None:
    away = await partners.agent("North", ANA, habilitation_status="suspended")
    await partners.agent("North", "bob@north.example", "receptionist")
    manager = await manager_of(partners)
    await approvers(partners)
    await partners.north.active(away.account, True)
    [row] = (await post(partners, manager, "admissions/list", {})).json()["rows"]
    assert (row["asks"], row["email"]) == ("return", ANA)
    for address in ("bob@north.example", "new@north.example"):
        body = completed(row["id"], email=address)
        assert await code(partners, manager, "admissions/take-up", body) == "admission-of-another"
    assert await code(partners, manager, "admissions/take-up", completed(row["id"])) == "done"
    [request] = await partners.rows("request")
    assert str(request["beneficiary"]) == away.account


async def test_manager_takes_himself_up_is_refused(partners: Partners) -> None:
    manager = await partners.agent("North", ANA, "account-manager")
    admission = await told(partners, "new@north.example")
    await approvers(partners)
    body = completed(admission, email=ANA, roles=["adviser"])
    assert await code(partners, manager, "admissions/take-up", body) in ("same-person", "duties-apart")
    assert await status(partners, admission) == "awaiting-manager"


async def test_two_managers_who_take_one_up_at_once_make_one_request(partners: Partners) -> None:
    admission = await told(partners)
    managers = [await manager_of(partners) for _ in range(2)]
    await approvers(partners)
    answers = await asyncio.gather(
        *(code(partners, one, "admissions/take-up", completed(admission)) for one in managers)
    )
    assert sorted(answers) == ["admission-closed", "done"]
    assert len(await partners.rows("request")) == 1


async def test_manager_and_directory_at_once_leave_nothing_that_can_be_approved(partners: Partners) -> None:
    manager = await manager_of(partners)
    await approvers(partners)
    for number in range(4):
        admission = await told(partners, f"n{number}@north.example")
        resource = (await partners.north.find(f"n{number}@north.example"))[0]["id"]
        body = completed(admission, email=f"n{number}@north.example", first_name=f"N{number}")
        taken, gone = await asyncio.gather(
            code(partners, manager, "admissions/take-up", body),
            partners.north.ask("DELETE", f"/Users/{resource}"),
        )
        assert gone.status_code == 204
        assert taken in ("done", "admission-closed")
        assert await status(partners, admission) == "withdrawn"


async def test_manager_dismisses_one_for_a_reason_that_the_journal_keeps(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    body = {"admission": admission, "reason": "twice"}
    assert await code(partners, manager, "admissions/dismiss", {**body, "reason": "because"}) == "malformed"
    assert await code(partners, manager, "admissions/dismiss", body) == "done"
    assert await code(partners, manager, "admissions/dismiss", body) == "admission-closed"
    assert await status(partners, admission) == "dismissed"
    [entry] = await partners.entries("admission-dismissed")
    assert json.loads(entry["detail"]) == {"admission": admission, "by": manager.account, "reason": "twice"}


async def test_row_changed_behind_the_guard_is_neither_shown_nor_taken_up(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    await approvers(partners)
    await partners.world.conn.execute("UPDATE guard.admission SET source = 'hand' WHERE id = $1", admission)
    for path in ("list", "show", "take-up", "dismiss"):
        body = {**DOORS[f"admissions/{path}"], **({} if path == "list" else {"admission": admission})}
        assert await code(partners, manager, f"admissions/{path}", body) == "integrity"


async def test_session_of_another_browser_answers_nothing(partners: Partners) -> None:
    admission, manager = await told(partners), await manager_of(partners)
    headers = {"authorization": "Bearer nothing", "beffroi-session": manager.handle, "beffroi-client": CLIENT}
    answer = await partners.http.post("/v1/admissions/dismiss", headers=headers, json={"admission": admission})
    assert answer.status_code in (400, 401)
    assert await status(partners, admission) == "awaiting-manager"
