"""Invented agents: who works where, as what. One agent may belong to several organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random
from typing import NamedTuple
from uuid import UUID, uuid5

from beffroi.simulation.directory import NAMESPACE
from beffroi.simulation.names import Name, names

ADVISER = "adviser"
RECEPTION = "reception"
ACCOUNT_MANAGER = "account-manager"
APPROVER = "approver"
TRAINING_STAFF = "training-staff"
SECURITY_OFFICER = "security-officer"
DATA_PROTECTION = "data-protection-correspondent"
BILLING_CLERK = "billing-clerk"


class Membership(NamedTuple):
    """A role (code of the policy) held at an organisation."""

    organisation_code: str
    role: str


class Agent(NamedTuple):
    """Somebody who works; ``sub`` is what the demonstration identity provider answers for that person."""

    id: str
    login: str
    sub: str
    first_name: str
    last_name: str
    email: str
    phone: str
    memberships: tuple[Membership, ...]


def persona(first_name: str, last_name: str, login: str, *memberships: Membership) -> Agent:
    """A named agent of the demonstration, the same for every seed."""
    identity = str(uuid5(NAMESPACE, f"agent:{login}"))
    domain = f"{memberships[0].organisation_code.lower()}.example"
    rank = int(identity[:4], 16) % 10_000
    return Agent(
        identity, login, uuid5(NAMESPACE, f"sub:{login}").hex, first_name, last_name,
        f"{login}@{domain}", f"019900{rank:04d}", memberships,
    )  # fmt: skip


class Recruiter:
    """Hires agents one by one with unique logins; logins already ``taken`` are never given again."""

    def __init__(self, rng: Random, taken: Iterable[str]) -> None:
        self._rng = rng
        self._used = Counter(dict.fromkeys(taken, 1))
        self.agents: list[Agent] = []

    def hire(self, role: str, *organisation_codes: str) -> Agent:
        """A new agent with the same role in each organisation."""
        rng = self._rng
        sex = "F" if rng.random() < 0.72 else "M"
        origin = rng.choice(("france", "france", "france", "france", "maghreb", "iberique", "afrique"))
        last = rng.choice(names().last[origin])
        first: Name = rng.choice(names().elder[sex] if rng.random() < 0.6 else names().first[origin][sex])
        base = f"{first.slug}.{last.slug}"
        self._used[base] += 1
        login = base if self._used[base] == 1 else f"{base}{self._used[base]}"
        agent = Agent(
            str(UUID(int=rng.getrandbits(128), version=4)),
            login,
            f"{rng.getrandbits(128):032x}",
            first.text,
            last.text,
            f"{login}@{organisation_codes[0].lower()}.example",
            f"019900{rng.randrange(10_000):04d}",
            tuple(Membership(code, role) for code in organisation_codes),
        )
        self.agents.append(agent)
        return agent
