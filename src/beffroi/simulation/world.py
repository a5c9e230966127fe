"""A whole invented network of a chosen size: directory, agents, and a stream of people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from random import Random

from beffroi.simulation.agents import (
    ACCOUNT_MANAGER,
    ADVISER,
    APPROVER,
    RECEPTION,
    SECURITY_OFFICER,
    TRAINING_STAFF,
    Agent,
    Recruiter,
)
from beffroi.simulation.directory import AGENCY_CODE, NETWORK_CODE, Directory, Organisation, build_directory
from beffroi.simulation.life import OrdinaryLife, ordinary_life
from beffroi.simulation.people import DEFAULT_AS_OF, OfficePlan, Record, generate
from beffroi.simulation.personas import (
    FIXED_CASELOADS,
    HIGHLIGHTS,
    NAMED_PEOPLE,
    NOBODY,
    OFFICE,
    OTHER_OFFICE,
    PERSONAS,
    TRAINING,
)

# People of the two offices of the demonstration, at most; beyond, they grow with the population they serve.
_DEMONSTRATION_FLOOR = {OFFICE: 420, OTHER_OFFICE: 330}
_SMALLEST_WITH_DEMONSTRATION = 1_500
_ENROLMENTS_PER_STAFF = 110
_ADVISERS_PER_RECEPTIONIST = 12


@dataclass(frozen=True, slots=True)
class World:
    """Made by :func:`build_world`. ``plans`` may be generated in any order or in separate processes."""

    seed: int
    size: int
    as_of: date
    directory: Directory
    agents: tuple[Agent, ...]
    plans: tuple[OfficePlan, ...]

    def people(self) -> Iterator[Record]:
        """All people, office by office, one at a time: exactly ``size`` of them."""
        for plan in self.plans:
            yield from self.people_of(plan)

    def people_of(self, plan: OfficePlan) -> Iterator[Record]:
        """People of one office of ``plans``."""
        return generate(plan, self.seed, self.as_of, ordinary_life().population)

    def highlights(self) -> dict[str, Record]:
        """Named people of the demonstration by what they are to Camille Moreau: ``own``, ``own_minor``,
        ``colleague``, ``other_office``, ``unfollowed``; those a very small world has no room for are absent.
        """
        plans = {plan.organisation_code or NOBODY: plan for plan in self.plans}
        found = {}
        for what, (office, index) in HIGHLIGHTS.items():
            plan = plans.get(office)
            if plan is not None and index < len(plan.referents):
                found[what] = next(islice(self.people_of(plan), index, None))
        return found


def build_world(people: int, seed: int = 1, as_of: date = DEFAULT_AS_OF) -> World:
    """Network for ``people`` people; the same arguments always give the same network.

    Small populations live in few offices (about one per 500 people) so that each stays alive; the others are
    in the directory without agents. Raises ValueError when ``people`` is negative.
    """
    if people < 0:
        raise ValueError("the number of people cannot be negative")
    life, directory = ordinary_life(), build_directory()
    unfollowed = min(people // 10, max(5, round(people * life.population.share_unfollowed)))
    agency = round(people * life.population.share_agency)
    offices = _living_offices(directory, people, life, seed)
    quotas = _quotas(directory, offices, people - unfollowed - agency)
    rng = Random(f"{seed}:agents")
    recruiter = Recruiter(rng, (agent.login for agent in PERSONAS))

    ranks = len(directory.offices) + 2
    rank_of = {office.code: rank for rank, office in enumerate(directory.offices)}
    training = _training_of(directory, quotas, life)
    plans: list[OfficePlan] = []
    for office in offices:
        plans.append(
            OfficePlan(
                organisation_code=office.code,
                rank=rank_of[office.code],
                ranks=ranks,
                territory=directory.territories[office.code],
                births_here=True,
                referents=_staff_office(office.code, quotas[office.code], recruiter, life, rng),
                training=training.get(office.department_code, ()),
                named=NAMED_PEOPLE.get(office.code, {}),
            )
        )
    # The agency, then the people nobody follows: they live where the offices of the demonstration are.
    around = directory.territories[OFFICE] + directory.territories[OTHER_OFFICE]
    of_agency = _referents(AGENCY_CODE, agency, recruiter, life, rng)
    plans.append(OfficePlan(AGENCY_CODE, ranks - 2, ranks, around, False, of_agency, (), {}))
    of_nobody: list[str | None] = [None] * unfollowed
    plans.append(OfficePlan(None, ranks - 1, ranks, around, False, of_nobody, (), NAMED_PEOPLE[NOBODY]))
    _staff_training(training, quotas, directory, recruiter, life)
    for _ in range(max(4, len(offices) // 8)):
        recruiter.hire(APPROVER, NETWORK_CODE)
    for _ in range(max(2, len(offices) // 60)):
        recruiter.hire(SECURITY_OFFICER, NETWORK_CODE)
    return World(seed, people, as_of, directory, (*PERSONAS, *recruiter.agents), tuple(plans))


def _living_offices(directory: Directory, people: int, life: OrdinaryLife, seed: int) -> list[Organisation]:
    """Invented offices first, then real ones drawn at random, in the order of the directory."""
    wanted = min(len(directory.offices), max(2, people // life.offices.people_per_office_at_least))
    invented = [office for office in directory.offices if office.invented]
    real = [office for office in directory.offices if not office.invented]
    if wanted <= len(invented):
        return invented[:wanted]
    drawn = {office.code for office in Random(f"{seed}:offices").sample(real, wanted - len(invented))}
    return invented + [office for office in real if office.code in drawn]


def _quotas(directory: Directory, offices: Sequence[Organisation], people: int) -> dict[str, int]:
    """People of each office, in proportion of the square root of those it serves when few offices are alive.

    A plain proportion would put a fifth of a small population in Paris; at full size it is the right one.
    """
    power = 1.0 if len(offices) == len(directory.offices) else 0.5
    weights = {o.code: float(sum(c.population for c in directory.territories[o.code])) ** power for o in offices}
    total = sum(weights.values())
    exact = {code: people * weight / total for code, weight in weights.items()}
    quotas = {code: int(value) for code, value in exact.items()}
    for code in sorted(exact, key=lambda c: (quotas[c] - exact[c], c))[: people - sum(quotas.values())]:
        quotas[code] += 1
    if people >= _SMALLEST_WITH_DEMONSTRATION:
        # Taken from the largest offices, so that the total stays exact.
        for code, floor in _DEMONSTRATION_FLOOR.items():
            while code in quotas and quotas[code] < floor:
                largest = max((c for c in quotas if c not in _DEMONSTRATION_FLOOR), key=lambda c: (quotas[c], c))
                moved = min(floor - quotas[code], 10)
                quotas[largest] -= moved
                quotas[code] += moved
    return quotas


def _referents(code: str, people: int, recruiter: Recruiter, life: OrdinaryLife, rng: Random) -> list[str | None]:
    """Login of the referent of each person of an office; hires the advisers that are needed."""
    with_referent = round(people * life.followed.share_with_referent)
    head: list[str | None] = []
    for login, load in FIXED_CASELOADS.get(code, ()):
        head += [login] * min(load, with_referent - len(head))
    rest: list[str | None] = []
    for load in life.caseload.share_out(with_referent - len(head), rng):
        rest += [recruiter.hire(ADVISER, code).login] * load
    rest += [None] * (people - with_referent)
    rng.shuffle(rest)
    return head + rest


def _staff_office(code: str, people: int, recruiter: Recruiter, life: OrdinaryLife, rng: Random) -> list[str | None]:
    before = len(recruiter.agents)
    referents = _referents(code, people, recruiter, life, rng)
    advisers = len(recruiter.agents) - before
    for _ in range(1 + advisers // _ADVISERS_PER_RECEPTIONIST):
        recruiter.hire(RECEPTION, code)
    for _ in range(1 + advisers // 60):
        recruiter.hire(ACCOUNT_MANAGER, code)
    while len(recruiter.agents) - before < life.offices.smallest_agents:
        recruiter.hire(ADVISER, code)
    return referents


def _training_of(directory: Directory, quotas: dict[str, int], life: OrdinaryLife) -> dict[str, list[str]]:
    """Training organisations alive in each department: the invented ones, and as many as enrolments need."""
    people: dict[str, int] = {}
    for code, quota in quotas.items():
        department = directory.by_code[code].department_code
        people[department] = people.get(department, 0) + quota
    found = {}
    for department, count in people.items():
        wanted = 1 + round(count * life.population.share_training / _ENROLMENTS_PER_STAFF)
        found[department] = list(directory.training_by_department.get(department, ())[:wanted])
    return found


def _staff_training(
    training: dict[str, list[str]],
    quotas: dict[str, int],
    directory: Directory,
    recruiter: Recruiter,
    life: OrdinaryLife,
) -> None:
    for codes in training.values():
        for code in codes:
            for _ in range(2 if directory.by_code[code].invented or code == TRAINING else 1):
                recruiter.hire(TRAINING_STAFF, code)
