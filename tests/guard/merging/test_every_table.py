"""What a merge makes of every table that speaks of a person: a table that is added is decided here first."""

from enum import StrEnum

import asyncpg

from tests.databases import FreshDatabase


class Fate(StrEnum):
    """What becomes of the rows of the file that goes."""

    MOVES = "begin anew for the file that stays, and come back when the two are parted"
    ENDS = "are over from then on, and do not come back"
    HINDERS = "keep the file from going"
    IS_READ_AS_ONE = "stay as they are; whoever looks at one id of the person is shown those of all"
    KEEPS = "stay as they are, and keep the file that stays from being erased"
    STAYS = "stay as they are: they speak of the id, not of the file"


FATES = {
    "relation": Fate.MOVES,
    "reach": Fate.ENDS,  # that a search of today found them; what was opened is counted under the id it was opened by
    "invitation": Fate.ENDS,
    "presence_code": Fate.ENDS,
    "person_session": Fate.ENDS,
    "transfer": Fate.HINDERS,  # while it waits; one that was answered is what happened to that id
    "restriction": Fate.HINDERS,  # while it lasts
    "journal": Fate.IS_READ_AS_ONE,
    "person_binding": Fate.IS_READ_AS_ONE,
    "person_request": Fate.IS_READ_AS_ONE,
    "person_request_text": Fate.IS_READ_AS_ONE,
    "person_request_answer": Fate.IS_READ_AS_ONE,
    "correction": Fate.IS_READ_AS_ONE,  # sealed under the key of the file it was made in, which stays
    "attachment": Fate.IS_READ_AS_ONE,  # sealed under the key of the file it was added to, which stays
    "report": Fate.KEEPS,  # read as one too; so is a request that waits for an answer
    "erasure_hold": Fate.KEEPS,
    "erased": Fate.STAYS,
    "erasure_line": Fate.STAYS,  # followed again a moment ago, the file is kept when its turn comes
    "free_text": Fate.STAYS,  # an agent's reason, sealed under that agent's key and read by the journal's entry
    "letter": Fate.STAYS,  # written to that file's own address before; counted by id
    "merge_kept": Fate.STAYS,  # of an earlier merge into the file that goes, which is parted after this one
    "person_alias": Fate.STAYS,  # the merge itself, and earlier ones
}
NAMING = """
SELECT table_name FROM information_schema.columns c JOIN pg_class t ON t.oid = ('guard.' || c.table_name)::regclass
WHERE table_schema = 'guard' AND column_name = 'person' AND NOT t.relispartition
"""
"""Every table of the guard that speaks of a person in a column of that name."""


async def test_every_table_that_names_a_person_says_what_a_merge_makes_of_it(fresh: FreshDatabase) -> None:
    conn = await asyncpg.connect(fresh.admin)
    try:
        named = {row[0] for row in await conn.fetch(NAMING)}
    finally:
        await conn.close()
    assert named == set(FATES)
