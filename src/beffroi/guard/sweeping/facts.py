"""What a sweep judges from, loaded set-based: a network of 15,000 accounts in one pass, or a few accounts again.

A row that is not genuine is left out and said in the log: it is refused by the decision anyway, and must not stop
the sweep of everybody else.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from beffroi.core.habilitation import Status
from beffroi.core.ids import AccountId, HabilitationId, OrganisationId, RoleCode
from beffroi.core.policy import Policy
from beffroi.core.sweeping import HeldRole, Swept
from beffroi.guard.stamped import Row
from beffroi.guard.sweeping.statements import LOAD_ACCOUNTS, LOAD_HABILITATIONS

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.sweeping")
_STATUSES: Final[Mapping[str, Status]] = {status.value: status for status in Status}
_SWEPT: Final = ("warned_at", "suspended_at", "restarted_at")


class Loaded(NamedTuple):
    """An account as the law sees it, beside the rows it came from; ``swept`` is ``None`` where nothing is noted."""

    facts: Swept
    account: Row
    swept: Row | None
    habilitations: Mapping[HabilitationId, Row]


async def load(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, accounts: Iterable[AccountId] | None = None
) -> list[Loaded]:
    """Facts of these accounts, or of everybody not closed; in no particular order."""
    wanted = None if accounts is None else [UUID(one) for one in accounts]
    contracts = await _contracts(conn, keys)
    held: dict[UUID, dict[HabilitationId, Row]] = defaultdict(dict)
    forged: set[UUID] = set()
    for row in await conn.fetch(LOAD_HABILITATIONS, wanted):
        if row["organisation"] not in contracts or not _genuine(keys, "habilitation", row):
            forged.add(row["account"])
        held[row["account"]][HabilitationId(str(row["id"]))] = row
    found = []
    for row in await conn.fetch(LOAD_ACCOUNTS, wanted):
        if row["id"] not in forged and _genuine(keys, "account", row):
            found.append(_loaded(keys, policy, row, held.get(row["id"], {}), contracts))
    return found


async def _contracts(conn: "asyncpg.Connection", keys: "Keys") -> dict[UUID, datetime]:
    """Until when each organisation may work: never past its contract, and not at all when it is closed."""
    rows = await conn.fetch("SELECT * FROM guard.organisation")
    return {row["id"]: row["contract_until"] for row in rows if _genuine(keys, "organisation", row)}


def _loaded(
    keys: "Keys",
    policy: Policy,
    row: Row,
    held: Mapping[HabilitationId, Row],
    contracts: Mapping[UUID, datetime],
) -> Loaded:
    swept: dict[str, Any] | None = None
    if row["swept_id"] is not None:
        swept = {"id": row["swept_id"], "version": row["swept_version"], "mac": row["swept_mac"]}
        swept |= {name: row[name] for name in _SWEPT}
        swept = swept if _genuine(keys, "swept", swept) else None
    noted: Mapping[str, datetime | None] = swept or dict.fromkeys(_SWEPT)
    facts = Swept(
        id=AccountId(str(row["id"])),
        status=row["status"],
        created_at=row["created_at"],
        used_at=row["used_at"],
        attested_until=row["attested_until"],
        reviewed_until=row["reviewed_until"],
        warned_at=noted["warned_at"],
        suspended_at=noted["suspended_at"],
        restarted_at=noted["restarted_at"],
        habilitations=tuple(
            _held(policy, id_, one, contracts[one["organisation"]]) for id_, one in sorted(held.items())
        ),
    )
    return Loaded(facts, row, swept, held)


def _held(policy: Policy, id_: HabilitationId, row: Row, contract_until: datetime) -> HeldRole:
    role = policy.roles.get(RoleCode(row["role"]))
    return HeldRole(
        id=id_,
        organisation=OrganisationId(str(row["organisation"])),
        kind=None if role is None else role.kind,
        status=_STATUSES.get(row["status"]),
        until_at=row["until_at"],
        contract_until=contract_until,
    )


def _genuine(keys: "Keys", table: str, row: Row) -> bool:
    if keys.authenticator.genuine_row(table, row):
        return True
    _LOG.critical("integrity: sweep: guard.%s %s", table, row["id"])
    return False
