"""A leaver is cut at once; a stolen token cannot shut an office, nor the network."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from beffroi.core.ids import PersonId
from beffroi.core.machine_limit import allowance
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.standards.scim.users import USER
from tests.guard.admitting.office import code, manager_of, post
from tests.guard.scim.conftest import Partners
from tests.guard.world import CASES, CLIENT, POLICY, AgentOfTest

ANA = "ana@north.example"


async def opens(partners: Partners, agent: AgentOfTest, person: PersonId) -> int:
    """Status of an opening by an agent, as the application asks it."""
    issued = AccessTokens(partners.services.keys.session).issue(CASES, "k1", (await partners.world.now()).timestamp())
    answer = await partners.http.post(
        "/v1/open",
        json={"person": person, "purpose": "follow-up", "groups": ["identity"]},
        headers={"authorization": f"Bearer {issued}", "beffroi-session": agent.handle, "beffroi-client": CLIENT},
    )
    return answer.status_code


async def test_i07_leaver_of_a_directory_is_allowed_nothing_from_the_answer_on_and_his_colleague_is(
    partners: Partners,
) -> None:
    ana, bea = [await partners.agent("North", f"{name}@north.example") for name in ("ana", "bea")]
    person = await partners.world.person(partners.world.offices["North"])
    assert [await opens(partners, agent, person) for agent in (ana, bea)] == [200, 200]
    answer = await partners.north.active(ana.account, False)
    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert [await opens(partners, agent, person) for agent in (ana, bea)] == [401, 200]
    assert await partners.statuses(ana.account) == ["suspended"]
    [row] = await partners.rows("leaver")
    assert (row["status"], row["source"], str(row["account"])) == ("done", "scim", ana.account)


@pytest.mark.parametrize("door", ["patch", "put", "delete"])
async def test_directory_takes_away_what_is_held_at_its_own_office_alone(partners: Partners, door: str) -> None:
    ana = await partners.agent("North", ANA)
    await partners.world.habilitation(ana.account, partners.world.offices["South"], "adviser")
    await partners.world.habilitation(
        ana.account, partners.world.offices["North"], "receptionist", status="probation"
    )
    if door == "patch":
        answer = await partners.north.active(ana.account, False)
    elif door == "put":
        body = {"schemas": [USER], "userName": ANA, "active": False}
        answer = await partners.north.ask("PUT", f"/Users/{ana.account}", body)
    else:
        answer = await partners.north.ask("DELETE", f"/Users/{ana.account}")
    assert answer.status_code == (204 if door == "delete" else 200)
    ended = "closed" if door == "delete" else "suspended"
    assert await partners.statuses(ana.account) == sorted(["confirmed", ended, ended])
    [user] = await partners.south.find(ANA)
    assert user["active"] is True
    assert await partners.world.conn.fetchval("SELECT status FROM guard.account") == "active"


async def test_directory_that_does_not_say_active_takes_nothing_away(partners: Partners) -> None:
    ana = await partners.agent("North", ANA)
    answer = await partners.north.ask("PUT", f"/Users/{ana.account}", {"schemas": [USER], "userName": ANA})
    assert (answer.status_code, answer.json()["active"]) == (200, True)
    assert await partners.statuses(ana.account) == ["confirmed"]


async def test_leaver_not_yet_admitted_loses_what_was_under_way(partners: Partners) -> None:
    ana = await partners.agent("North", ANA, habilitation_status="approved")
    assert (await partners.north.active(ana.account, False)).status_code == 200
    assert await partners.statuses(ana.account) == ["closed"]


async def test_thief_of_a_token_suspends_no_more_than_a_machine_may_and_the_others_wait_for_a_person(
    partners: Partners,
) -> None:
    accounts = await partners.crowd("North", 6)
    answers = [await partners.north.active(account, False) for account in accounts]
    allowed = allowance(POLICY.sweeps.machine, 6)
    assert [answer.status_code for answer in answers] == [200] * allowed + [202] * (6 - allowed)
    assert [answer.json()["active"] for answer in answers] == [False] * allowed + [True] * (6 - allowed)
    for number, account in enumerate(accounts):
        assert await partners.statuses(account) == ["suspended" if number < allowed else "confirmed"]
    rows = await partners.rows("leaver")
    assert sorted(row["status"] for row in rows) == ["done"] * allowed + ["waiting"] * (6 - allowed)
    again = [await partners.north.active(account, False) for account in accounts]
    assert [answer.status_code for answer in again] == [answer.status_code for answer in answers]
    assert len(await partners.rows("leaver")) == len(rows)


async def test_thief_who_deletes_past_the_limit_hides_nobody(partners: Partners) -> None:
    accounts = await partners.crowd("North", 4)
    answers = [await partners.north.ask("DELETE", f"/Users/{account}") for account in accounts]
    assert [answer.status_code for answer in answers] == [204, 204, 202, 202]
    assert [answer.content for answer in answers] == [b""] * 4
    listed = (await partners.north.ask("GET", "/Users")).json()["Resources"]
    assert sorted(user["id"] for user in listed) == sorted(accounts[2:])
    assert all(user["active"] for user in listed)


async def test_thief_sends_everybody_away_at_once_from_many_connections_and_stays_within_the_limit(
    partners: Partners,
) -> None:
    accounts = await partners.crowd("North", 8)
    answers = await asyncio.gather(*(partners.north.active(account, False) for account in accounts))
    assert sorted(answer.status_code for answer in answers) == [200] * allowance(POLICY.sweeps.machine, 8) + [202] * 6
    rows = await partners.rows("leaver")
    assert sum(row["status"] == "done" for row in rows) == allowance(POLICY.sweeps.machine, 8)


async def test_thief_who_holds_every_offices_token_stops_at_twenty_an_hour_over_the_network(
    partners: Partners,
) -> None:
    world = partners.world
    now = await world.now()
    others = await partners.crowd("South", 2)
    for number in range(POLICY.sweeps.machine.hourly - 1):
        await world.insert(
            "leaver", id=str(uuid4()), account=others[0], organisation=world.offices["South"], source="hr",
            status="done", created_at=now, decided_at=now - timedelta(minutes=number), decided_by=None,
        )  # fmt: skip
    one, other = await partners.crowd("North", 2)
    assert (await partners.north.active(one, False)).status_code == 200
    assert (await partners.north.active(other, False)).status_code == 202


async def test_thief_deletes_whom_people_suspended_and_the_way_back_stays(partners: Partners) -> None:
    ana = await partners.agent("North", ANA, habilitation_status="suspended")
    assert (await partners.north.ask("DELETE", f"/Users/{ana.account}")).status_code == 204
    assert (await partners.north.ask("GET", f"/Users/{ana.account}")).status_code == 404
    assert await partners.statuses(ana.account) == ["suspended"]
    assert await partners.rows("leaver") == []


@pytest.mark.parametrize("role", ["approver", "security-officer"])
async def test_thief_sends_away_who_watches_over_others_and_a_person_is_asked_first(
    partners: Partners, role: str
) -> None:
    watcher = await partners.agent("North", ANA, role)
    manager = await partners.agent("North", "manager@north.example", "account-manager")
    assert (await partners.north.active(watcher.account, False)).status_code == 202
    assert (await partners.north.active(manager.account, False)).status_code == 200
    assert await partners.statuses(watcher.account) == ["confirmed"]
    assert await partners.statuses(manager.account) == ["suspended"]


async def test_leavers_of_yesterday_leave_room_today(partners: Partners) -> None:
    world = partners.world
    accounts = await partners.crowd("North", 4)
    for account in accounts[:2]:
        assert (await partners.north.active(account, False)).status_code == 200
    assert (await partners.north.active(accounts[2], False)).status_code == 202
    before = await world.now() - timedelta(hours=25)
    for row in await partners.rows("leaver"):
        await world.amend(
            "leaver", row["id"], decided_at=before, **({} if row["decided_at"] else {"status": "dismissed"})
        )
    assert (await partners.north.active(accounts[2], False)).status_code == 200


async def test_person_deleted_who_gets_access_again_is_seen_again_and_can_leave_again(partners: Partners) -> None:
    world, ana = partners.world, await partners.agent("North", ANA)
    assert (await partners.north.ask("DELETE", f"/Users/{ana.account}")).status_code == 204
    assert (await partners.north.ask("GET", f"/Users/{ana.account}")).status_code == 404
    assert await partners.north.find(ANA) == []
    assert await partners.statuses(ana.account) == ["closed"]
    await world.habilitation(ana.account, world.offices["North"], "adviser", status="probation")
    assert [user["id"] for user in await partners.north.find(ANA)] == [ana.account]
    assert (await partners.north.active(ana.account, False)).status_code == 200
    assert await partners.statuses(ana.account) == ["closed", "suspended"]


async def test_former_agent_told_of_again_is_asked_for_and_sees_no_address_learnt_elsewhere_since(
    partners: Partners,
) -> None:
    ana = await partners.agent("North", ANA)
    await partners.world.habilitation(ana.account, partners.world.offices["South"], "adviser")
    await partners.north.ask("DELETE", f"/Users/{ana.account}")
    answer = await partners.north.tell(ANA, name={"givenName": "Told"})
    user = answer.json()
    assert (answer.status_code, user["id"], user["active"]) == (201, ana.account, False)
    assert user["name"] == {"givenName": "Told"}
    assert await partners.statuses(ana.account) == ["closed", "confirmed"]
    [row] = await partners.rows("admission")
    assert str(row["account"]) == ana.account


async def test_leaver_who_waits_is_met_by_a_manager_among_departures_and_leaves_when_confirmed(
    partners: Partners,
) -> None:
    accounts = await partners.crowd("North", 4)
    manager = await partners.agent("North", "manager@north.example", "account-manager")
    stranger = await manager_of(partners, "South")
    for account in accounts:
        await partners.north.active(account, False)
    waiting = (await post(partners, manager, "leavers/list", {})).json()["rows"]
    assert {(row["account"], row["source"]) for row in waiting} == {(account, "scim") for account in accounts[2:]}
    gone, stays = waiting
    assert await code(partners, stranger, "leavers/confirm", {"leaver": gone["leaver"]}) == "unknown-colleague"
    assert await code(partners, manager, "leavers/confirm", {"leaver": gone["leaver"]}) == "done"
    assert await code(partners, manager, "leavers/dismiss", {"leaver": stays["leaver"]}) == "done"
    assert not set(await partners.statuses(gone["account"])) & {"confirmed", "probation"}
    assert await partners.statuses(stays["account"]) == ["confirmed"]
    users = {user["id"]: user["active"] for user in (await partners.north.ask("GET", "/Users")).json()["Resources"]}
    assert users.get(gone["account"], False) is False
    assert users[stays["account"]] is True
