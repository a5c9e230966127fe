"""What an application is told of a session: whose, how strongly identified, under which membership, what is spent."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.budgets import Caps
from beffroi.core.duty import NETWORK, Duty, duties
from beffroi.core.fields import names
from beffroi.core.habilitation import caps_of
from beffroi.core.ids import AccountId, Bucket, OrganisationId
from beffroi.core.policy import BREAK_GLASS, SEARCH, Policy, Role
from beffroi.core.relating import follows_people
from beffroi.guard import own_budgets, stamped
from beffroi.guard.broken_glass import reading as broken_glass
from beffroi.guard.relating import transfers
from beffroi.guard.sessions.memberships import Membership, memberships_in
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_FILES: Final = """
SELECT * FROM guard.containment WHERE lifted_at IS NULL AND kind = 'files' AND scope = ANY ($1::text[])
"""


async def describe(
    conn: "asyncpg.Connection", keys: "Keys", policy: Policy, session: Row, *, with_budgets: bool
) -> dict[str, object]:
    """The session as the API shows it. Raises Forged, SealRefused or WrappedKeyRefused: an integrity alert."""
    now = await stamped.instant(conn)
    account = AccountId(str(session["account"]))
    row = await conn.fetchrow("SELECT * FROM guard.account WHERE id = $1", account)
    agent = agents.unsealed(keys, row)
    held = await memberships_in(conn, keys, account, session["application"], now)
    chosen = None if session["habilitation"] is None else str(session["habilitation"])
    described: dict[str, object] = {
        "session": str(session["id"]),
        "account": account,
        "level": session["level"],
        "expires_at": session["expires_at"],
        "agent": {"display_name": agents.display_name(agent)},
        "attested_until": row["attested_until"],
        "memberships": [_membership(membership, policy) for membership in held],
        "habilitation": chosen,
    }
    if with_budgets:
        acting = next((each for each in held if each.habilitation == chosen), None)
        role = None if acting is None else policy.roles.get(acting.role)
        described["budgets"] = []
        if acting is not None and role is not None:
            caps = _caps(policy, role, acting.status)
            described["budgets"] = await _budgets(conn, keys, account, caps, now)
        described |= {"purposes": [], "reasons": [], "duties": []} if role is None else _rights(role, policy)
        if acting is not None and role is not None:
            described["files_closed"] = await _files_closed(conn, keys, acting)
        if acting is not None and role is not None and follows_people(role):
            described["transfers_waiting"] = await transfers.waiting(conn, acting.organisation, now)
        if acting is not None and role is not None and Duty.INVESTIGATE in duties(role):
            place = None if acting.organisation_kind == NETWORK else OrganisationId(acting.organisation)
            described["glass_waiting"], _late = await broken_glass.waiting(conn, place, now)
    return described


async def _files_closed(conn: "asyncpg.Connection", keys: "Keys", acting: Membership) -> bool:
    """Whether a containment closes the files of the organisation, and of nobody's accounts. Raises Forged."""
    rows = await conn.fetch(_FILES, [acting.organisation, acting.organisation_kind])
    return bool([stamped.genuine(keys, "containment", row) for row in rows])


def _rights(role: Role, policy: Policy) -> Mapping[str, object]:
    """What the chosen role may do, so that a screen offers only that; the decision alone allows it."""
    return {
        "purposes": [
            {
                "code": code,
                "label": policy.purposes[code]._asdict(),
                "actions": sorted(rule.actions),
                "read": names(rule.read),
                "write": names(rule.write),
            }
            for code, rule in role.rules.items()
        ],
        "reasons": [
            {"code": code, "label": label._asdict()} for code, label in policy.reasons.items() if role.break_glass
        ],
        "duties": sorted(duties(role)),
    }


def _membership(membership: Membership, policy: Policy) -> Mapping[str, object]:
    role = policy.roles.get(membership.role)
    return {
        "habilitation": membership.habilitation,
        "organisation": {
            "id": membership.organisation,
            "code": membership.organisation_code,
            "name": membership.organisation_name,
            "kind": membership.organisation_kind,
        },
        "role": membership.role,
        "label": None if role is None else role.label._asdict(),
        "status": membership.status,
    }


def _caps(policy: Policy, role: Role, status: str) -> dict[Bucket, Caps]:
    """Caps of the buckets this role draws on, the ordinary ones first, as they apply under such a habilitation."""
    wanted = list(role.buckets.values())
    if role.newcomer is not None:
        wanted += [role.newcomer, SEARCH]
    if role.break_glass:
        wanted.append(BREAK_GLASS)
    caps = {bucket: caps_of(policy, bucket, status) for bucket in wanted}
    return {bucket: its for bucket, its in caps.items() if its is not None}


async def _budgets(
    conn: "asyncpg.Connection", keys: "Keys", account: AccountId, caps: Mapping[Bucket, Caps], now: datetime
) -> list[dict[str, object]]:
    spent = await own_budgets.spent(conn, keys, account, caps, now)
    return [
        {"bucket": bucket, "spent": spent[bucket]._asdict(), "caps": its._asdict()} for bucket, its in caps.items()
    ]
