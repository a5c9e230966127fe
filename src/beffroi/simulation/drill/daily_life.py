"""A day of work through the doors, full of identifying values that logs, journal and tables might keep by mistake.

Everything a careless program would leak by is in it: values in searches, in free texts, in malformed bodies, in
addresses and headers of requests, in the token of a sign-in.
"""

import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

import asyncpg

from beffroi.core import casefile, policy_file
from beffroi.core.ids import ApplicationId
from beffroi.core.policy import Level
from beffroi.guard import turnstile
from beffroi.guard.sessions.beginning import SignedIn, begin
from beffroi.simulation.agents import Agent
from beffroi.simulation.drill.scratch import ScratchDatabase
from beffroi.simulation.drill.stage import APPLICATION, CLIENT, Stage
from beffroi.simulation.drill.wire import Hijacked, Reply, Wires
from beffroi.simulation.people import FOLLOWED, Person
from beffroi.simulation.personas import BY_LOGIN

WORKER: Final = "camille.moreau"
GROUPS: Final = ["identity", "contact", "nir", "agency_id", "situation", "followup", "training"]


async def play(database: ScratchDatabase, port: int, stage: Stage, newcomer: Person) -> Mapping[str, int]:
    """Sign in, read, search, write, break the glass, register ``newcomer``, mistype; the statuses of each door."""
    conn = await asyncpg.connect(database.guard)
    answers: Counter[str] = Counter()
    try:
        async with Wires(port, connections=4) as wires:
            token = await wires.token(stage.application_key(), f"http://127.0.0.1:{port}/v1/token")
            session = await _sign_in(conn, wires, token, stage, BY_LOGIN[WORKER])
            desk = _Desk(wires, session.headers(token), answers)
            own = [r.person for r in stage.records if any(x.referent_login == WORKER for x in r.relations)]
            others = [r.person for r in stage.records if not any(x.kind == FOLLOWED for x in r.relations)]
            others += [r.person for r in reversed(stage.records)]
            await desk.read(own[:30])
            await desk.search(own[:4] + others[:6])
            await desk.break_the_glass(others[:2])
            await desk.write(own[:3], newcomer)
            await desk.mistype(own[:3])
            return answers
    finally:
        await conn.close()


async def hand_over(
    conn: "asyncpg.Connection", stage: Stage, agent: Agent, state: str, cookie: str | None = None
) -> str:
    """The code with which the sign-in pages send a browser back; the session keeps the provider's token, sealed.

    ``cookie`` is what these pages left in that browser, where anything is asked of it afterwards.
    """
    held, policy = stage.keys(), policy_file.load_default()
    account = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", agent.id)
    assert account is not None, "the stage has its personas"
    claims = {"sub": agent.sub, "given_name": agent.first_name, "usual_name": agent.last_name, "email": agent.email}
    async with conn.transaction():
        await turnstile.take(conn)
        now: datetime = await conn.fetchval("SELECT guard.instant()")
        signed_in = SignedIn(
            account, ApplicationId(APPLICATION), Level.PASSKEY, now, state, cookie or secrets.token_urlsafe(32),
            f"header.{json.dumps(claims)}.signature", "{}",
        )  # fmt: skip
        return await begin(conn, held, policy.session, signed_in, policy.version)


async def _sign_in(conn: "asyncpg.Connection", wires: Wires, token: str, stage: Stage, agent: Agent) -> Hijacked:
    """A session begun by the sign-in pages and redeemed by the application."""
    state = secrets.token_urlsafe(32)
    code = await hand_over(conn, stage, agent, state)
    body = {"code": code, "client": CLIENT, "state": state}
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    reply = await wires.send("POST", "/v1/sessions", headers, json.dumps(body).encode())
    return Hijacked(reply.json["handle"], CLIENT)


class _Desk:
    """An agent at work."""

    def __init__(self, wires: Wires, headers: Mapping[str, str], answers: Counter[str]) -> None:
        self._wires, self._headers, self._answers = wires, headers, answers

    async def _send(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        reply = await self._wires.send(method, path, {**self._headers, **(headers or {})}, body)
        self._answers[f"{path.partition('?')[0] if path.startswith('/v1') else 'elsewhere'} {reply.status}"] += 1
        return reply

    async def _post(self, path: str, body: Any) -> Reply:
        return await self._send("POST", path, json.dumps(body, ensure_ascii=False).encode())

    async def read(self, people: Sequence[Person]) -> None:
        await self._post("/v1/list", {"purpose": "follow-up", "scope": "portfolio", "page": 1, "size": 25})
        for person in people:
            await self._post("/v1/open", {"person": person.id, "purpose": "follow-up", "groups": GROUPS})

    async def search(self, people: Sequence[Person]) -> None:
        for person in people:
            for by, value in (
                ("nir", person.nir),
                ("agency-id", person.agency_id),
                ("email", person.email),
                ("phone", person.phone),
            ):
                if value:
                    await self._post("/v1/find", {"purpose": "follow-up", "by": by, "value": value})
            name = {
                "last_name": person.last_name,
                "first_name": person.first_names.split(",")[0],
                "birth_date": person.birth_date.isoformat(),
            }
            await self._post("/v1/find", {"purpose": "follow-up", "by": "name", **name})

    async def break_the_glass(self, people: Sequence[Person]) -> None:
        for person in people:
            text = f"{person.first_names} {person.last_name}, {person.nir}, {person.phone}, {person.email}, attend."
            glass = {"reason": "emergency", "text": text}
            body = {"person": person.id, "purpose": "follow-up", "groups": GROUPS, "break_glass": glass}
            await self._post("/v1/open", body)

    async def write(self, people: Sequence[Person], newcomer: Person) -> None:
        for person in people:
            opened = await self._post("/v1/open", {"person": person.id, "purpose": "follow-up", "groups": GROUPS})
            followup = opened.json["person"]["fields"].get("followup", {})
            text = f"{person.first_names} {person.last_name}\n{person.notes}"
            note = {"at": casefile.written(datetime.now(UTC)), "text": text, "author": BY_LOGIN[WORKER].id}
            notes = {**followup, "notes": [*followup.get("notes", []), note]}
            fields = {"followup": notes, "contact": {"email": person.email or None, "city": person.city}}
            await self._post("/v1/update", {"person": person.id, "purpose": "follow-up", "fields": fields})
        identity = {
            "last_name": newcomer.last_name,
            "first_names": newcomer.first_names,
            "birth_date": newcomer.birth_date.isoformat(),
        }
        fields = {"identity": identity, "contact": {"email": newcomer.email or None, "phone": newcomer.phone or None}}
        await self._post("/v1/create", {"purpose": "follow-up", "fields": fields})

    async def mistype(self, people: Sequence[Person]) -> None:
        """Requests that are wrong, each with a value where a log might take it from."""
        for person in people:
            name = f"{person.first_names} {person.last_name}"
            await self._post("/v1/find", {"purpose": "follow-up", "by": "nir", "value": name})
            await self._post("/v1/find", {"purpose": "follow-up", "by": "name", name: person.nir})
            await self._post("/v1/open", {"person": person.email, "purpose": name, "groups": [person.nir]})
            await self._send("POST", "/v1/open", f'{{"person": "{name}", {person.nir}'.encode())
            await self._send("GET", f"/v1/find?value={quote(person.email)}&nir={person.nir}")
            await self._send("GET", f"/{quote(name)}/{person.nir}")
            await self._send("POST", "/v1/open", b"{}", {"accept-language": person.nir, "user-agent": person.email})
            await self._send(
                "POST", "/v1/open", b"{}", {"beffroi-session": person.email, "beffroi-client": person.nir}
            )
            fields = {"identity": {"last_name": person.last_name, "first_names": 1, "birth_date": person.nir}}
            await self._post("/v1/create", {"purpose": "follow-up", "fields": fields})
