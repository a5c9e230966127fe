"""/v1/consultations and /v1/journal: who sees which entries, what they say, and nothing to anybody else."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard.sealing import proving
from beffroi.guard.settings import Log
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import Guard, pretty
from tests.guard.exposure.test_doors import named
from tests.guard.sealing.place import Place
from tests.guard.world import AgentOfTest

PATHS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("/v1/consultations", {"by": "account"}), ("/v1/journal/entries", {}), ("/v1/journal/entry", {"entry": 1}),
    ("/v1/journal/proof", {"entry": 1}),
)  # fmt: skip


async def ask(guard: Guard, agent: AgentOfTest, path: str, **body: Any) -> Any:
    answer = await guard.post(agent, path, body)
    assert answer.status_code == 200, pretty(answer)
    return answer.json()


async def opened(guard: Guard, office: str, agent: AgentOfTest, people: int) -> list[PersonId]:
    """People of that office, each opened once."""
    found = []
    for _ in range(people):
        person = await guard.world.person(guard.world.offices[office], referent=agent)
        answer = await guard.open(agent, person)
        assert answer.status_code == 200, pretty(answer)
        found.append(person)
    return found


def code(answer: httpx.Response) -> Any:
    return answer.json()["code"]


async def test_security_officer_of_an_office_sees_its_last_hour_and_none_of_another(guard: Guard) -> None:
    north, south = await named(guard.world, "North", "Ana"), await named(guard.world, "South", "Bea")
    mine = await named(guard.world, "North", "Max", "security-officer")
    other = await named(guard.world, "South", "Zoe", "security-officer")
    people = await opened(guard, "North", north, 3)
    await guard.open(north, people[0])
    await opened(guard, "South", south, 1)
    live = await ask(guard, mine, "/v1/consultations", by="account")
    assert [(row["id"], row["name"], row["in_hour"], row["people"]) for row in live["rows"]] == [
        (north.account, "Ana Petit", 4, 3)
    ]
    assert live["rows"][0]["fullest"]["spent"] == 3
    assert (sum(live["minutes"]), len(live["minutes"]), live["total"]) == (4, 60, 1)
    live = await ask(guard, other, "/v1/consultations", by="organisation")
    assert [(row["id"], row["name"], row["in_hour"]) for row in live["rows"]] == [
        (guard.world.offices["South"], "South", 1)
    ]
    assert sum(live["minutes"]) == 1


async def test_security_officer_of_the_network_sees_every_office_application_and_account(guard: Guard) -> None:
    await guard.world.organisation("Network", "network")
    root = await named(guard.world, "Network", "Iris", "security-officer")
    north, south = await named(guard.world, "North", "Ana"), await named(guard.world, "South", "Bea")
    await opened(guard, "North", north, 2)
    await opened(guard, "South", south, 1)
    by = {
        one: [(row["name"], row["people"]) for row in (await ask(guard, root, "/v1/consultations", by=one))["rows"]]
        for one in ("organisation", "account", "application")
    }
    assert by == {
        "organisation": [("North", 2), ("South", 1)],
        "account": [("Ana Petit", 2), ("Bea Petit", 1)],
        "application": [("Cases", 3)],
    }


async def test_security_officer_sees_consultations_leave_the_hour_and_stay_in_the_journal(guard: Guard) -> None:
    north, mine = (
        await named(guard.world, "North", "Ana"),
        await named(guard.world, "North", "Max", "security-officer"),
    )
    await opened(guard, "North", north, 2)
    now = await guard.world.now()
    assert sum((await ask(guard, mine, "/v1/consultations"))["minutes"]) == 2
    found = await ask(guard, mine, "/v1/journal/entries", kind="released")
    assert len(found["rows"]) == 2
    later = (now + timedelta(hours=2)).isoformat()
    found = await ask(guard, mine, "/v1/journal/entries", kind="released", from_at=later, until_at=later)
    assert found["rows"] == []


async def test_security_officer_reads_the_journal_by_page_and_each_entry_once(guard: Guard) -> None:
    north, mine = (
        await named(guard.world, "North", "Ana"),
        await named(guard.world, "North", "Max", "security-officer"),
    )
    people = await opened(guard, "North", north, 3)
    for _ in range(20):
        for person in people:
            await guard.open(north, person)
    numbers: list[int] = []
    before = None
    while True:
        page = await ask(guard, mine, "/v1/journal/entries", account=north.account, kind="released", before=before)
        numbers += [row["entry"] for row in page["rows"]]
        before = page["before"]
        if before is None:
            break
    kept = await guard.entries("released")
    assert numbers == sorted((row["entry"] for row in kept), reverse=True)
    assert len(numbers) == 63


async def test_security_officer_opens_one_entry_of_his_own_office_and_none_of_another(guard: Guard) -> None:
    north = await named(guard.world, "North", "Ana")
    mine = await named(guard.world, "North", "Max", "security-officer")
    other = await named(guard.world, "South", "Zoe", "security-officer")
    (person,) = await opened(guard, "North", north, 1)
    (row,) = await guard.entries("released")
    entry = await ask(guard, mine, "/v1/journal/entry", entry=row["entry"])
    assert (entry["person"], entry["account_name"], entry["organisation_name"], entry["groups"]) == (
        person, "Ana Petit", "North", ["identity"],
    )  # fmt: skip
    refused = await guard.post(other, "/v1/journal/entry", {"entry": row["entry"]})
    unknown = await guard.post(mine, "/v1/journal/entry", {"entry": row["entry"] + 1_000_000})
    assert (refused.status_code, code(refused)) == (unknown.status_code, code(unknown)) == (404, "not-found")
    page = await ask(guard, other, "/v1/journal/entries", organisation=guard.world.offices["North"])
    assert page["rows"] == []


async def test_security_officer_is_given_the_proof_of_an_entry_of_his_own_office_and_of_no_other(
    guard: Guard, fresh: FreshDatabase, tmp_path: Path
) -> None:
    north = await named(guard.world, "North", "Ana")
    mine = await named(guard.world, "North", "Max", "security-officer")
    other = await named(guard.world, "South", "Zoe", "security-officer")
    (person,) = await opened(guard, "North", north, 1)
    (row,) = await guard.entries("released")
    number = row["entry"]
    waiting = {"entry": number, "standing": "waiting", "origin": "", "size": 0, "index": None, "proof": None}
    assert await ask(guard, mine, "/v1/journal/proof", entry=number) == waiting, "no log is kept"
    journal = await Place(tmp_path / "journal", fresh, guard.world.keys).open()
    guard.services.settings = replace(guard.services.settings, log=Log(journal.signer.key, journal.store.path))
    assert await ask(guard, mine, "/v1/journal/proof", entry=number) == waiting
    await journal.seal()
    given = await ask(guard, mine, "/v1/journal/proof", entry=number)
    assert (given["standing"], given["origin"], given["index"]) == ("proven", journal.signer.key.name, number - 1)
    proven = proving.read(given["proof"].encode(), journal.trust)
    assert not isinstance(proven, str)
    assert (proven.row.entry, str(proven.row.person), proven.told.size) == (number, person, given["size"])
    refused = await guard.post(other, "/v1/journal/proof", {"entry": number})
    unknown = await guard.post(mine, "/v1/journal/proof", {"entry": number + 1_000_000})
    assert (refused.status_code, code(refused)) == (unknown.status_code, code(unknown)) == (404, "not-found")
    (journal.store.path / "checkpoint").write_bytes(b"nonsense")
    assert (await ask(guard, mine, "/v1/journal/proof", entry=number))["standing"] == "unreadable"
    await journal.close()


@pytest.mark.parametrize("role", ["adviser", "account-manager", "approver", "quality-officer"])
async def test_i05_nobody_but_a_security_officer_watches_consultations(guard: Guard, role: str) -> None:
    reader = await named(guard.world, "North", "Ana", role)
    security = await named(guard.world, "North", "Max", "security-officer")
    await opened(guard, "North", await named(guard.world, "North", "Eva"), 1)
    for path, body in PATHS:
        refused = await guard.post(reader, path, body)
        assert (refused.status_code, code(refused)) == (403, "action-not-allowed")
    assert (await guard.post(security, *PATHS[0])).status_code == 200


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/consultations", {"by": "person"}, "by"),
        ("/v1/journal/entries", {"person": str(uuid4())}, "$"),
        ("/v1/journal/entries", {"account": "x"}, "account"),
        ("/v1/journal/entries", {"from_at": "2026-11-27T10:00:00"}, "from_at"),
        ("/v1/journal/entries", {"before": 0}, "before"),
        ("/v1/journal/entries", {"before": 1 << 63}, "before"),
        ("/v1/journal/entry", {"entry": -1}, "entry"),
        ("/v1/journal/entry", {}, "entry"),
        ("/v1/journal/proof", {"entry": 1 << 63}, "entry"),
        ("/v1/journal/proof", {"entry": 1, "person": str(uuid4())}, "$"),
    ],
)
async def test_security_officer_asks_wrongly_and_is_told_where(
    guard: Guard, path: str, body: dict[str, Any], field: str
) -> None:
    security = await named(guard.world, "North", "Max", "security-officer")
    answer = await guard.post(security, path, body)
    assert answer.status_code == 400, pretty(answer)
    assert field in str(answer.json()["errors"])


async def test_i16_forged_name_and_budget_are_not_shown_and_the_hour_still_is(guard: Guard) -> None:
    north, mine = (
        await named(guard.world, "North", "Ana"),
        await named(guard.world, "North", "Max", "security-officer"),
    )
    await opened(guard, "North", north, 1)
    assert (await ask(guard, mine, "/v1/consultations", by="account"))["rows"][0]["fullest"] is not None
    await guard.world.conn.execute("UPDATE guard.budget SET hour_cap = hour_cap + 1, day_cap = day_cap + 1")
    await guard.world.conn.execute(
        "UPDATE guard.account SET reviewed_until = 'infinity' WHERE id = $1", north.account
    )
    (row,) = (await ask(guard, mine, "/v1/consultations", by="account"))["rows"]
    assert (row["id"], row["in_hour"], row["name"], row["fullest"]) == (north.account, 1, None, None)
