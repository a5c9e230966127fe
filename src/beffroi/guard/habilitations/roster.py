"""An organisation's own list of who works there: mail domains, and people whose address is of another domain."""

from typing import Final
from uuid import UUID

from beffroi.core.ids import OrganisationId
from beffroi.guard import stamped
from beffroi.guard.duties import Work

_DOMAINS: Final = "SELECT * FROM guard.roster_domain WHERE organisation = $1 AND domain = $2 AND ended_at IS NULL"
_PEOPLE: Final = "SELECT * FROM guard.roster_person WHERE organisation = $1 AND email_index = $2 AND ended_at IS NULL"


async def knows(work: Work, organisation: OrganisationId, email: str, index: UUID) -> bool:
    """Whether the roster holds this address, by its domain or by itself; it grants nothing. Raises Forged.

    ``email`` is normalised, ``index`` its blind index.
    """
    rows = await work.conn.fetch(_DOMAINS, organisation, email.rpartition("@")[2])
    if any(stamped.genuine(work.keys, "roster_domain", row) for row in rows):
        return True
    rows = await work.conn.fetch(_PEOPLE, organisation, index)
    return any(stamped.genuine(work.keys, "roster_person", row) for row in rows)
