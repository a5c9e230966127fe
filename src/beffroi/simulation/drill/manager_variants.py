"""Incident 4 with other people in it: managers who help one another, one who advises too, other positions."""

import asyncio
from collections import deque
from datetime import timedelta
from typing import Final
from uuid import uuid4

from beffroi.core.ids import ApplicationId
from beffroi.guard import stamped
from beffroi.guard.habilitations import applications
from beffroi.guard.importing.network import import_network
from beffroi.guard.importing.network_rows import AccountRow
from beffroi.guard.sessions import handles
from beffroi.simulation.agents import ACCOUNT_MANAGER, Agent, Membership
from beffroi.simulation.drill.browsing import Browser
from beffroi.simulation.drill.manager_reading import Thief
from beffroi.simulation.drill.manager_scene import INSIDE, MANAGER, Scene, Seat, seat_of
from beffroi.simulation.drill.mining import Loot, Vein
from beffroi.simulation.drill.stage import APPLICATION
from beffroi.simulation.drill.wire import Reply
from beffroi.simulation.people import FOLLOWED
from beffroi.simulation.personas import BY_LOGIN, OFFICE, TRAINING

WATCHERS: Final = {"approver": "helene.marchand", "security-officer": "claire.fontaine"}
TRAINER: Final = "nadia.benali"


async def two_managers(scene: Scene, thief: Thief) -> dict[str, int]:
    """Two managers of one office: each asks for himself and for a stranger; each tries to approve for the other."""
    agent, membership = _other_manager(scene)
    other = await scene.join(seat_of(agent, membership))
    for asking, helping, person in ((scene.manager, other, BY_LOGIN[MANAGER]), (other, scene.manager, agent)):
        own = scene.access(person.last_name, ("adviser",), INSIDE) | {"email": person.email}
        for body in (own, scene.access(f"Ami{uuid4().hex[:8]}", ("adviser",), INSIDE)):
            request = await scene.ask("access", body, asking)
            if request is not None:
                await _approve_anyway(scene, helping, request)
                await _approve_anyway(scene, asking, request)
    read = [await thief.read_with(seat) for seat in (scene.manager, other)]
    approved = await scene.conn.fetchval("SELECT count(*) FROM guard.approval")
    return {"people_read": sum(read), "accounts": approved}


async def _approve_anyway(scene: Scene, seat: Seat, request: str) -> None:
    """Go to the page of a request that is not one's own to decide, and sign it if it is shown."""
    # Any refusal that asks for a step-up names this reference to whoever holds the session.
    step = handles.step_reference(scene.stage.keys().session, handles.digest(seat.session.handle))
    async with Browser(scene.port, seat.cookie) as browser:
        url = f"{browser.url}/approvals?request={request}&step={step}"
        await browser.decide(url, seat.passkey, agree=True)


def _other_manager(scene: Scene) -> tuple[Agent, Membership]:
    return next(
        (agent, membership)
        for agent in scene.stage.population.world.agents
        for membership in agent.memberships
        if membership == Membership(OFFICE, ACCOUNT_MANAGER) and agent.login != MANAGER
    )


async def reciprocal(scene: Scene, thief: Thief) -> dict[str, int]:
    """The manager approved, a month ago, what each approver of the network asked for: none may return the favour."""
    holders = await scene.conn.fetch("SELECT account FROM guard.habilitation WHERE role IN ('approver', 'founder')")
    month_ago = scene.now - timedelta(days=30)
    favours = [
        AccountRow(
            id=str(uuid4()), email=f"service.{number}@{INSIDE}", first_name="Service", last_name="Rendu",
            attested_until=scene.now, reviewed_until=scene.now, created_at=month_ago, status="closed",
            requested_by=str(row["account"]), approved_by=scene.manager.account,
        )
        for number, row in enumerate(holders)
    ]  # fmt: skip
    await import_network(scene.conn, scene.stage.keys(), favours, operator="drill")
    request = await scene.ask("access", scene.access("Rendu", ("adviser",), INSIDE))
    agreed = request is not None and await scene.agreed(request, diligent=False)
    read = await thief.read_with(scene.manager)
    return {"people_read": read, "accounts": int(agreed)}


async def manager_who_advises(scene: Scene, thief: Thief) -> int:
    """The manager was given an adviser's habilitation too, by an import that nobody looked at; people he reads."""
    office = await scene.conn.fetchval(
        "SELECT organisation FROM guard.habilitation WHERE id = $1", scene.manager.habilitation
    )
    row = {
        "id": str(uuid4()), "account": scene.manager.account, "organisation": office, "role": "adviser",
        "status": "confirmed", "from_at": scene.now - timedelta(days=60), "until_at": scene.now + timedelta(days=60),
        "version": 1,
    }  # fmt: skip
    await stamped.insert(scene.conn, scene.stage.keys(), "habilitation", row)
    await applications.give(scene.conn, scene.stage.keys(), row["id"], [ApplicationId(APPLICATION)])
    scene.accounts.append(Seat(scene.manager.account, row["id"]))
    await thief.day(0)
    return len(thief.loot.people)


async def other_positions(scene: Scene, thief: Thief) -> dict[str, int]:
    """What other people's own sessions read in a day: an approver, a security officer, a training organisation."""
    found: dict[str, int] = {}
    for name, login in WATCHERS.items():
        agent = BY_LOGIN[login]
        seat = await scene.join(seat_of(agent, agent.memberships[0]))
        found[name] = await thief.read_with(seat)
    agent = BY_LOGIN[TRAINER]
    trainer = await scene.join(seat_of(agent, agent.memberships[0]))
    trainees = [
        record.person.id
        for record in scene.stage.records
        if any(one.organisation_code == TRAINING and one.kind != FOLLOWED for one in record.relations)
    ]
    strangers = [record.person.id for record in scene.stage.records if record.person.id not in set(trainees)]
    loot = Loot()

    async def open_one(person: str) -> Reply:
        body = {"person": person, "purpose": "training-follow-up", "groups": ["identity", "training"]}
        return await scene.post("/v1/open", body, trainer.session)

    for hour in range(8, 12):
        await scene.at(timedelta(hours=hour))
        veins = [Vein(deque(people), open_one, _opened) for people in (trainees, strangers)]
        await asyncio.gather(*[vein.mine(loot, 8) for vein in veins])
    found["training-organisation"], found["trainees"] = len(loot.people), len(trainees)
    return found


def _opened(person: str, reply: Reply) -> tuple[str, ...]:
    return (person,) if reply.json["person"]["fields"] else ()
