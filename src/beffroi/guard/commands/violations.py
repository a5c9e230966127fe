"""The present population held against a policy, for ``beffroi policy check``: ids and codes, never a name."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from beffroi.core.facts import AccountFacts, OrganisationFacts
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Policy
from beffroi.core.refusals import Code
from beffroi.core.violations import FOUND, Population, Violation, violations
from beffroi.guard import authentic, stamped
from beffroi.guard.sessions.memberships import held_facts

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

CODES: Final = (*FOUND, Code.INTEGRITY)
Fact = TypeVar("Fact")


class Checked(NamedTuple):
    """What was looked at, and what was found; a row that is not genuine is a violation and nothing more."""

    policy: Policy
    accounts: int
    in_force: int
    organisations: int
    found: tuple[Violation, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Violations by code, zeros included."""
        counted = Counter(one.code for one in self.found)
        return {code.value: counted[code] for code in CODES}


async def check(conn: "asyncpg.Connection", keys: "Keys", policy: Policy) -> Checked:
    """Hold everybody to the policy, in one snapshot of the database."""
    forged: list[Violation] = []
    async with conn.transaction(isolation="repeatable_read", readonly=True):
        now = await stamped.instant(conn)
        organisations = await _read(conn, keys, "organisation", _organisation, forged)
        accounts = await _read(conn, keys, "account", _account, forged)
        habilitations = await _read(conn, keys, "habilitation", held_facts, forged)
        await _read(conn, keys, "habilitation_application", lambda row: row["id"], forged)
    population = Population(accounts, habilitations, {one.id: one for one in organisations})
    return Checked(
        policy,
        sum(account.active for account in accounts),
        len(population.in_force(now)),
        len(organisations),
        (*violations(population, now, policy), *forged),
    )


def in_lines(checked: Checked) -> Iterator[str]:
    """What was found as an operator reads it: counts first, then a line for each."""
    yield (
        f"present population: {checked.accounts:,} active accounts, {checked.in_force:,} habilitations in force,"
        f" {checked.organisations:,} organisations"
    )
    total = len(checked.found)
    yield "no violation" if not total else f"{total:,} violation{'' if total == 1 else 's'}"
    for code, count in checked.counts.items():
        if checked.found:
            yield f"{count:>9,}  {code}"
    for one in checked.found:
        whose = [] if one.account is None else [f"account {one.account}"]
        whose += [] if one.organisation is None else [f"organisation {one.organisation}"]
        whose += [] if not one.habilitations else [f"habilitations {' '.join(one.habilitations)}"]
        yield f"{one.code.value}: {', '.join([*whose, one.about])}"


def in_json(checked: Checked) -> str:
    """The same for a program: one document, its keys sorted."""
    document = {
        "policy": checked.policy.version,
        "accounts": checked.accounts,
        "habilitations": checked.in_force,
        "organisations": checked.organisations,
        "counts": checked.counts,
        "violations": [one._asdict() for one in checked.found],
    }
    return json.dumps(document, indent=2, sort_keys=True)


async def _read(
    conn: "asyncpg.Connection",
    keys: "Keys",
    table: str,
    fact: Callable[[stamped.Row], Fact],
    forged: list[Violation],
) -> tuple[Fact, ...]:
    """The genuine rows of a table as facts; the others are noted."""
    facts: list[Fact] = []
    columns = ", ".join((*authentic.columns(table), "mac"))
    for row in await conn.fetch(f"SELECT {columns} FROM guard.{table} ORDER BY id"):
        if keys.authenticator.genuine_row(table, row):
            facts.append(fact(row))
        else:
            forged.append(Violation(Code.INTEGRITY, None, None, (), f"{table} {row['id']}"))
    return tuple(facts)


def _account(row: stamped.Row) -> AccountFacts:
    ends: tuple[datetime, datetime] = row["attested_until"], row["reviewed_until"]
    return AccountFacts(AccountId(str(row["id"])), row["status"] == "active", *ends, (), (), ())


def _organisation(row: stamped.Row) -> OrganisationFacts:
    id_ = OrganisationId(str(row["id"]))
    return OrganisationFacts(id_, row["kind"], row["active"], row["contract_until"], row["confirmed_agents"])
