"""People erased through two guards while everybody reads, writes and exports them: nothing is left, or comes back."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from beffroi.core.ids import PersonId
from beffroi.guard import stamped, turnstile
from beffroi.guard.applications.access_tokens import AccessTokens
from beffroi.guard.doors import finding
from beffroi.guard.erasing.one import erase_person
from beffroi.guard.journal import Entry
from beffroi.guard.personal.sessions import logout_sealer
from beffroi.guard.process import AREAS, build, build_app, close
from beffroi.guard.sessions.handles import digest, new_person_handle
from beffroi.guard.vault import blind
from beffroi.guard.vault.people import holding
from beffroi.guard.vault.records import Contact
from tests.databases import FreshDatabase
from tests.guard.doors.conftest import Guard, start
from tests.guard.erasing.test_carrying import EVERYTHING
from tests.guard.world import CASES, CLIENT, AgentOfTest

PEOPLE = 16
HANDS = 10
SPARED = 3
"""People whom nobody erases, so that every door still has somebody to serve at the end."""
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError)
AFTER = frozenset({"refused"})
"""What the journal may say of somebody erased: that somebody asked, and was refused."""


@dataclass
class Town:
    """Two guards over one database, an adviser, one of another office, a correspondent, people in their own space."""

    guards: list[Guard]
    ana: AgentOfTest
    bea: AgentOfTest
    dora: AgentOfTest
    random: Random
    secrets: dict[PersonId, str] = field(default_factory=dict)
    spaces: dict[PersonId, str] = field(default_factory=dict)
    gone: set[PersonId] = field(default_factory=set)
    told: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)

    @property
    def doors(self) -> dict[str, Callable[[Guard, PersonId], Awaitable[httpx.Response]]]:
        """What is done with one person, through one of the guards."""
        return {
            "open": self._open, "release": self._release, "list": self._list, "find": self._find,
            "glass": self._glass,
            "update": self._update, "invite": self._invite, "export": self._export, "write": self._write,
            "assign": self._assign, "space": self._space,
        }  # fmt: skip

    async def _open(self, guard: Guard, person: PersonId) -> httpx.Response:
        return await guard.open(self.ana, person, "identity", "contact")

    async def _release(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {"person": person, "purpose": "follow-up", "groups": ["identity"]}
        return await guard.post(self.ana, "/v1/release", body)

    async def _list(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {"purpose": "follow-up", "scope": "given", "people": [person]}
        return await guard.post(self.ana, "/v1/list", body)

    async def _find(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {"purpose": "follow-up", "by": "email", "value": f"{self.secrets[person]}@example.org"}
        return await guard.post(self.bea, "/v1/find", body)

    async def _glass(self, guard: Guard, person: PersonId) -> httpx.Response:
        glass = {"reason": "emergency", "text": "Au guichet, sans abri ce soir, sans papiers."}
        return await guard.open(self.bea, person, break_glass=glass)

    async def _update(self, guard: Guard, person: PersonId) -> httpx.Response:
        contact = {"email": f"{self.secrets[person]}@example.org", "city": secrets.token_hex(4)}
        body = {"person": person, "purpose": "follow-up", "fields": {"contact": contact}}
        return await guard.post(self.ana, "/v1/update", body)

    async def _invite(self, guard: Guard, person: PersonId) -> httpx.Response:
        return await guard.post(self.ana, "/v1/invitations/make", {"purpose": "follow-up", "person": person})

    async def _export(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {
            "purpose": "follow-up", "groups": ["identity", "contact"], "reason": "workshop", "people": [person],
        }  # fmt: skip
        return await guard.post(self.ana, "/v1/exports/alone", body)

    async def _write(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {"purpose": "follow-up", "subject": "call-back", "people": [person]}
        return await guard.post(self.ana, "/v1/notices/send", body)

    async def _assign(self, guard: Guard, person: PersonId) -> httpx.Response:
        body = {"purpose": "follow-up", "to": self.ana.account, "people": [person]}
        return await guard.post(self.ana, "/v1/relations/assign", body)

    async def _space(self, guard: Guard, person: PersonId) -> httpx.Response:
        headers = guard.headers(self.ana, beffroi_session=self.spaces[person])
        return await guard.http.post("/v1/person/file", json={}, headers=headers)

    async def reach(self, name: str, guard: Guard, person: PersonId) -> None:
        """Knock once; an answer about somebody who was gone before the question was sent must say nothing."""
        was_gone = person in self.gone
        answer = await self.reach_of(name, guard, person)
        self.told[f"{name} {answer.status_code} {'after' if was_gone else 'before'}"] += 1
        if was_gone and self.secrets[person] in answer.text:
            self.leaks.append(f"{name} of {person}: {answer.text}")

    async def reach_of(self, name: str, guard: Guard, person: PersonId) -> httpx.Response:
        """Knock once; what is answered."""
        return await self.doors[name](guard, person)

    async def hammer(self, stop: asyncio.Event) -> None:
        """Knock at any door of any guard about anybody."""
        people = list(self.secrets)
        while not stop.is_set():
            name, guard = self.random.choice(list(self.doors)), self.random.choice(self.guards)
            await self.reach(name, guard, self.random.choice(people))

    async def erase(self, people: list[PersonId]) -> None:
        """Through the door, as the person asks; or in steps as a list does, each killed half-way and taken again."""
        while people:
            guard = self.random.choice(self.guards)
            if self.random.random() < 0.5:
                person = people.pop()
                body = {"person": person, "purpose": "person-rights"}
                answer = await guard.post(self.dora, "/v1/erase", body)
                assert answer.status_code == 200, answer.text
                self.gone.add(person)
            else:
                step = [people.pop() for _ in range(min(4, len(people)))]
                with suppress(*LOST):
                    await self.step(guard, step, killed_after=self.random.randint(1, len(step)))
                await self.step(guard, step)
                self.gone |= set(step)
            await asyncio.sleep(0)

    async def step(self, guard: Guard, people: list[PersonId], killed_after: int | None = None) -> None:
        """One transaction of the worker's; its connection is ended after so many people."""
        async with guard.services.pool.acquire() as conn, conn.transaction():
            await turnstile.take(conn)
            now = await stamped.instant(conn)
            for done, person in enumerate(people, 1):
                await erase_person(conn, guard.world.keys, entry=Entry(now, "erased", person))
                if done == killed_after:
                    await guard.world.conn.execute("SELECT pg_terminate_backend($1)", conn.get_server_pid())


@pytest.fixture
async def town(fresh: FreshDatabase, tmp_path: Path) -> AsyncIterator[Town]:
    """Two guards of one key, policy and database."""
    world, first = await start(fresh, tmp_path)
    services = [first, await build(first.settings)]
    token = AccessTokens(first.keys.session).issue(CASES, "k1", (await world.now()).timestamp())
    guards = []
    for one in services:
        one.settings = replace(one.settings, person_application=CASES)
        transport = httpx.ASGITransport(app=build_app(one, AREAS), client=("203.0.113.9", 40000))
        guards.append(Guard(world, one, httpx.AsyncClient(transport=transport, base_url="https://g"), token))
    north, south = world.offices["North"], world.offices["South"]
    made = Town(
        guards, await world.agent(north), await world.agent(south),
        await world.agent(north, "data-protection-correspondent"), Random(5),
    )  # fmt: skip
    for _ in range(PEOPLE):
        secret = f"q{secrets.token_hex(8)}"
        contact = Contact(email=f"{secret}@example.org")
        person = await world.person(north, referent=made.ana, last_name=secret, contact=contact)
        made.secrets[person] = secret
        made.spaces[person] = await _space_of(made, person)
    yield made
    for guard, one in zip(guards, services, strict=True):
        await guard.http.aclose()
        await close(one)
    await world.conn.close()


async def _space_of(town: Town, person: PersonId) -> str:
    """The handle of a person whose identity was proven a moment ago."""
    world, id_, handle = town.guards[0].world, str(uuid4()), new_person_handle()
    now = await world.now()
    await world.insert(
        "person_session", id=id_, handle_hash=digest(handle), application=CASES, person=person,
        client_hash=digest(CLIENT), created_at=now, expires_at=now.replace(year=now.year + 1), seen_at=now,
        revoked_at=None, logout_hint=logout_sealer(world.keys).seal(b"token", bytes.fromhex(id_.replace("-", ""))),
    )  # fmt: skip
    return handle


async def test_i13_people_erased_racing_every_door_of_two_guards_leave_nothing_and_are_in_no_later_answer(
    town: Town,
) -> None:
    conn = town.guards[0].world.conn
    stop = asyncio.Event()
    hands = [asyncio.create_task(town.hammer(stop)) for _ in range(HANDS)]
    doors = set(town.doors)
    try:
        while {name.split()[0] for name in town.told if " 20" in name} < doors:  # noqa: ASYNC110 - the hands tell
            await asyncio.sleep(0)
        rows = {str(row["id"]): dict(row) for row in await conn.fetch("SELECT * FROM guard.person")}
        doomed = list(town.secrets)[SPARED:]
        await town.erase(doomed[:])
    finally:
        stop.set()
        await asyncio.gather(*hands)
    for name in doors:
        for person in doomed:
            await town.reach(name, town.random.choice(town.guards), person)
    assert town.leaks == []
    for line in await conn.fetch(
        "SELECT j.* FROM guard.journal j JOIN guard.journal e ON e.person = j.person AND e.kind = 'erased'"
        " AND j.entry > e.entry"
    ):
        assert line["kind"] in AFTER, dict(line)
    assert await conn.fetchval("SELECT count(*) FROM guard.journal WHERE kind = 'erased'") == len(doomed)
    spared = set(list(town.secrets)[:SPARED])
    assert {str(row["id"]) for row in await conn.fetch("SELECT id FROM guard.person")} == spared
    keys = {rows[person]["wrapped_key"].hex() for person in doomed}
    traces = keys | {str(rows[person]["blind_email"]) for person in doomed}
    for table in [row["name"] for row in await conn.fetch(EVERYTHING)]:
        held = " ".join(row[0] for row in await conn.fetch(f"SELECT t::text FROM guard.{table} t"))
        assert not [trace for trace in traces if trace in held], table
        if table not in ("journal", "erased"):
            assert not [person for person in doomed if person in held], table


@pytest.mark.parametrize("how", ["nobody", "erased", "merged away"])
async def test_i13_adviser_finds_somebody_who_goes_between_look_up_and_decision_is_told_of_nobody(
    town: Town, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    [guard, other], person = town.guards, next(iter(town.secrets))

    async def look_up(conn: Any, by: str, index: Any) -> list[PersonId]:
        found = await holding(conn, by, index)
        if how == "erased":
            await town.step(other, [person])
        elif how == "merged away":  # as merging leaves the file that went
            nothing = ", ".join(f"{column} = NULL" for column in blind.COLUMNS)
            await other.world.conn.execute(f"UPDATE guard.person SET {nothing} WHERE id = $1", person)
        return found

    monkeypatch.setattr(finding, "holding", look_up)
    answer = await town.reach_of("find", guard, person)
    assert answer.status_code == 200, answer.text
    told = [person] if how == "nobody" else []
    assert [match["person"] for match in answer.json()["matches"]] == told
    conn = guard.world.conn
    assert len(await guard.entries("found")) == len(told)
    assert await conn.fetchval("SELECT count(*) FROM guard.reach WHERE person = $1", person) == len(told)
    spent = "SELECT coalesce(sum(day_spent), 0)::int FROM guard.budget WHERE key LIKE 'account/%/search'"
    assert await conn.fetchval(spent) == len(told)
    glass = await town.reach_of("glass", guard, person)
    assert glass.status_code == (404 if how != "nobody" else 200), glass.text
