"""/v1/inventory and /v1/inventory/account: who sees which accounts, in which order, and nobody else."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.guard.containing.cutting import contain
from beffroi.guard.exposure import trend
from beffroi.guard.vault.records import Agent, encode
from beffroi.guard.vault.sealing import owner_bytes, seal
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.world import AgentOfTest, World

WATCHERS = ["account-manager", "approver", "security-officer"]


async def named(world: World, office: str, name: str, role: str = "adviser", **changes: Any) -> AgentOfTest:
    """An agent whose personal data is sealed under the account's own key."""
    agent = await world.agent(world.offices[office], role, **changes)
    row: Any = await world.conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.account)
    owner = owner_bytes(agent.account)
    clear = encode(Agent(first_name=name, last_name="Petit", email="agent@example.org"))
    sealed = seal(world.keys.unwrap(row["wrapped_key"], row["epoch"], owner), owner, "agent", clear)
    await world.conn.execute("UPDATE guard.account SET personal = $1 WHERE id = $2", sealed, agent.account)
    return agent


async def listed(guard: Guard, by: AgentOfTest, **wanted: Any) -> Any:
    answer = await guard.post(by, "/v1/inventory", wanted)
    assert answer.status_code == 200, pretty(answer)
    return answer.json()


def ids(page: Any) -> set[str]:
    return {row["account"] for row in page["rows"]}


def code(answer: httpx.Response) -> Any:
    return answer.json()["code"]


@pytest.mark.parametrize("role", WATCHERS)
async def test_watcher_of_an_office_sees_its_accounts_and_none_of_another_office(guard: Guard, role: str) -> None:
    north, south = await named(guard.world, "North", "Ana"), await named(guard.world, "South", "Bea")
    mine, other = await named(guard.world, "North", "Max", role), await named(guard.world, "South", "Zoe", role)
    assert ids(await listed(guard, mine)) == {north.account, mine.account}
    assert ids(await listed(guard, other)) == {south.account, other.account}
    page = await listed(guard, mine, organisation=guard.world.offices["South"])
    assert (page["rows"], page["total"]) == ([], 0)
    assert [place["name"] for place in page["organisations"]] == ["North"]
    for by, about, status in ((mine, north, 200), (mine, south, 404), (other, south, 200), (other, north, 404)):
        answer = await guard.post(by, "/v1/inventory/account", {"account": about.account})
        assert answer.status_code == status, pretty(answer)
        assert status == 200 or "Petit" not in answer.text


async def test_watcher_of_the_network_sees_every_account_and_may_choose_an_office(guard: Guard) -> None:
    await guard.world.organisation("Network", "network")
    ana, bea = await named(guard.world, "North", "Ana"), await named(guard.world, "South", "Bea")
    root = await named(guard.world, "Network", "Iris", "security-officer")
    assert ids(await listed(guard, root)) == {ana.account, bea.account, root.account}
    page = await listed(guard, root, organisation=guard.world.offices["South"])
    assert [row["name"] for row in page["rows"]] == ["Bea Petit"]
    assert {place["name"] for place in page["organisations"]} == {"North", "South", "Network"}


async def test_who_acts_for_the_network_reads_how_many_each_office_follows_and_a_manager_of_one_its_own(
    guard: Guard,
) -> None:
    world = guard.world
    await world.organisation("Network", "network")
    for office, count in (("North", 7), ("South", 5), ("East", 3)):
        place = world.offices.get(office) or await world.organisation(office)
        for _ in range(count):
            await world.person(place)
    await world.person(world.offices["South"], kind="prescription")
    root = await named(world, "Network", "Iris", "network-administrator")
    answer = await guard.post(root, "/v1/inventory/followed", {})
    assert answer.status_code == 200, pretty(answer)
    # 15 less 7 and 5 would tell the three of East: the next smallest is withheld with them.
    assert answer.json()["total"] == 15
    assert [(row["name"], row["people"]) for row in answer.json()["rows"]] == [
        ("East", None), ("North", 7), ("South", None)
    ]  # fmt: skip
    north = await named(world, "North", "Max", "account-manager")
    told = (await guard.post(north, "/v1/inventory/followed", {})).json()
    assert (told["total"], [(row["name"], row["people"]) for row in told["rows"]]) == (7, [("North", 7)])
    assert code(await guard.post(root, "/v1/inventory/followed", {"organisation": north.organisation})) == "malformed"


@pytest.mark.parametrize("role", ["adviser", "receptionist", "quality-officer"])
async def test_i05_reader_of_files_sees_no_inventory_where_a_manager_of_the_office_does(
    guard: Guard, role: str
) -> None:
    reader = await named(guard.world, "North", "Ana", role)
    manager = await named(guard.world, "North", "Max", "account-manager")
    asked = (
        ("/v1/inventory", {}), ("/v1/inventory/account", {"account": reader.account}), ("/v1/inventory/followed", {})
    )  # fmt: skip
    for path, body in asked:
        assert (await guard.post(manager, path, body)).status_code == 200
        refused = await guard.post(reader, path, body)
        assert (refused.status_code, code(refused)) == (403, "action-not-allowed")
        assert "Petit" not in refused.text


async def test_manager_reads_all_that_there_is_to_know_of_an_account(guard: Guard) -> None:
    world = guard.world
    manager = await named(world, "North", "Max", "account-manager")
    approver = await named(world, "North", "Eve", "approver")
    child = await named(
        world, "North", "Ana", requested_by=manager.account, approved_by=approver.account, pools=[manager.account]
    )
    await world.habilitation(child.account, world.offices["South"], "receptionist")
    for _ in range(4):
        await world.person(world.offices["North"], referent=child)
    now = await world.now()
    await trend.record(world.conn, world.keys, world.policy, now - timedelta(days=1))
    row = next(row for row in (await listed(guard, manager))["rows"] if row["account"] == child.account)
    assert (row["name"], row["status"], row["contained"], row["elsewhere"]) == ("Ana Petit", "active", False, 1)
    assert [(one["organisation_name"], one["role"], one["kind"]) for one in row["memberships"]] == [
        ("North", "adviser", "reader")
    ]
    assert row["memberships"][0]["label"] == {"fr": "Conseiller", "en": "Adviser"}
    assert row["exposure"]["direct"] == [4, 4, 4] == row["exposure"]["unguarded"]
    assert [(one["direct"], one["through"]) for one in row["trend"]] == [(4, 0)]
    assert (row["requested_by"], row["approved_by"]) == (manager.account, approver.account)
    assert (row["pools"], row["line"], row["factors"]) == ([manager.account], 0, [])
    assert abs(datetime.fromisoformat(row["last_use"]) - now) < timedelta(minutes=5)
    assert {"attested_until", "reviewed_until", "created_at"} <= row.keys()

    line = (await guard.post(manager, "/v1/inventory/account", {"account": manager.account})).json()
    assert line["account"]["line"] == 1
    assert line["account"]["exposure"]["through"] == [4, 4, 4]
    assert [(one["account"], one["name"], one["requested_by"]) for one in line["made"]] == [
        (child.account, "Ana Petit", manager.account)
    ]
    assert (line["makers"], line["left_out"]) == ([], 0)
    line = (await guard.post(manager, "/v1/inventory/account", {"account": child.account})).json()
    assert [one["account"] for one in line["makers"]] == [manager.account, approver.account]


async def test_watcher_sees_whom_a_contained_line_cuts_and_no_other_account_as_contained(guard: Guard) -> None:
    world = guard.world
    network = await world.organisation("Network", kind="network")
    watcher = await world.agent(network, "security-officer")
    head = await named(world, "North", "Max", "account-manager")
    child = await named(world, "North", "Ana", requested_by=head.account)
    late = await named(world, "North", "Rui")
    await contain(world.conn, world.keys, world.policy, "line", head.account, reason="incident", operator="night")
    rows = {row["account"]: row for row in (await listed(guard, watcher))["rows"]}
    assert {account for account, row in rows.items() if row["contained"]} == {head.account, child.account}
    assert rows[child.account]["exposure"]["direct"] == [0, 0, 0]
    founder = await world.agent(network, "founder")
    await contain(world.conn, world.keys, world.policy, "line", founder.account, reason="incident", operator="night")
    rows = {row["account"]: row for row in (await listed(guard, watcher))["rows"]}
    assert (rows[founder.account]["contained"], rows[late.account]["contained"]) == (True, False)


async def test_watcher_sees_in_a_line_each_of_two_approvers_and_who_gave_a_role_to_an_account_that_was_there(
    guard: Guard,
) -> None:
    world = guard.world
    network = await world.organisation("Network", kind="network")
    watcher = await world.agent(network, "security-officer")
    manager, giver = [await named(world, "North", name, "account-manager") for name in ("Max", "Zoe")]
    first, last = [await world.agent(network, "approver") for _ in range(2)]
    child = await named(world, "North", "Ana", requested_by=manager.account, approved_by=last.account)
    given = await world.habilitation(child.account, world.offices["North"], "receptionist")
    now = await world.now()
    for id_, asker, people in ((child.habilitation, manager, (first, last)), (given, giver, (last,))):
        request = str(uuid4())
        await world.insert(
            "request", id=request, kind="access", requester=asker.account, beneficiary=None,
            organisation=world.offices["North"], digest=b"d" * 32, sealed=b"", needed=len(people), status="approved",
            created_at=now, expires_at=now, decided_at=now,
        )  # fmt: skip
        for one in people:
            await world.insert(
                "approval", id=str(uuid4()), request=request, approver=one.account, verdict="approve", factor=None,
                nonce=None, assertion=None, challenge=None, reason=None, at=now,
            )  # fmt: skip
        await world.insert(
            "origin", id=id_, request=request, requested_by=asker.account, approved_by=last.account, enrolled_by=None,
            proof=None, trained_at=None, begun_at=None, confirmed_by=None, confirmed_at=None,
        )  # fmt: skip
    line = (await guard.post(watcher, "/v1/inventory/account", {"account": child.account})).json()
    assert {one["account"] for one in line["makers"]} == {manager.account, giver.account, first.account, last.account}
    assert set(line["account"]["also"]) == {giver.account, first.account}
    for maker in (manager, giver, first, last):
        line = (await guard.post(watcher, "/v1/inventory/account", {"account": maker.account})).json()
        assert [one["account"] for one in line["made"]] == [child.account]


async def test_manager_sees_makers_of_another_office_without_their_names(guard: Guard) -> None:
    maker = await named(guard.world, "South", "Zoe", "account-manager")
    child = await named(guard.world, "North", "Ana", requested_by=maker.account)
    manager = await named(guard.world, "North", "Max", "account-manager")
    answer = await guard.post(manager, "/v1/inventory/account", {"account": child.account})
    (shown,) = answer.json()["makers"]
    assert (shown["account"], shown["name"], shown["memberships"]) == (maker.account, None, [])
    assert "Zoe" not in answer.text


async def test_manager_filters_and_sorts_each_way(guard: Guard) -> None:
    world = guard.world
    now = await world.now()
    manager = await named(world, "North", "Max", "account-manager", attested_until=now + timedelta(days=5))
    ana = await named(world, "North", "Ana", reviewed_until=now + timedelta(days=3))
    old = await named(world, "North", "Rui", created_at=now - timedelta(days=400))
    gone = await named(world, "North", "Eve")
    await world.amend("account", gone.account, status="suspended")
    for _ in range(3):
        await world.person(world.offices["North"], referent=ana)
    await world.habilitation(old.account, world.offices["South"], "training-staff")
    await world.conn.execute("DELETE FROM guard.session WHERE account = $1", old.account)
    assert ids(await listed(guard, manager, kind="manager")) == {manager.account}
    assert ids(await listed(guard, manager, status="suspended")) == {gone.account}
    assert ids(await listed(guard, manager, least=1)) == {ana.account, old.account}
    for order, first in (
        ("exposure", ana), ("attestation", manager), ("review", ana), ("last-use", old),
    ):  # fmt: skip
        rows = (await listed(guard, manager, order=order))["rows"]
        turned = (await listed(guard, manager, order=order, reverse=True))["rows"]
        assert rows[0]["account"] == first.account or order == "exposure"
        assert rows[0]["within_a_day"] == 3 or order != "exposure"
        assert turned[0]["account"] != first.account or order == "exposure"
    assert (await listed(guard, manager, order="created"))["rows"][-1]["account"] == old.account
    page = await listed(guard, manager, page=2, size=3)
    assert (len(page["rows"]), page["total"], page["page"], page["size"]) == (1, 4, 2, 3)


async def test_i16_manager_sees_an_account_that_was_forged_without_name_and_without_reach(guard: Guard) -> None:
    ana = await named(guard.world, "North", "Ana")
    manager = await named(guard.world, "North", "Max", "account-manager")
    await guard.world.person(guard.world.offices["North"], referent=ana)
    row = next(row for row in (await listed(guard, manager))["rows"] if row["account"] == ana.account)
    assert (row["name"], row["exposure"]["direct"]) == ("Ana Petit", [1, 1, 1])
    await guard.world.conn.execute("UPDATE guard.account SET mac = sha256(mac) WHERE id = $1", ana.account)
    row = next(row for row in (await listed(guard, manager))["rows"] if row["account"] == ana.account)
    assert (row["name"], row["exposure"]["direct"]) == (None, [0, 0, 0])


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/inventory", {"size": 101}),
        ("/v1/inventory", {"size": 0}),
        ("/v1/inventory", {"page": 0}),
        ("/v1/inventory", {"least": -1}),
        ("/v1/inventory", {"order": "name"}),
        ("/v1/inventory", {"kind": "everybody"}),
        ("/v1/inventory", {"organisation": "North"}),
        ("/v1/inventory", {"text": "Petit"}),
        ("/v1/inventory", []),
        ("/v1/inventory/account", {}),
        ("/v1/inventory/account", {"account": "ana"}),
        ("/v1/inventory/account", {"account": str(uuid4()), "line": True}),
    ],
)
async def test_manager_malformed_question_is_refused(guard: Guard, path: str, body: Any) -> None:
    manager = await named(guard.world, "North", "Max", "account-manager")
    answer = await guard.post(manager, path, body)
    assert (answer.status_code, code(answer)) == (400, "malformed")


async def test_manager_oversized_question_is_refused(guard: Guard) -> None:
    manager = await named(guard.world, "North", "Max", "account-manager")
    answer = await guard.post(manager, "/v1/inventory", {"organisation": "x" * 300_000})
    assert answer.status_code == 413


async def test_thief_replaying_a_handle_from_another_client_reads_nothing_and_ends_the_session(guard: Guard) -> None:
    manager = await named(guard.world, "North", "Max", "account-manager")
    assert (await guard.post(manager, "/v1/inventory", {})).status_code == 200
    stolen = await guard.post(manager, "/v1/inventory", {}, beffroi_client="thief")
    assert code(stolen) == "session-other-client"
    assert code(await guard.post(manager, "/v1/inventory", {})) == "session-ended"
    assert (await guard.post(manager, "/v1/inventory", {}, authorization="Bearer forged")).status_code == 401


@pytest.mark.parametrize("table", ["account", "habilitation", "organisation"])
async def test_i07_manager_who_may_no_longer_act_reads_no_inventory(guard: Guard, table: str) -> None:
    manager = await named(guard.world, "North", "Max", "account-manager")
    assert (await guard.post(manager, "/v1/inventory", {})).status_code == 200
    lost: dict[str, tuple[str, dict[str, object]]] = {
        "account": (manager.account, {"status": "suspended"}),
        "habilitation": (manager.habilitation, {"status": "suspended"}),
        "organisation": (manager.organisation, {"active": False}),
    }
    id_, changes = lost[table]
    await guard.world.amend(table, id_, **changes)
    answer = await guard.post(manager, "/v1/inventory", {})
    assert answer.status_code == 403, pretty(answer)


async def test_manager_with_a_weak_session_must_step_up_first(guard: Guard) -> None:
    world = guard.world
    manager = await named(world, "North", "Max", "account-manager")
    weak = await world.sign_in(
        manager.account, manager.habilitation, manager.organisation, "account-manager", level=2
    )
    answer = await guard.post(weak, "/v1/inventory", {})
    assert code(answer) == "step-up-required", pretty(answer)


async def test_managers_who_ask_at_once_each_get_the_whole_page(guard: Guard) -> None:
    manager = await named(guard.world, "North", "Max", "account-manager")
    for number in range(5):
        await named(guard.world, "North", f"Ana{number}")
    pages = await asyncio.gather(*[listed(guard, manager) for _ in range(6)])
    assert all(len(ids(page)) == 6 for page in pages)
