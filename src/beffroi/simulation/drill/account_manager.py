"""The drill of incident 4: an account manager's session and browser are hijacked, and he brings accounts into being.

The thief can do whatever the manager can, the passkey included; he has identities at the sign-in provider, on a mail
domain of his own; he knows the answers of every exam, the identifier of everybody the office follows and the NIR of
everybody else. ``careless_approver``: whoever is asked to approve signs, and the witness hands codes over to anybody.
``diligent_approver``: approvers follow the rule of :mod:`.diligence`; the witness is as careless.
"""

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from threading import Lock
from typing import Any, Final, NamedTuple, TypeVar

from beffroi.core import policy_file
from beffroi.core.budgets import Caps
from beffroi.core.policy import Policy
from beffroi.simulation.drill import ablation as missing
from beffroi.simulation.drill import manager_variants as variants
from beffroi.simulation.drill.ablation import Ablation
from beffroi.simulation.drill.diligence import Ground
from beffroi.simulation.drill.guard_process import served
from beffroi.simulation.drill.manager_reading import Targets, Thief, journaled, targets_of
from beffroi.simulation.drill.manager_scene import INSIDE, Attempt, Scene
from beffroi.simulation.drill.ports import free_port
from beffroi.simulation.drill.scratch import Scratch, ScratchDatabase
from beffroi.simulation.drill.sign_in_provider import provided
from beffroi.simulation.drill.stage import Stage, prepare
from beffroi.simulation.personas import OFFICE
from beffroi.simulation.population import Population

PEOPLE: Final = 2_400
AGENTS: Final = {OFFICE: 24}
"""Confirmed agents of the office: its share is then wider than an account's budgets."""
NO_BREAKER: Final = Caps(100_000, 100_000, 100_000, 100_000)
"""The application's ceiling is another drill's: here it must hold nothing back."""
MONTH, CONFIRMED_ON, AFTER = 30, 14, 15
"""Days read; the day on which probations may end; the first whole day after it."""
NIGHT: Final = (Attempt(),)
ATTACKS: Final = (
    Attempt(),
    Attempt(hour=10, accounts=1),
    Attempt(hour=11, kind="roster", body={"domain": "adresses-du-voleur.example"}),
    Attempt(hour=14, accounts=1, roles=("adviser", "receptionist")),
    Attempt(hour=15, accounts=1, roles=("account-manager",), domain=INSIDE),
    Attempt(hour=24 + 3, accounts=2, domain=INSIDE),
)
"""What he tries on diligent approvers: at night, by day, the roster first, another manager, known addresses."""


INSIDER: Final = (Attempt(hour=10, accounts=1, domain=INSIDE),)
ADVISES: Final = "manager-who-advises"
AT_ONCE: Final = 2
"""Attacks under way together; each has a database, a provider and a guard of its own."""
Played = TypeVar("Played")
Act = Callable[[Scene, Thief], Coroutine[Any, Any, Played]]


class Plan(NamedTuple):
    """One attack: which tries, on whom, on which days he reads, and when the probations are ended, if at all."""

    ablation: Ablation = missing.NONE
    attempts: Sequence[Attempt] = NIGHT
    diligent: bool = False
    honest_witness: bool = False
    reads: Sequence[int] = (0,)
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """Distinct people read after the first day, in seven days, in thirty; and by the manager's own session."""

    people_read_day: int
    people_read_week: int
    people_read_month: int
    people_read_by_manager: int
    accounts: int
    confirmed: int
    unjournaled: int
    falsely_journaled: int
    unmade: int
    grounds: Mapping[str, int]

    def figures(self) -> dict[str, int]:
        """The four that the report is about."""
        return {name: value for name, value in asdict(self).items() if name.startswith("people_read")}


ATTACKED: Final[Mapping[str, Plan]] = {
    "careless": Plan(reads=range(MONTH), confirm=True),
    "diligent": Plan(attempts=ATTACKS, diligent=True),
    "nobody_confirms": Plan(reads=range(MONTH)),
    "honest-witness": Plan(honest_witness=True),
    "confirmed": Plan(reads=(AFTER,), confirm=True),
    "known_address_honest_witness": Plan(attempts=INSIDER, diligent=True, honest_witness=True),
    "known_address_careless_witness": Plan(attempts=INSIDER, diligent=True),
}
"""With every protection. ``known_address``: the thief holds a mailbox of the office's own domain as well."""
WITHOUT: Final[tuple[tuple[str, Plan], ...]] = (
    ("diligent", Plan(missing.FOUR_EYES, diligent=True)),
    ("honest-witness", Plan(missing.ENROLMENT, honest_witness=True)),
    ("careless", Plan(missing.POOL)),
    ("confirmed", Plan(missing.RELATIONS, reads=(AFTER,), confirm=True)),
    ("confirmed", Plan(missing.ACCOUNT, reads=(AFTER,), confirm=True)),
)
"""Each protection that is missing, beside the attack that it stops when it is there."""


class _Theatre(NamedTuple):
    """Where attacks are played, some at a time: a loaded database to copy, and who is in it."""

    scratch: Scratch
    origin: ScratchDatabase
    stage: Stage
    targets: Targets
    stages: Executor
    setting: Lock

    def attack(self, plan: Plan) -> "Future[Outcome]":
        """One plan."""
        return self.play(plan.ablation, partial(_attack, plan))

    def play(self, ablation: Ablation, act: Act[Played]) -> "Future[Played]":
        """One act, in a copy of its own, in front of a guard of its own."""
        return self.stages.submit(self._play, ablation, act)

    def _play(self, ablation: Ablation, act: Act[Played]) -> Played:
        port, folder, key_file = free_port(), self.scratch.folder, self.stage.key_file
        with ExitStack() as struck:
            with self.setting:  # roles and key files are the server's: two copies would write them at once
                database = struck.enter_context(self.scratch.copy(self.origin))
                provider = struck.enter_context(provided(folder, port))
            guard = served(database, folder, key_file, ablation, port=port, provider=provider.guard_side)
            struck.enter_context(guard)

            async def acted() -> Played:
                async with Scene(database, port, self.stage, provider) as scene:
                    return await act(scene, Thief(scene, self.targets))

            return asyncio.run(acted())


def drill(scratch: Scratch, people: int = PEOPLE) -> dict[str, Any]:
    """Play the attack on careless and on diligent approvers, then with each protection missing; JSON-ready."""
    with scratch.empty() as origin:
        stage = prepare(scratch, origin, Population(people), confirmed_agents=AGENTS, caps=NO_BREAKER)
        with ThreadPoolExecutor(AT_ONCE) as stages:
            report = _report(_Theatre(scratch, origin, stage, targets_of(stage), stages, Lock()))
    report["population"] = people
    return report | {"failures": failures(report)}


def _report(theatre: _Theatre) -> dict[str, Any]:
    attacks = {name: theatre.attack(plan) for name, plan in ATTACKED.items()}
    advises = variants.manager_who_advises
    advising = {one.name: theatre.play(one, advises) for one in (missing.NONE, missing.SEPARATION)}
    without = [(plan.ablation.name, base, theatre.attack(plan)) for base, plan in WITHOUT]
    others = {
        "two_managers": theatre.play(missing.NONE, variants.two_managers),
        "reciprocal_approvals": theatre.play(missing.NONE, variants.reciprocal),
    }
    positions = theatre.play(missing.NONE, variants.other_positions)
    played = {name: attack.result() for name, attack in attacks.items()}
    # Where an attack reads on one day only, its month is that day.
    before = {name: played[name].people_read_month for name in ("diligent", "honest-witness", "confirmed")}
    before |= {"careless": played["careless"].people_read_day, ADVISES: advising[missing.NONE.name].result()}
    after = {name: (base, attack.result().people_read_month) for name, base, attack in without}
    after[missing.SEPARATION.name] = ADVISES, advising[missing.SEPARATION.name].result()
    careless = played["careless"]
    return {
        "drill": "account-manager",
        "careless_approver": careless.figures(),
        "diligent_approver": played["diligent"].figures(),
        "bounds": bounds(policy_file.load_default()),
        "ablations": {name: read for name, (_, read) in after.items()},
        "ablated_from": {name: {"attack": base, "people_read": before[base]} for name, (base, _) in after.items()},
        "variants": {
            **{name: played_by.result() for name, played_by in others.items()},
            **{
                name: {"people_read": played[name].people_read_month, "accounts": played[name].accounts}
                for name in ("nobody_confirms", "known_address_honest_witness", "known_address_careless_witness")
            },
        },
        "other_positions": positions.result(),
        "refused_by_diligent_approvers": played["diligent"].grounds,
        "requests_not_made": played["diligent"].unmade,
        "accounts": careless.accounts,
        "confirmed": careless.confirmed,
        "unjournaled": careless.unjournaled,
        "falsely_journaled": careless.falsely_journaled,
    }


def bounds(policy: Policy) -> dict[str, int]:
    """Most people, from the policy alone, with careless approvers.

    Until the accounts are confirmed, the pool's day, week and month (``month_unconfirmed``). Once confirmed, each
    reads as any adviser of its office does: ``month`` is what the budgets of two accounts hold in thirty days.
    """
    caps = policy.buckets
    month = caps["office"].month + caps["search"].month  # type: ignore[index]
    return {
        "day": policy.pool.day, "week": policy.pool.week, "month": NIGHT[0].accounts * month,
        "month_unconfirmed": policy.pool.month,
    }  # fmt: skip


def failures(report: dict[str, Any]) -> list[str]:
    """What a report of this drill must not show."""
    found = []
    careless, diligent, most = report["careless_approver"], report["diligent_approver"], report["bounds"]
    unconfirmed = report["variants"]["nobody_confirms"]["people_read"]
    for span, limit in most.items():
        read = unconfirmed if span == "month_unconfirmed" else careless[f"people_read_{span}"]
        if read == 0:
            found.append(f"with careless approvers nobody is read ({span}): the attack itself does not work")
        if read > limit:
            found.append(f"{read} people read ({span}), {limit} at most were announced")
    found += [f"diligent approvers, and {name} is {read}" for name, read in diligent.items() if read]
    if report["requests_not_made"] or set(report["refused_by_diligent_approvers"]) != {one.value for one in Ground}:
        found.append("some of what the thief tries never came before a diligent approver")
    if careless["people_read_by_manager"]:
        found.append(f"the manager himself read {careless['people_read_by_manager']} people")
    for name, read in report["ablations"].items():
        if read <= report["ablated_from"][name]["people_read"]:
            found.append(f"without {name} no more people are read: either it protects nothing or the attack is blind")
    for name in ("two_managers", "reciprocal_approvals", "known_address_honest_witness"):
        if report["variants"][name]["people_read"]:
            found.append(f"{name.replace('_', ' ')}: {report['variants'][name]['people_read']} people read")
    for name in ("approver", "security-officer"):
        if report["other_positions"][name]:
            found.append(f"{report['other_positions'][name]} people read by the session of the {name}")
    found += [f"{what}: {report[what]}" for what in ("unjournaled", "falsely_journaled") if report[what]]
    return found


async def _attack(plan: Plan, scene: Scene, thief: Thief) -> Outcome:
    """Bring accounts into being, then read with them."""
    for attempt in plan.attempts:
        await scene.at(timedelta(hours=attempt.hour))
        await scene.try_for(attempt, diligent=plan.diligent, honest_witness=plan.honest_witness)
    first = plan.attempts[-1].hour // 24
    by_manager = await thief.read_with(scene.manager)
    read, confirmed = dict.fromkeys((1, 7, MONTH), 0), 0
    begun = plan.attempts[-1].hour % 24
    for day in range(MONTH if scene.accounts else 0):
        if plan.confirm and day == CONFIRMED_ON:
            await scene.at(timedelta(days=first + day, hours=begun + 1))
            confirmed = await scene.confirm()
        if day in plan.reads:
            await thief.day(first + day, range(begun + 2 if day in (0, CONFIRMED_ON) else 0, 23))
        for span in read:
            if day < span:
                read[span] = len(thief.loot.people)
    named = await journaled(scene)
    people = thief.loot.people
    return Outcome(
        read[1], read[7], read[MONTH], by_manager, len(scene.accounts), confirmed, len(people - named),
        len(named - people), scene.unmade, dict(scene.grounds),
    )  # fmt: skip
