"""One person is erased, whoever asked for it: a list that two people signed off, or the person (GDPR article 17).

There is no other way: what a table that is added says of people is forgotten here because it stands in
:data:`beffroi.guard.vault.people.OF_PEOPLE`, and a restore does it again from ``guard.erased`` (I-13).
"""

from typing import TYPE_CHECKING

from beffroi.core.ids import EntryNumber, PersonId
from beffroi.guard.vault import people
from beffroi.guard.vault.people import Absent

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.journal import Entry
    from beffroi.guard.keys import Keys


async def erase_person(conn: "asyncpg.Connection", keys: "Keys", *, entry: "Entry") -> EntryNumber | Absent:
    """Erase ``entry.person`` within the transaction under way, and journal it by ``entry``, of kind ``erased``.

    The person's key goes with their ciphertexts and blind indexes; so do relations, the archive's included, reaches,
    texts, sessions and binding of the personal space, reports, transfers and holds. What stays is the random id: in
    the journal, in ``guard.erased``, and until their list ends on the line of it that two people signed. The
    turnstile is taken: an opening that was not committed before sees nobody (I-01).

    Decides nothing: who may, and whether the person is due, is the caller's to know. ``Absent`` where there is no
    such person, and nothing is journaled then. Raises ValueError for an entry that names nobody.
    """
    if entry.person is None or entry.kind != "erased":
        raise ValueError("an entry of kind `erased`, of one person")
    done = await people.erase(conn, keys, PersonId(entry.person), entry=entry)
    return done if isinstance(done, Absent) else EntryNumber(done)
