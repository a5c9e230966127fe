"""How many people could be read in 24 hours under each habilitation, if its account fell now.

The one place where reviews ask for exposure. It counts what the budgets of the role pay for, and no more people than
its relations give; searches pay for anybody; the pool holds an account that charges one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.exposure import most
from beffroi.core.ids import AccountId, Bucket, OrganisationId
from beffroi.core.policy import SEARCH, Action, Policy, Relation, Role, RoleKind
from beffroi.guard.exposure.statements import LOAD_COVERS
from beffroi.guard.reviewing.statements import COUNT_RELATIONS
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

_DAY: Final = 24
_KINDS: Final = {relation.value: relation for relation in Relation}
Counts = Mapping[tuple[OrganisationId, AccountId | None], Mapping[Relation, int]]
"""Live relations by organisation and referent; ``None``: all of the organisation's."""


async def exposures(
    conn: "asyncpg.Connection", policy: Policy, habilitations: Iterable[Row], now: datetime
) -> dict[str, int]:
    """People within reach in 24 hours, by habilitation. Rows have ``pools`` of the account beside their columns."""
    found: dict[tuple[OrganisationId, AccountId | None], dict[Relation, int]] = defaultdict(dict)
    for row in await conn.fetch(COUNT_RELATIONS, now):
        if row["kind"] in _KINDS:
            referent = None if row["every"] else AccountId(str(row["referent"]))
            found[OrganisationId(str(row["organisation"])), referent][_KINDS[row["kind"]]] = row["people"]
    for row in await conn.fetch(LOAD_COVERS, now, now):
        place = OrganisationId(str(row["organisation"]))
        mine = found[place, AccountId(str(row["account"]))]
        for kind, people in found[place, AccountId(str(row["absent"]))].items():
            mine[kind] = mine.get(kind, 0) + people
    return {str(row["id"]): _of(row, policy, found) for row in habilitations}


def _of(row: Row, policy: Policy, counts: Counts) -> int:
    role = policy.roles.get(row["role"])
    if role is None or role.kind is not RoleKind.READER:
        return 0
    place = OrganisationId(str(row["organisation"]))
    drawn = _drawn(role, counts.get((place, None), {}), counts.get((place, AccountId(str(row["account"]))), {}))
    people = sum(
        min(count, most(policy.buckets[bucket], _DAY)) for bucket, count in drawn.items() if bucket in policy.buckets
    )
    if any(Action.FIND in rule.actions for rule in role.rules.values()) and SEARCH in policy.buckets:
        people += most(policy.buckets[SEARCH], _DAY)
    return min(people, most(policy.pool, _DAY)) if row["pools"] else people


def _drawn(role: Role, every: Mapping[Relation, int], own: Mapping[Relation, int]) -> dict[Bucket, int]:
    """People that each budget of the role may pay for: one's own, and the others of the organisation."""
    drawn: dict[Bucket, int] = defaultdict(int)
    for kind, total in every.items():
        mine, bucket = own.get(kind, 0), role.buckets.get(kind)
        referent = role.buckets.get(Relation.REFERENT, bucket)
        if referent is not None:
            drawn[referent] += mine
        if bucket is not None:
            drawn[bucket] += total - mine
    return drawn
