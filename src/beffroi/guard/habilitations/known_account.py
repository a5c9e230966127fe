"""A request for access that names an account which is there already: what who asks may learn of it, and who approves.

An address is typed by whoever asks, and an account may work elsewhere. What he is told must then be what he would be
told of an address nobody has, or the door answers who works where (I-15 says the same of people). Approvers read the
name that the guard keeps, and what stands in the way: they agree about an account, not about a typed name.
"""

from collections.abc import Sequence
from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.habilitation import ACCESS, AWAITED, clash
from beffroi.core.ids import RoleCode
from beffroi.core.policy import Label, RoleKind
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Line
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

_OPEN: Final = ACCESS | AWAITED
_HERE: Final = "SELECT * FROM guard.habilitation WHERE account = $1 AND organisation = $2"


async def may_learn(work: Work, by: OnDuty, account: Row | None, roles: Sequence[str], objection: Objection) -> bool:
    """Whether who asks may be told this objection: it follows from his request alone, or from what he reaches.

    Otherwise the request is made all the same, and whoever is to approve it reads what stands against it. Raises
    Forged.
    """
    if account is None or by.everywhere:
        return True
    rows = await work.conn.fetch(_HERE, account["id"], by.organisation.id)
    if objection is Objection.NOT_IN_THAT_STATE:
        return bool(rows)  # a colleague, or somebody who was one
    if objection is not Objection.DUTIES_APART:
        return True
    held = [row["role"] for row in rows if stamped.genuine(work.keys, "habilitation", row)["status"] in _OPEN
            and work.now < row["until_at"]]  # fmt: skip
    kinds: list[RoleKind] = [
        role.kind for code in (*roles, *held) if (role := work.policy.roles.get(RoleCode(code))) is not None
    ]
    return clash(kinds, work.policy.separation) is not None


async def beside(work: Work, asked: Asked) -> tuple[Line, ...]:
    """For approvers: whose account it is, by the name that the guard keeps, and whether another was typed."""
    if asked.beneficiary is None:
        return ()
    body = asked.content["body"]
    name = (await agents.names(work.conn, work.keys, [asked.beneficiary])).get(asked.beneficiary, "–")
    lines = [Line(Label("Compte déjà connu, au nom de", "Account already known, in the name of"), Label(name, name))]
    if _folded(name) != _folded(f"{body['first_name']} {body['last_name']}"):
        lines.append(
            Line(
                Label("Attention", "Take care"),
                Label(
                    "Le nom saisi par la personne qui demande n’est pas celui de ce compte",
                    "The name typed by who asks is not that of this account",
                ),
            )
        )
    return tuple(lines)


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
