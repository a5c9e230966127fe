"""The drill of incident 2: the console's server is in the attacker's hands, its key, its database role, its sessions.

Everybody's session is live, all day, for thirty days, and no alert stops it: what is left is the application's
breaker, at the caps a new application starts with.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain, zip_longest
from typing import Any, Final

import asyncpg

from beffroi.core import policy_file
from beffroi.simulation.agents import ADVISER, Agent, Membership
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.mining import Loot, Vein
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.stage import CLIENT, Clockwork, Stage, hijack, prepare
from beffroi.simulation.drill.wire import Hijacked, Reply, Wires
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.population import Population

PEOPLE: Final = 2_400
DAYS: Final = 30
FIRST_DAY: Final = tuple(range(23))
OTHER_DAYS: Final = tuple(range(5))
"""Hours of the simulated day in which he asks: on the first, all of them; then until the day's cap is spent."""
GROUPS: Final = ["identity", "contact", "nir", "agency_id", "situation", "followup"]
Target = tuple[str, str]
"""A login whose session asks, and the person asked for."""


@dataclass(frozen=True, slots=True)
class Run:
    """People read in the first day and in all; answers that no session should have had."""

    first_day: int
    in_all: int
    unjournaled: int
    forged_sessions: int


def drill(scratch: Scratch, people: int = PEOPLE, days: int = DAYS) -> dict[str, Any]:
    """Play the attack with the application's breaker, then without; the report, JSON-ready."""
    policy = policy_file.load_default()
    caps = policy.application.newcomer
    with scratch.empty() as origin:
        stage = prepare(scratch, origin, Population(people), caps=caps)
        with (
            scratch.copy(origin) as database,
            served(database, scratch.folder, stage.key_file, missing.NONE) as port,
        ):
            whole = asyncio.run(_attack(database, port, stage, days))
            rows = asyncio.run(_read_as_console(database))
        one = missing.BREAKER
        with scratch.copy(origin) as database, served(database, scratch.folder, stage.key_file, one) as port:
            without = asyncio.run(_attack(database, port, stage, 1))
    report: dict[str, Any] = {
        "drill": "console-server",
        "people_read": whole.first_day,
        "bound": caps.day,
        f"people_read_{days}_days": whole.in_all,
        f"bound_{days}_days": min(caps.month, days * caps.day),
        "ablations": {one.name: without.first_day},
        "days": days,
        "population": people,
        "live_sessions": len(_advisers(stage)),
        "rows_read_as_the_console_role": rows,
        "forged_sessions": whole.forged_sessions,
        "unjournaled": whole.unjournaled,
    }
    return report | {"failures": failures(report)}


def failures(report: dict[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found, days = [], report["days"]
    if report["people_read"] == 0:
        found.append("the attacker read nobody: the attack itself does not work")
    for read, limit in (("people_read", "bound"), (f"people_read_{days}_days", f"bound_{days}_days")):
        if report[read] > report[limit]:
            found.append(f"{read} is {report[read]}, {report[limit]} at most were announced")
    for name, without in report["ablations"].items():
        if without <= report["people_read"]:
            found.append(f"without {name} no more people are read: either it protects nothing or the attack is blind")
    for what in ("rows_read_as_the_console_role", "forged_sessions", "unjournaled"):
        if report[what]:
            found.append(f"{what}: {report[what]}")
    return found


def _advisers(stage: Stage) -> dict[str, tuple[Agent, Membership]]:
    """Everybody who advises somewhere, by login."""
    return {
        agent.login: (agent, membership)
        for agent in stage.population.world.agents
        for membership in agent.memberships
        if membership.role == ADVISER
    }


def _targets(stage: Stage) -> tuple[list[Target], list[Target]]:
    """Each referent's own people; then the others of each office, dealt to its advisers in turn."""
    advisers = _advisers(stage)
    of_office: dict[str, list[str]] = {}
    for login, (_, membership) in advisers.items():
        of_office.setdefault(membership.organisation_code, []).append(login)
    own: dict[str, list[Target]] = {}
    others: dict[str, list[Target]] = {}
    for person, relations in stage.records:
        for relation in relations:
            if relation.kind != FOLLOWED:
                continue
            if relation.referent_login in advisers:
                own.setdefault(relation.referent_login, []).append((relation.referent_login, person.id))
            elif logins := of_office.get(relation.organisation_code):
                dealt = others.setdefault(relation.organisation_code, [])
                dealt.append((logins[len(dealt) % len(logins)], person.id))
    return _in_turn(own.values()), _in_turn(others.values())


def _in_turn(hands: Iterable[Sequence[Target]]) -> list[Target]:
    return [target for target in chain.from_iterable(zip_longest(*hands)) if target is not None]


async def _attack(database: ScratchDatabase, port: int, stage: Stage, days: int) -> Run:
    """Every session asks for everybody it may know, until the breaker stops the application."""
    own, others = _targets(stage)
    advisers = _advisers(stage)
    loot, sessions = Loot(), dict[str, Hijacked]()
    conn = await asyncpg.connect(database.guard)
    try:
        async with Wires(port) as wires:
            key, audience = stage.application_key(), f"http://127.0.0.1:{port}/v1/token"
            token = await wires.token(key, audience)
            clock = await Clockwork.at_next_midnight(conn)

            async def ask(target: Target) -> Reply:
                body = {"person": target[1], "purpose": "follow-up", "groups": GROUPS}
                headers = sessions[target[0]].headers(token)
                return await wires.send("POST", "/v1/open", headers, json.dumps(body).encode())

            veins = [Vein(deque(targets), ask, _opened, _behind) for targets in (own, others)]
            first_day = 0
            for day in range(days):
                for hour in FIRST_DAY if day == 0 else OTHER_DAYS:
                    await clock.set(timedelta(days=day, hours=hour))
                    for login, (agent, membership) in advisers.items():
                        sessions[login] = await hijack(conn, stage, agent, membership)
                    before = len(loot.people)
                    for vein in veins:
                        await vein.mine(loot, wires.connections)
                    if day and len(loot.people) == before:
                        break  # the day's cap, or the week's, is spent
                first_day = first_day or len(loot.people)
                token = await wires.token(key, audience)
            forged = await _forge(wires, token, own[0][1])
        rows = await conn.fetch("SELECT DISTINCT person FROM guard.journal WHERE kind = 'released'")
        named = {str(row["person"]) for row in rows}
        return Run(first_day, len(loot.people), len(loot.people - named), forged)
    finally:
        await conn.close()


async def _forge(wires: Wires, token: str, person: str) -> int:
    """Handles the attacker makes up: how many opened something."""
    body = json.dumps({"person": person, "purpose": "follow-up", "groups": GROUPS}).encode()
    replies = [
        await wires.send("POST", "/v1/open", Hijacked(secrets.token_urlsafe(32), CLIENT).headers(token), body)
        for _ in range(10)
    ]
    return sum(reply.status < 300 for reply in replies)


def _behind(target: Target) -> str:
    return target[1]


def _opened(target: Target, reply: Reply) -> Iterable[str]:
    return (target[1],) if reply.json["person"]["fields"] else ()


async def _read_as_console(database: ScratchDatabase) -> int:
    """Rows of the guard's tables that the console's own role can read."""
    conn = await asyncpg.connect(database.console)
    try:
        tables = await conn.fetch(
            "SELECT relname FROM pg_class WHERE relnamespace = 'guard'::regnamespace AND relkind IN ('r', 'p', 'v')"
        )
        found = 0
        for table in tables:
            try:
                found += await conn.fetchval(f'SELECT count(*) FROM guard."{table["relname"]}"')
            except asyncpg.InsufficientPrivilegeError:
                continue
        return found
    finally:
        await conn.close()
