"""Whose file a proven identity opens: the one that the blind index of name and birth date finds, and that agrees.

Two names are looked for: that of birth and, where the provider says another, the usual one. Whatever is found is read
inside the guard to be compared, and nothing of it leaves.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from beffroi.core.fields import NAMES
from beffroi.core.ids import PersonId
from beffroi.core.personal import Known, Pivot, Unmatched, is_of
from beffroi.guard.vault import blind, people
from beffroi.guard.vault.people import MOST_MATCHES, Absent
from beffroi.guard.vault.records import Identity, decode

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.standards.oidc import PivotIdentity

_PARIS: Final = ZoneInfo("Europe/Paris")


async def match(
    conn: "asyncpg.Connection", keys: "Keys", identity: "PivotIdentity", now: datetime
) -> PersonId | Unmatched:
    """The one person of this identity; inside the caller's transaction. Raises SealRefused, WrappedKeyRefused."""
    first, born = identity.given_name.reveal(), identity.birthdate.reveal()
    today = now.astimezone(_PARIS).date()
    names = [identity.family_name, *([identity.preferred_username] if identity.preferred_username else [])]
    indexes = [
        blind.searched(keys, "name", name.reveal(), first_names=first, born=born, today=today) for name in names
    ]
    read = [index for index in indexes if isinstance(index, UUID)]
    if not read:
        return Unmatched.UNREADABLE
    found: set[PersonId] = set()
    for index in read:
        held = await people.holding(conn, "name", index)
        if len(held) > MOST_MATCHES:
            return Unmatched.SEVERAL
        found.update(held)
    pivot = Pivot(first, identity.gender.reveal(), identity.birthplace.reveal())
    agreeing = [person for person in sorted(found) if await _agrees(conn, keys, person, pivot)]
    if len(agreeing) == 1:
        return agreeing[0]
    return Unmatched.SEVERAL if agreeing else Unmatched.UNKNOWN


async def _agrees(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, pivot: Pivot) -> bool:
    groups = await people.read(conn, keys, person, int(NAMES["identity"]))
    if isinstance(groups, Absent) or "identity" not in groups:
        return False
    held = decode("identity", bytes(groups["identity"]))
    assert isinstance(held, Identity), "the group's own type"
    return is_of(Known(held.first_names, held.sex, held.birth_place), pivot)
