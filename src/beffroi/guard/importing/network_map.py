"""What an import of people must know of the network: organisations by code, agents by address and by id."""

from typing import NamedTuple
from uuid import UUID

import asyncpg

from beffroi.core.ids import is_uuid
from beffroi.core.normalisation import NormalisationRefusal, email_key
from beffroi.guard.vault import blind


class NetworkMap(NamedTuple):
    """Ids as 16 bytes. ``members`` holds (account, organisation) of habilitations that are not closed."""

    organisations: dict[str, bytes]
    accounts: dict[bytes, bytes]
    members: frozenset[tuple[bytes, bytes]]

    def referent(self, blind_key: bytes, text: str, organisation: bytes) -> bytes | None:
        """The account that ``text`` (professional address, or account id) names, if it works there."""
        if is_uuid(text):
            account: bytes | None = UUID(text).bytes
        else:
            address = email_key(text)
            if isinstance(address, NormalisationRefusal):
                return None
            account = self.accounts.get(blind.index(blind_key, blind.AGENT_EMAIL, address))
        return account if account is not None and (account, organisation) in self.members else None


async def load(conn: asyncpg.Connection) -> NetworkMap:
    """Read the present network; sixteen thousand accounts take a tenth of a second."""
    organisations = await conn.fetch("SELECT code, id FROM guard.organisation")
    accounts = await conn.fetch("SELECT email_index, id FROM guard.account")
    members = await conn.fetch("SELECT account, organisation FROM guard.habilitation WHERE status <> 'closed'")
    return NetworkMap(
        {row["code"]: row["id"].bytes for row in organisations},
        {row["email_index"].bytes: row["id"].bytes for row in accounts},
        frozenset((row["account"].bytes, row["organisation"].bytes) for row in members),
    )
