"""The proof that one consultation stands in the published log: a file that is verified without asking anybody."""

from typing import TYPE_CHECKING, Final

from beffroi.core.personal import Objection
from beffroi.guard.sealing import handing_out
from beffroi.guard.sealing.handing_out import Standing

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.guard.settings import GuardSettings

_WITHOUT: Final = {
    Standing.WAITING: Objection.PROOF_NOT_YET,
    Standing.FORGOTTEN: Objection.PROOF_GONE,
    Standing.DEPARTED: Objection.PROOF_WRONG,
}
"""What is said where there is no proof."""


async def of_entry(
    conn: "asyncpg.Connection", keys: "Keys", settings: "GuardSettings", person: str, entry: int
) -> str | Objection:
    """The proof file of a consultation of this person's file.

    Raises StoreRefused and Malformed for a log that cannot be read; WrappedKeyRefused.
    """
    if settings.log is None:
        return Objection.PROOF_NOT_YET
    given = (await handing_out.of_person(conn, keys, settings.log.store, person, [entry])).get(entry)
    if given is None:
        return Objection.PROOF_GONE  # it was found, in files alone: the database keeps it no longer
    return given.proof.decode() if given.proof is not None else _WITHOUT[given.standing]
