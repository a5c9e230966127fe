"""Whose file a proven identity opens: the one that the blind index of name and birth date finds, and that agrees.

The name is that of birth, which the State vouches for; a usual name is what somebody said. Whatever is found is read
inside the guard to be compared, and nothing of it leaves.

The first match binds the provider's subject and the file to each other for good. An office that types somebody
else's identity into a file, or changes what a file says, then opens nothing with it: who comes next is refused, and
security is told.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from beffroi.core.fields import NAMES
from beffroi.core.ids import PersonId
from beffroi.core.personal import Known, Pivot, Unmatched, is_of
from beffroi.guard import stamped
from beffroi.guard.merging import aliases
from beffroi.guard.vault import blind, people
from beffroi.guard.vault.people import MOST_MATCHES, Absent
from beffroi.guard.vault.records import Identity, decode

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys
    from beffroi.standards.oidc import PivotIdentity

_PARIS: Final = ZoneInfo("Europe/Paris")
TABLE: Final = "person_binding"
# The name of birth; the usual one of a file that has no other.
_BORN: Final = f"""
SELECT id FROM guard.person WHERE blind_birth_name = $1
UNION SELECT id FROM guard.person WHERE blind_name = $1 AND blind_birth_name IS NULL
ORDER BY id LIMIT {MOST_MATCHES + 1}
"""
_BOUND: Final = "SELECT * FROM guard.person_binding WHERE subject_index = $1 OR person = ANY ($2::uuid[])"


class Match(NamedTuple):
    """Whose file it is, or why nobody's; ``disputed`` are the files that security should look at."""

    found: PersonId | Unmatched
    disputed: tuple[PersonId, ...] = ()


async def match(
    conn: "asyncpg.Connection", keys: "Keys", identity: "PivotIdentity", subject: UUID, now: datetime
) -> Match:
    """The one person of this identity, bound to its subject from now on; the caller holds the turnstile.

    ``subject`` is the blind index of the provider's subject. Raises SealRefused, WrappedKeyRefused, Forged.
    """
    agreeing = await _agreeing(conn, keys, identity, now)
    if isinstance(agreeing, list) and len(agreeing) > 1:
        return Match(Unmatched.SEVERAL, tuple(agreeing))
    files = [] if isinstance(agreeing, Unmatched) else agreeing
    # A file that was merged into another keeps its binding: it says whose the other is, as the other's own would.
    kin = [one for file in files for one in await aliases.family(conn, keys, file)]
    rows = [stamped.genuine(keys, TABLE, row) for row in await conn.fetch(_BOUND, subject, kin)]
    own = next((PersonId(str(row["person"])) for row in rows if row["subject_index"] == subject), None)
    own = None if own is None else await aliases.survivor(conn, keys, own)
    if own is not None and files != [own]:
        return Match(Unmatched.OTHER_FILE, (own, *files))
    if isinstance(agreeing, Unmatched):
        return Match(agreeing)
    if not files:
        return Match(Unmatched.UNKNOWN)
    if own is None and rows:
        return Match(Unmatched.OTHER_IDENTITY, (files[0],))
    if own is None:
        bound = {"id": uuid4(), "person": UUID(files[0]), "subject_index": subject, "bound_at": now, "version": 1}
        await stamped.insert(conn, keys, TABLE, bound)
    return Match(files[0])


async def _agreeing(
    conn: "asyncpg.Connection", keys: "Keys", identity: "PivotIdentity", now: datetime
) -> list[PersonId] | Unmatched:
    name, first, born = identity.family_name.reveal(), identity.given_name.reveal(), identity.birthdate.reveal()
    index = blind.searched(keys, "name", name, first_names=first, born=born, today=now.astimezone(_PARIS).date())
    if not isinstance(index, UUID):
        return Unmatched.UNREADABLE
    held = [PersonId(str(row["id"])) for row in await conn.fetch(_BORN, index)]
    if len(held) > MOST_MATCHES:
        return Unmatched.SEVERAL
    pivot = Pivot(name, first, identity.gender.reveal(), identity.birthplace.reveal())
    return [person for person in held if await _agrees(conn, keys, person, pivot)]


async def _agrees(conn: "asyncpg.Connection", keys: "Keys", person: PersonId, pivot: Pivot) -> bool:
    groups = await people.read(conn, keys, person, int(NAMES["identity"]))
    if isinstance(groups, Absent) or "identity" not in groups:
        return False
    held = decode("identity", bytes(groups["identity"]))
    assert isinstance(held, Identity), "the group's own type"
    name = held.last_name if held.birth_name is None else held.birth_name
    return is_of(Known(name, held.first_names, held.sex, held.birth_place), pivot)
