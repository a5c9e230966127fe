"""The step of migration 0019: providers through which accounts were bound before organisations accepted any."""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import OrganisationId, ProviderId
from beffroi.core.providers import provider_id
from beffroi.guard import key_check, stamped
from beffroi.guard.providers.writing import accept

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

_ACCOUNTS: Final = """
SELECT * FROM guard.account WHERE idp_id IS NOT NULL AND subject_index IS NOT NULL AND status <> 'closed'
"""
_HABILITATIONS: Final = "SELECT * FROM guard.habilitation WHERE status <> 'closed'"


async def take_over(conn: "asyncpg.Connection", load_keys: "Callable[[], Keys]") -> None:
    """Let each organisation accept what its people already came through, each journaled; in the migration, once.

    Whoever comes to write the database afterwards cannot have it done again. Accounts and habilitations that are not
    genuine bring nothing. Keys are loaded only where somebody is bound. Raises KeysRefused, and what ``load_keys``
    raises.
    """
    accounts = await conn.fetch(_ACCOUNTS)
    if not accounts:
        return
    keys = load_keys()
    await key_check.verify_keys(conn, keys)
    seen = _seen(keys, accounts, await conn.fetch(_HABILITATIONS))
    await conn.execute("SELECT guard.ensure_journal_partitions(0)")
    now = await stamped.instant(conn)
    for organisation, provider in sorted(seen):
        await accept(conn, keys, organisation, provider, provider, now, source="taken-over")


def _seen(
    keys: "Keys", accounts: "Iterable[Row]", habilitations: "Iterable[Row]"
) -> Collection[tuple[OrganisationId, ProviderId]]:
    genuine = keys.authenticator.genuine_row
    bound = {row["id"]: provider_id(row["idp_id"]) for row in accounts if genuine("account", row)}
    found = set()
    for row in habilitations:
        provider = bound.get(row["account"])
        if provider is not None and genuine("habilitation", row):
            found.add((OrganisationId(str(row["organisation"])), provider))
    return found
