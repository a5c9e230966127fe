"""The drill of incident 3: a training organisation's session is stolen, and everything it can reach is asked for.

The organisation has more trainees than its staff may open in a week. The thief holds one live session of one member
of its staff for thirty days and signs in again whenever it ends; he knows the identifier of everybody in the network.
Beside it: sessions of the whole staff at once, a handle without the browser it belongs to, a sign-in by the password
alone, and the organisation's account manager.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import asyncpg

from beffroi.core import policy_file
from beffroi.core.policy import Level, Policy
from beffroi.simulation.agents import Agent
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import selling, training_quotes
from beffroi.simulation.drill.ablation import Ablation
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.stage import Clockwork, Stage, hijack, live, prepare
from beffroi.simulation.drill.training_quotes import Cut
from beffroi.simulation.drill.training_scene import (
    MEMBERSHIP,
    Enrolled,
    Manager,
    Targets,
    hire_manager,
    let_train_too,
    staff_of,
    targets_of,
)
from beffroi.simulation.drill.training_thief import DUE, Thief, Tried, a_month
from beffroi.simulation.drill.wire import Hijacked, Wires
from beffroi.simulation.personas import BY_LOGIN, TRAINING

PEOPLE: Final = 2_400
DAYS: Final = 30
OFFICER: Final = "claire.fontaine"
LOOKS: Final = timedelta(minutes=55)
"""After the beginning of each hour, when the officer looks at the page of the last hour's consultations."""
HOURS_AFTER: Final = 30
"""How long the theft goes on in front of the officer: past midnight, when a day's budget would begin anew."""
FILES_ALONE: Final = "containment-of-files-alone"
"""The ablation cuts the whole organisation instead of its files."""
ELSEWHERE: Final = "a browser that is not the one the session began in"
Act = Callable[["Scene"], Awaitable[Any]]


class Scene:
    """One guard, one thief, the database's clock."""

    def __init__(
        self, database: ScratchDatabase, port: int, stage: Stage, targets: Targets, manager: Manager
    ) -> None:
        self._database, self._port = database, port
        self.stage, self.targets, self.manager = stage, targets, manager
        self.staff: Sequence[Agent] = staff_of(stage)
        self.school: str = stage.population.world.directory.by_code[TRAINING].id
        self._exits = AsyncExitStack()

    async def __aenter__(self) -> "Scene":
        self.conn = await asyncpg.connect(self._database.guard)
        self._exits.push_async_callback(self.conn.close)
        self.wires = await self._exits.enter_async_context(Wires(self._port))
        audience = f"http://127.0.0.1:{self._port}/v1/token"
        self.token = await self.wires.token(self.stage.application_key(), audience)
        self.clock = await Clockwork.at_next_midnight(self.conn)
        await self.clock.set(timedelta())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exits.aclose()

    def thief(self) -> Thief:
        """Somebody with no session yet."""
        return Thief(self.wires, self.token, self.targets)

    async def session(self, agent: Agent, level: Level = Level.PASSKEY) -> Hijacked:
        """A live session of one of the staff."""
        return await hijack(self.conn, self.stage, agent, MEMBERSHIP, level)

    async def session_of(self, account: str, habilitation: str) -> Hijacked:
        """A live session of another account."""
        return await live(self.conn, self.stage, account, habilitation, secrets.token_urlsafe(32))

    async def journaled(self, accounts: Sequence[str]) -> set[str]:
        """People whom the journal names for these accounts."""
        rows = await self.conn.fetch(
            "SELECT DISTINCT person FROM guard.journal"
            " WHERE account = ANY ($1::uuid[]) AND kind IN ('released', 'found')",
            list(accounts),
        )
        return {str(row["person"]) for row in rows if row["person"] is not None}


@dataclass(frozen=True, slots=True)
class Run:
    """People read after a day, seven and all; how many of them are no trainees; groups and most fields of one."""

    read: Sequence[int]
    strangers: int
    groups: tuple[str, ...]
    fields: int
    unjournaled: int
    falsely_journaled: int
    tried: Tried | None = field(default=None, repr=False)
    ids_confirmed: int = 0

    @property
    def day(self) -> int:
        """People read on the first day."""
        return self.read[0]


def one_account(days: int, *, every_door: bool = False) -> Act:
    """One member of the staff, for so many days."""

    async def act(scene: Scene) -> Run:
        return await _stolen(scene, scene.staff[:1], days, every_door=every_door)

    return act


async def whole_staff(scene: Scene) -> Run:
    """Everybody who works there, for a day."""
    return await _stolen(scene, scene.staff, 1)


async def _stolen(scene: Scene, agents: Sequence[Agent], days: int, *, every_door: bool = False) -> Run:
    thief = scene.thief()

    async def sign_in() -> None:
        # Every ten hours at the latest a session is over; the token lasts as long as a drill's day does.
        thief.sessions = [await scene.session(agent) for agent in agents]

    tried, confirmed = None, 0
    if every_door:
        await sign_in()
        confirmed = await thief.ids_confirmed(thief.sessions[0], agents[0].id)
        tried = await thief.try_everything(thief.sessions[0], agents[0].id, scene.school)
    read = await a_month(thief, scene.clock, days, sign_in)
    named = await scene.journaled([agent.id for agent in agents])
    people, own = thief.loot.people, {person.id for person in scene.targets.trainees}
    return Run(
        read, len(people - own), tuple(sorted(thief.fields)), thief.most_fields, len(people - named),
        len(named - people), tried, confirmed,
    )  # fmt: skip


async def handle_alone(scene: Scene) -> int:
    """The handle was copied, not the browser: people read with it from another one."""
    thief = scene.thief()
    stolen = await scene.session(scene.staff[0])
    thief.sessions = [stolen._replace(client=ELSEWHERE)]
    await thief.hour()
    return len(thief.loot.people)


async def password_alone(scene: Scene) -> int:
    """What incident 3 began with: a password and no second factor; people read if a session came of it."""
    thief = scene.thief()
    thief.sessions = [await scene.session(scene.staff[0], Level.SINGLE)]
    await thief.hour()
    return len(thief.loot.people)


async def own_manager(scene: Scene) -> int:
    """The organisation's account manager: people read with that session."""
    thief = scene.thief()
    thief.sessions = [await scene.session_of(scene.manager.account, scene.manager.habilitation)]
    await thief.hour()
    return len(thief.loot.people)


async def manager_who_trains(scene: Scene) -> int:
    """The same manager, given a reader's habilitation by a row that nobody looked at."""
    habilitation = await let_train_too(scene.conn, scene.stage, scene.manager)
    thief = scene.thief()
    thief.sessions = [await scene.session_of(scene.manager.account, habilitation)]
    await thief.hour()
    return len(thief.loot.people)


async def watched(scene: Scene) -> dict[str, float]:
    """A security officer looks at the last hour's consultations every hour; a spent budget is cut off at once."""
    thief, officer = scene.thief(), BY_LOGIN[OFFICER]
    detected = contained = before = 0.0
    for hour in range(HOURS_AFTER):
        await scene.clock.set(timedelta(hours=hour))
        thief.sessions = [await scene.session(scene.staff[0])]
        await thief.hour()
        await scene.clock.set(timedelta(hours=hour) + LOOKS)
        if contained:
            continue
        looking = await hijack(scene.conn, scene.stage, officer, officer.memberships[0])
        if await _has_spent(scene, looking, scene.staff[0].id):
            detected, before = round(hour + LOOKS / timedelta(hours=1), 1), len(thief.loot.people)
            cut = {"kind": "organisation", "scope": scene.school, "reason": "mass-consultation"}
            reply = await scene.wires.send("POST", "/v1/containments/make", looking.headers(scene.token), _json(cut))
            contained = detected if reply.status == 201 else 0.0
    return {
        "hours_to_detection": detected,
        "hours_to_containment": contained,
        "people_read_before_containment": int(before),
        "people_read_after_containment": len(thief.loot.people) - int(before),
    }


async def _has_spent(scene: Scene, looking: Hijacked, account: str) -> bool:
    """Whether the page of consultations shows that this account has used up a budget."""
    reply = await scene.wires.send(
        "POST", "/v1/consultations", looking.headers(scene.token), _json({"by": "account"})
    )
    fullest = [row["fullest"] for row in reply.json["rows"] if row["id"] == account]
    return any(one is not None and one["spent"] >= one["cap"] for one in fullest)


def _json(body: object) -> bytes:
    return json.dumps(body).encode()


def drill(scratch: Scratch, people: int = PEOPLE, days: int = DAYS) -> dict[str, Any]:
    """Play the theft with every protection, then with each one missing; the report, JSON-ready."""
    policy = policy_file.load_default()
    with scratch.empty() as origin:
        stage = prepare(scratch, origin, Enrolled(people))
        manager = asyncio.run(hire_manager(origin, stage))
        targets = targets_of(stage)

        def play(one: Ablation, *acts: Act) -> list[Any]:
            async def acted(database: ScratchDatabase, port: int) -> list[Any]:
                async with Scene(database, port, stage, targets, manager) as scene:
                    return [await act(scene) for act in acts]

            with scratch.copy(origin) as database, served(database, scratch.folder, stage.key_file, one) as port:
                return asyncio.run(acted(database, port))

        def cut_off(what: str) -> tuple[Cut, int, int]:
            async def acted(database: ScratchDatabase, port: int, url: str) -> Cut:
                async with Scene(database, port, stage, targets, manager) as scene:
                    thief = scene.thief()
                    thief.sessions = [await scene.session(scene.staff[0])]
                    return await training_quotes.cut(scene.conn, stage, url, thief, targets, what)

            with (
                scratch.copy(origin) as database,
                served(database, scratch.folder, stage.key_file) as port,
                scratch.console(database, port, stage.application_key_file) as url,
            ):
                training_quotes.offer(database, stage)
                return asyncio.run(acted(database, port, url)), *training_quotes.sold(database)

        [month] = play(missing.NONE, one_account(days, every_door=True))
        # Those who read nothing come first: what they are refused is not a budget that another has spent.
        handle, password, own, trains, staff = play(
            missing.NONE, handle_alone, password_alone, own_manager, manager_who_trains, whole_staff
        )
        [seen] = play(missing.NONE, watched)
        [freely] = play(missing.TRAINEES, one_account(1))
        [anybody] = play(missing.ENROLMENTS, one_account(days))
        [widely] = play(missing.MINIMISATION, one_account(1))
        [elsewhere] = play(missing.BINDING, handle_alone)
        [factorless] = play(missing.SECOND_FACTOR, password_alone)
        [unseparated] = play(missing.SEPARATION, manager_who_trains)
        [everybody] = play(missing.OF_TRAINING, one_account(1))
        apart, accepted, paid = cut_off(training_quotes.FILES)
        altogether, *_ = cut_off(training_quotes.ORGANISATION)
    report: dict[str, Any] = {
        "drill": "training-organisation",
        "people_read_day": month.read[0],
        "people_read_week": month.read[min(6, days - 1)],
        "people_read_month": month.read[-1],
        "bounds": bounds(policy, len(targets.trainees), len(staff_of(stage))),
        "strangers_read": month.strangers,
        "groups_read": list(month.groups),
        "fields_of_one_person": month.fields,
        **seen,
        "ablations": {
            missing.TRAINEES.name: _worth("people in a day", month.day, freely.day),
            missing.ENROLMENTS.name: _worth("strangers in the period", month.strangers, anybody.strangers),
            missing.MINIMISATION.name: _worth("fields of one person", month.fields, widely.fields),
            missing.BINDING.name: _worth("people, by a handle in another browser", handle, elsewhere),
            missing.SECOND_FACTOR.name: _worth("people, by a password alone", password, factorless),
            missing.SEPARATION.name: _worth("people, by a manager who trains too", trains, unseparated),
            "everything": _worth("people in a day", month.day, everybody.day),
            FILES_ALONE: _worth("steps from a quote to a payment that stop", _stopped(apart), _stopped(altogether)),
        },
        "files_closed": {
            "opened_before": apart.opened_before,
            "asked": apart.answers.total(),
            "refused": apart.answers[training_quotes.REFUSED],
            "answers": dict(apart.answers),
            "quotes_accepted": accepted,
            "invoices_paid": paid,
        },
        "variants": {"own_manager": own, "whole_staff": staff.day, "accounts_of_the_staff": len(staff_of(stage))},
        "other_doors": {
            "tried": len(month.tried.doors),
            "with_a_value_nobody_there_may_know": sorted(month.tried.leaks),
            "not_understood": sorted(month.tried.blind),
            "answers": {str(status): count for status, count in sorted(month.tried.statuses.items())},
        },
        "trainees": len(targets.trainees),
        "population": people,
        "days": days,
        "ids_confirmed": month.ids_confirmed,
        "unjournaled": month.unjournaled + staff.unjournaled,
        "falsely_journaled": month.falsely_journaled,
    }  # fmt: skip
    return report | {"failures": failures(report)}


def bounds(policy: Policy, trainees: int, accounts: int) -> dict[str, int]:
    """Most people, from the policy alone: of one account by period, and of the whole staff in a day."""
    caps = policy.buckets["trainees"]  # type: ignore[index]
    return {
        "day": min(caps.day, trainees),
        "week": min(caps.week, trainees),
        "month": min(caps.month, trainees),
        "whole_staff_day": min(caps.day * accounts, trainees),
    }


def _stopped(cut: Cut) -> int:
    return len(selling.STEPS) - cut.steps


def _worth(what: str, with_it: int, without: int) -> dict[str, Any]:
    return {"what": what, "with": with_it, "without": without}


def failures(report: dict[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found, limits = [], report["bounds"]
    if report["people_read_day"] == 0:
        found.append("the thief read nobody: the attack itself does not work")
    for name, read in (
        *((span, report[f"people_read_{span}"]) for span in ("day", "week", "month")),
        ("whole_staff_day", report["variants"]["whole_staff"]),
    ):
        if read > limits[name]:
            found.append(f"{read} people read ({name}), {limits[name]} at most were announced")
    if report["strangers_read"]:
        found.append(f"{report['strangers_read']} people read who are no trainees of the organisation")
    if not set(report["groups_read"]) <= set(DUE):
        found.append(f"groups of fields read beyond its own: {', '.join(report['groups_read'])}")
    for name, worth in report["ablations"].items():
        if worth["without"] <= worth["with"]:
            found.append(f"without {name} no more is read: either it protects nothing or the attack is blind")
    for name in (missing.BINDING.name, missing.SECOND_FACTOR.name, missing.SEPARATION.name):
        if report["ablations"][name]["with"]:
            found.append(f"{report['ablations'][name]['what']}: {report['ablations'][name]['with']}")
    if report["variants"]["own_manager"]:
        found.append(f"the organisation's account manager read {report['variants']['own_manager']} people")
    if report["other_doors"]["with_a_value_nobody_there_may_know"]:
        found.append("another door gave a value away")
    if report["other_doors"]["not_understood"]:
        found.append("a door did not understand what was asked of it: the attack is blind there")
    if not report["hours_to_containment"] or report["people_read_after_containment"]:
        found.append("the organisation was not cut off, or was read all the same")
    closed = report["files_closed"]
    if not closed["opened_before"]:
        found.append("no file was opened before they were closed: nothing shows that they were")
    if closed["refused"] != closed["asked"] or not closed["asked"]:
        found.append(f"{closed['asked'] - closed['refused']} of {closed['asked']} files were not refused once closed")
    if (closed["quotes_accepted"], closed["invoices_paid"]) != (1, 1):
        found.append("while files are closed, no quote was accepted or no invoice was paid")
    if report["ablations"][FILES_ALONE]["with"]:
        found.append("while files are closed, steps from a quote to a payment stop too")
    found += [
        f"{what}: {report[what]}" for what in ("ids_confirmed", "unjournaled", "falsely_journaled") if report[what]
    ]
    return found
