"""What a reviewer will see of every habilitation, gathered once when campaigns open: use, peers, exposure, age."""

import json
import logging
from collections import defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.habilitation import Status
from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Policy, RoleKind
from beffroi.core.reviewing import USE, Held, Peers, peers_of, reasons, use_of
from beffroi.guard.reviewing.exposing import exposures
from beffroi.guard.reviewing.statements import COUNT_OPENINGS, LAST_SESSIONS, LOAD_HELD
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.reviewing")
_NOBODY: Final = Peers(0, 0)


class Seen(NamedTuple):
    """A habilitation's row, and the facts of it."""

    row: Row
    held: Held


async def gather(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, now: datetime
) -> dict[OrganisationId, list[Seen]]:
    """Everybody who has access now, by organisation. Peers hold the same role anywhere in the network.

    A row that is not genuine is said in the log, and reviewed as one that nobody knows. Reads only; a pass over
    three months of journal.
    """
    rows: list[Any] = await conn.fetch(LOAD_HELD)
    opened: dict[tuple[str, str, str], list[Any]] = defaultdict(list)
    for row in await conn.fetch(COUNT_OPENINGS, now - USE, now):
        opened[str(row["account"]), str(row["organisation"]), row["role"]].append(row)
    sessions = {str(row["habilitation"]): row["seen_at"] for row in await conn.fetch(LAST_SESSIONS, now - USE)}
    exposed = await exposures(conn, policy, rows, now)
    facts: dict[str, Held] = {}
    for row in rows:
        facts[str(row["id"])] = _held(
            keys, policy, row, opened[str(row["account"]), str(row["organisation"]), row["role"]],
            sessions.get(str(row["id"])), exposed[str(row["id"])],
        )  # fmt: skip
    return _among_peers(rows, facts)


def _held(keys: "Keys", policy: Policy, row: Row, opened: list[Any], seen_at: datetime | None, exposure: int) -> Held:
    genuine = keys.authenticator.genuine_row("habilitation", row)
    if not genuine:
        _LOG.critical("integrity: reviews: guard.habilitation %s", row["id"])
    role = policy.roles.get(row["role"]) if genuine else None
    reads = role is not None and role.kind is RoleKind.READER
    used_at = max((one["last_at"] for one in opened), default=None) if reads else seen_at
    return Held(
        None if role is None else role.kind,
        Status(row["status"]),
        row["from_at"],
        used_at,
        use_of((one["explanation"], one["openings"]) for one in opened),
        exposure,
        bool(row["pools"]),
        _NOBODY,
    )


def _among_peers(rows: list[Any], facts: dict[str, Held]) -> dict[OrganisationId, list[Seen]]:
    by_role: dict[str, list[Held]] = defaultdict(list)
    for row in rows:
        by_role[row["role"]].append(facts[str(row["id"])])
    peers = {
        role: peers_of([one.use.openings for one in held], [one.exposure for one in held])
        for role, held in by_role.items()
    }
    found: dict[OrganisationId, list[Seen]] = defaultdict(list)
    for row in rows:
        held = facts[str(row["id"])]._replace(peers=peers[row["role"]])
        found[OrganisationId(str(row["organisation"]))].append(Seen(row, held))
    return found


def written(held: Held) -> str:
    """The facts as they are kept and shown: canonical JSON, no personal value."""
    told = {
        "kind": held.kind, "status": held.status, "since_at": held.since_at.isoformat(),
        "used_at": held.used_at and held.used_at.isoformat(), "related": held.use.related, "broken": held.use.broken,
        "other": held.use.other, "median": held.peers.median, "exposure": held.exposure,
        "ninetieth": held.peers.ninetieth, "pooled": held.pooled,
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def alone(held: Held, now: datetime) -> list[str]:
    """Codes of the reasons to look at it alone."""
    return [reason.value for reason in reasons(held, now)]
