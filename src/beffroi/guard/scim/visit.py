"""One call of a directory, once its token is known: connection, keys, policy, organisation, instant."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from beffroi.core.ids import OrganisationId
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.stamped import Row
from beffroi.standards.scim.documents import Document
from beffroi.standards.scim.faults import ScimFault

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

ROOT: Final = "/scim/v2"


@dataclass(slots=True)
class Visit:
    """``conn`` is in a transaction: under the turnstile for what writes, else one snapshot."""

    conn: Any
    keys: "Keys"
    policy: Policy
    organisation: OrganisationId
    office: Row
    now: datetime
    base: str
    """Address of /scim/v2, without a slash at its end."""


class Reply(NamedTuple):
    """What a call is answered: ``users`` are the ids of those whose values it gives, for the journal."""

    status: int
    document: Document | None = None
    users: tuple[str, ...] = ()
    did: str = ""
    resource: str | None = None
    account: str | None = None
    version: str | None = None
    location: str | None = None


async def place(conn: Any, keys: "Keys", organisation: OrganisationId, now: datetime) -> Row:
    """The organisation of a token, in force and not contained. Raises ScimFault (403), Forged."""
    row = await conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", organisation)
    cut = await conn.fetch("SELECT * FROM guard.containment WHERE lifted_at IS NULL")
    scopes = {(one["kind"], one["scope"]) for one in cut if stamped.genuine(keys, "containment", one)}
    scopes |= keys.authenticator.distrusted
    if (
        row is None
        or not stamped.genuine(keys, "organisation", row)["active"]
        or now >= row["contract_until"]
        or ("organisation", str(organisation)) in scopes
        or any(kind == "everything" for kind, _ in scopes)
    ):
        raise ScimFault(403, "The organisation is closed, contained, or its contract has ended.")
    return dict(row)
