"""The drill of incident 1: an adviser's account is hijacked, and everything it can reach is asked for, for a day.

The scene is pessimistic. The adviser works in a large office and helps at the reception of another one; the attacker
signs in again whenever a session ends; he knows the identifier of every person of the network and the NIR of
everybody outside the two offices, as if an earlier theft had given them to him. What he is after is the files.
"""

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import asyncpg

from beffroi.core import policy_file
from beffroi.core.policy import SEARCH, Policy
from beffroi.simulation.agents import Agent
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill.ablation import Ablation
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.mining import Loot, Vein
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.stage import Clockwork, Stage, hijack, prepare
from beffroi.simulation.drill.wire import Hijacked, Reply, Wires
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.personas import BY_LOGIN, OFFICE, OTHER_OFFICE
from beffroi.simulation.population import Population

PEOPLE: Final = 2_400
VICTIM: Final = "julien.petit"
"""An invented adviser of one invented office, at the reception of another."""
ADVISES, RECEIVES = OTHER_OFFICE, OFFICE
AGENTS: Final = {ADVISES: 24, RECEIVES: 5}
"""Confirmed agents of the two offices: where accounts are the narrower wall, and where the office's share is."""
ABLATIONS: Final = (
    missing.RELATIONS, missing.ACCOUNT, missing.SHARE, missing.SEARCH, missing.GLASS, missing.EVERYTHING,
)  # fmt: skip
HOURS: Final = 23
"""Of the simulated day: the shortest day of Europe/Paris has no more, and every budget is spent before."""
GROUPS: Final = ["identity", "contact", "nir", "agency_id", "situation", "followup"]
GUESSES: Final = 400


@dataclass(frozen=True, slots=True)
class Targets:
    """Ids of people by what they are to the adviser, and the NIRs known of those elsewhere."""

    own: tuple[str, ...]
    office: tuple[str, ...]
    reception: tuple[str, ...]
    elsewhere: tuple[str, ...]
    nirs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What one attack brought. ``journaled`` are the people whom the guard's journal names for this account."""

    people_read: int
    unjournaled: int
    falsely_journaled: int
    answers: dict[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """What questions alone brought in an hour: how many were answered, how many ids the answers told apart."""

    answered: int
    ids_confirmed: int


def targets_of(stage: Stage) -> Targets:
    """Everybody, sorted by relation to the victim."""
    own, office, reception, elsewhere, nirs = [], [], [], [], []
    for person, relations in stage.records:
        follower = next((one for one in relations if one.kind == FOLLOWED), None)
        code = None if follower is None else follower.organisation_code
        if follower is not None and follower.referent_login == VICTIM:
            own.append(person.id)
        elif code == ADVISES:
            office.append(person.id)
        elif code == RECEIVES:
            reception.append(person.id)
        else:
            elsewhere.append(person.id)
            if person.nir:
                nirs.append((person.nir, person.id))
    return Targets(tuple(own), tuple(office), tuple(reception), tuple(elsewhere), tuple(nirs))


def bound(policy: Policy, portfolio: int, agents: tuple[int, int]) -> int:
    """Most people in one day, from the policy alone: the portfolio, the budgets elsewhere, each office's share.

    Searches may be made for either office: the worst split counts. Break-glass opens only people found by a search
    the same day, who are counted already.
    """
    law, caps = policy.organisation, {code: budget.day for code, budget in policy.buckets.items()}
    shares = [max(law.floor, law.per_agent * count) * law.account_share // 100 for count in agents]
    office, reception, search = (caps[bucket] for bucket in ("office", "reception", SEARCH))  # type: ignore[index]
    elsewhere = max(
        min(office + here, shares[0]) + min(reception + search - here, shares[1]) for here in range(search + 1)
    )
    return min(portfolio, caps["portfolio"]) + elsewhere  # type: ignore[index]


def drill(scratch: Scratch, people: int = PEOPLE, ablations: Sequence[Ablation] = ABLATIONS) -> dict[str, Any]:
    """Play the attack with every protection, then with each one missing; the report, JSON-ready.

    ``failures`` says in words what makes the drill fail; empty when it passed.
    """
    policy = policy_file.load_default()
    with scratch.empty() as origin:
        stage = prepare(scratch, origin, Population(people), confirmed_agents=AGENTS)
        targets = targets_of(stage)
        runs = {}
        for one in (missing.NONE, *ablations):
            with scratch.copy(origin) as database, served(database, scratch.folder, stage.key_file, one) as port:
                runs[one.name] = asyncio.run(_attack(database, port, stage, targets))
        asked = {}
        for one in (missing.NONE, missing.QUESTIONS):
            with scratch.copy(origin) as database, served(database, scratch.folder, stage.key_file, one) as port:
                asked[one.name] = asyncio.run(_ask(database, port, stage, targets))
    whole = runs.pop(missing.NONE.name)
    limit = bound(policy, len(targets.own), (AGENTS[ADVISES], AGENTS[RECEIVES]))
    report: dict[str, Any] = {
        "drill": "adviser",
        "people_read": whole.people_read,
        "bound": limit,
        "ablations": {name: run.people_read for name, run in runs.items()},
        "population": people,
        "portfolio": len(targets.own),
        "period": "one day of Europe/Paris; any sliding 24 hours may hold two such days' budgets",
        "answers": {str(status): count for status, count in sorted(whole.answers.items())},
        "questions": {
            "answered_in_an_hour": asked[missing.NONE.name].answered,
            "bound": policy.questions_per_hour,
            "without_limit": asked[missing.QUESTIONS.name].answered,
        },
        "ids_confirmed": asked[missing.NONE.name].ids_confirmed,
        "unjournaled": whole.unjournaled,
        "falsely_journaled": whole.falsely_journaled,
    }
    return report | {"failures": failures(report)}


def failures(report: dict[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found = []
    read = report["people_read"]
    if read == 0:
        found.append("the attacker read nobody: the attack itself does not work")
    if read > report["bound"]:
        found.append(f"{read} people read, {report['bound']} at most were announced")
    for name, without in report["ablations"].items():
        if without <= read:
            found.append(f"without {name} no more people are read: either it protects nothing or the attack is blind")
    questions = report["questions"]
    if not questions["answered_in_an_hour"] <= questions["bound"] < questions["without_limit"]:
        found.append("the limit of questions is not what it was announced to be")
    for what in ("ids_confirmed", "unjournaled", "falsely_journaled"):
        if report[what]:
            found.append(f"{what}: {report[what]}")
    return found


async def _attack(database: ScratchDatabase, port: int, stage: Stage, targets: Targets) -> Run:
    """A day, hour by hour, from many connections at once."""
    agent = BY_LOGIN[VICTIM]
    memberships = {membership.organisation_code: membership for membership in agent.memberships}
    loot = Loot()
    conn = await asyncpg.connect(database.guard)
    try:
        async with Wires(port) as wires:
            token = await wires.token(stage.application_key(), f"http://127.0.0.1:{port}/v1/token")
            thief = _Thief(wires, token, targets)
            clock = await Clockwork.at_next_midnight(conn)
            for hour in range(HOURS):
                await clock.set(timedelta(hours=hour))
                # A session ends after half an hour of idleness and ten hours in all: he signs in again.
                thief.adviser = await hijack(conn, stage, agent, memberships[ADVISES])
                thief.reception = await hijack(conn, stage, agent, memberships[RECEIVES])
                await thief.hour(loot)
        named = await _journaled(conn, agent)
        return Run(
            len(loot.people),
            len(loot.people - named),
            len(named - loot.people),
            dict(loot.answers),
        )
    finally:
        await conn.close()


async def _journaled(conn: "asyncpg.Connection", agent: Agent) -> set[str]:
    rows = await conn.fetch(
        "SELECT DISTINCT person FROM guard.journal WHERE account = $1 AND kind IN ('released', 'found')", agent.id
    )
    return {str(row["person"]) for row in rows if row["person"] is not None}


class _Thief:
    """What is asked, with which session."""

    def __init__(self, wires: Wires, token: str, targets: Targets) -> None:
        self._wires, self._token, self._targets = wires, token, targets
        self.adviser = self.reception = Hijacked("", "")
        self._lists = deque([("portfolio", page) for page in (1, 2, 3)] + [("organisation", 1)])
        self._veins: list[Vein[Any]] = [
            Vein(deque(targets.own), self._open, _opened, _itself),
            Vein(deque(targets.office), self._open, _opened, _itself),
            Vein(deque(targets.nirs), self._find, _matched, _behind),
            Vein(deque(targets.elsewhere), self._open, _opened, _itself),
            Vein(deque(targets.reception), self._receive, _opened, _itself),
        ]
        self._found: Vein[str] = Vein(deque(), self._break, _opened)
        self._seen: set[str] = set()
        self._unsought = Vein(deque(reversed(targets.elsewhere)), self._break, _opened, _itself)

    async def hour(self, loot: Loot) -> None:
        """All that can be got before the next hour."""
        at_once = max(1, self._wires.connections // len(self._veins))
        if self._lists:
            listing = Vein(self._lists, self._list, _listed)
            await listing.mine(loot, 2)
        await asyncio.gather(*[vein.mine(loot, at_once) for vein in self._veins])
        found = (loot.people & set(self._targets.elsewhere)) - self._seen
        self._seen |= found
        self._found.targets.extend(sorted(found))
        await self._found.mine(loot, at_once)
        await self._unsought.mine(loot, at_once)

    async def ask(self) -> Asked:
        """Ask "may I?" for real and for invented ids, then search for people nobody knows, as often as answered."""
        real = [await self._may(person) for person in self._targets.elsewhere[:20]]
        invented = {await self._may(f"00000000-0000-4000-8000-{number:012d}") for number in range(len(real))}
        if {reply.status for reply in (*real, *invented)} != {200}:
            raise RuntimeError("the evaluation endpoint does not answer the question as it is put")
        replies = await asyncio.gather(*[self._guess(number) for number in range(GUESSES)])
        answered = sum(reply.status != 429 for reply in (*real, *replies)) + len(real)
        return Asked(answered, sum(answer not in invented for answer in real))

    async def _may(self, person: str) -> Reply:
        body = {
            "subject": {"type": "account", "id": BY_LOGIN[VICTIM].id},
            "action": {"name": "open"},
            "resource": {"type": "person", "id": person},
            "context": {"purpose": "follow-up", "groups": ["identity"]},
        }
        return await self._post("/access/v1/evaluation", body, self.adviser)

    async def _guess(self, number: int) -> Reply:
        body = {"purpose": "follow-up", "by": "email", "value": f"personne.{number}@nulle-part.example"}
        return await self._post("/v1/find", body, self.adviser)

    async def _post(self, path: str, body: object, session: Hijacked) -> Reply:
        return await self._wires.send("POST", path, session.headers(self._token), json.dumps(body).encode())

    async def _open(self, person: str) -> Reply:
        body = {"person": person, "purpose": "follow-up", "groups": GROUPS}
        return await self._post("/v1/open", body, self.adviser)

    async def _receive(self, person: str) -> Reply:
        body = {"person": person, "purpose": "reception", "groups": ["identity"]}
        return await self._post("/v1/open", body, self.reception)

    async def _break(self, person: str) -> Reply:
        glass = {"reason": "emergency", "text": "La personne est à l’accueil et ne peut attendre."}
        body = {"person": person, "purpose": "follow-up", "groups": GROUPS, "break_glass": glass}
        return await self._post("/v1/open", body, self.adviser)

    async def _find(self, target: tuple[str, str]) -> Reply:
        return await self._post("/v1/find", {"purpose": "follow-up", "by": "nir", "value": target[0]}, self.adviser)

    async def _list(self, target: tuple[str, int]) -> Reply:
        body = {"purpose": "follow-up", "scope": target[0], "order": "recent", "page": target[1], "size": 50}
        return await self._post("/v1/list", body, self.adviser)


def _itself(target: str) -> str:
    return target


def _behind(target: tuple[str, str]) -> str:
    return target[1]


def _opened(target: str, reply: Reply) -> Iterable[str]:
    return (target,) if reply.json["person"]["fields"] else ()


def _matched(target: tuple[str, str], reply: Reply) -> Iterable[str]:
    return [match["person"] for match in reply.json["matches"]]


def _listed(target: tuple[str, int], reply: Reply) -> Iterable[str]:
    return [row["id"] for row in reply.json["rows"] if not row.get("masked")]


async def _ask(database: ScratchDatabase, port: int, stage: Stage, targets: Targets) -> Asked:
    agent = BY_LOGIN[VICTIM]
    conn = await asyncpg.connect(database.guard)
    try:
        async with Wires(port) as wires:
            token = await wires.token(stage.application_key(), f"http://127.0.0.1:{port}/v1/token")
            thief = _Thief(wires, token, targets)
            thief.adviser = await hijack(conn, stage, agent, agent.memberships[0])
            return await thief.ask()
    finally:
        await conn.close()
