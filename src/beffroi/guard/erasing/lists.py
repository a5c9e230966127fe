"""Lists of files to erase: prepared by the worker, changed by holds, signed off as they then stand.

One open list an organisation: of those whom it followed last. Files that nobody ever followed are on the network's
own. While a request to sign a list off waits, nothing is added to it: what is signed is what was read.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from beffroi.core.duty import NETWORK
from beffroi.core.erasing import DAY, Line, digest, due, last_organisation
from beffroi.core.ids import OrganisationId, PersonId
from beffroi.core.policy import Policy
from beffroi.guard import stamped, turnstile
from beffroi.guard.duties import Work
from beffroi.guard.erasing import files
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.erasing")
OPEN: Final = "open"
SIGNED: Final = "signed"
DONE: Final = "done"
KIND: Final = "erasure"
"""The code of the request that signs a list off."""
MOST: Final = 20_000
"""People looked at in one run; the next one goes on."""
_DUE: Final = """
SELECT c.person FROM (
    SELECT r.person FROM guard.relation r GROUP BY r.person
    HAVING bool_and(r.kind IN ('archived', 'restricted') OR (r.until_at IS NOT NULL AND r.until_at <= $1))
    UNION ALL
    SELECT p.id FROM guard.person p
    WHERE p.created_at <= $1 AND NOT EXISTS (SELECT FROM guard.relation r WHERE r.person = p.id)
) c
WHERE NOT EXISTS (SELECT FROM guard.erasure_line l WHERE l.person = c.person)
    AND NOT EXISTS (SELECT FROM guard.person_alias a WHERE a.person = c.person AND a.ended_at IS NULL)
    AND NOT EXISTS (SELECT FROM guard.erasure_hold h
        WHERE h.person = c.person AND h.ended_at IS NULL AND h.until_at > $2)
ORDER BY c.person LIMIT $3
"""
"""People who may be due, on no list, not held back, not merged into another file; MACs are verified before anything
follows from it."""
_NETWORK: Final = "SELECT id FROM guard.organisation WHERE kind = $1 AND active ORDER BY id LIMIT 1"
_OPEN: Final = "SELECT * FROM guard.erasure_list WHERE organisation = $1 AND status = 'open' FOR UPDATE"
_ONE: Final = "SELECT * FROM guard.erasure_list WHERE id = $1 FOR UPDATE"
_LINES: Final = "SELECT person, ended_at FROM guard.erasure_line WHERE list = $1 ORDER BY person"
_PENDING: Final = """
SELECT id FROM guard.request
WHERE kind = $1 AND organisation = $2 AND status = 'pending' AND expires_at > $3 ORDER BY created_at LIMIT 1
"""
_TO_LOOK_AT: Final = "SELECT organisation FROM guard.erasure_list WHERE status = 'open'"


async def plan(work: Work) -> dict[OrganisationId, list[Line]]:
    """Who is due now and on no list yet, by the organisation that answers for it; changes nothing."""
    conn, _, policy, now = work
    rows = await conn.fetch(_DUE, now - policy.retention.erase_days * DAY, now, MOST)
    network = await conn.fetchval(_NETWORK, NETWORK)
    found: dict[OrganisationId, list[Line]] = defaultdict(list)
    for person, file in (await files.load(work, [PersonId(str(row["person"])) for row in rows])).items():
        end = due(file, now, policy.retention)
        where = last_organisation(file) or (None if network is None else OrganisationId(str(network)))
        if end is not None and where is not None:
            found[where].append(Line(person, end))
    return {where: sorted(lines, key=lambda line: (line.ended_at, line.person)) for where, lines in found.items()}


async def prepare(pool: Any, keys: "Keys", policy: Policy, stop: Callable[[], bool] = lambda: False) -> Counter[str]:
    """Bring every open list up to date, one organisation at a time; how many lines were added and taken off."""
    async with pool.acquire() as conn:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            planned = await plan(Work(conn, keys, policy, await stamped.instant(conn)))
            standing = {OrganisationId(str(row["organisation"])) for row in await conn.fetch(_TO_LOOK_AT)}
        done: Counter[str] = Counter()
        for organisation in sorted(planned.keys() | standing):
            if stop():
                break
            async with conn.transaction():
                await turnstile.take(conn)
                work = Work(conn, keys, policy, await stamped.instant(conn))
                done += await _bring_up_to_date(work, organisation, planned.get(organisation, []))
    return +done


async def _bring_up_to_date(work: Work, organisation: OrganisationId, more: Sequence[Line]) -> Counter[str]:
    conn, keys, policy, now = work
    if await pending(work, organisation) is not None:
        return Counter()
    row = await conn.fetchrow(_OPEN, organisation)
    if row is not None and not stamped.is_genuine(keys, "erasure_list", row):
        return Counter()
    before = [] if row is None else await lines_of(work, row["id"])
    loaded = await files.load(work, [line.person for line in (*before, *more)])
    ends = {person: due(file, now, policy.retention) for person, file in loaded.items()}
    after = [line for line in before if ends.get(line.person) == line.ended_at]
    known = {line.person for line in before}
    fresh = [line for line in more if line.person not in known and ends.get(line.person) == line.ended_at]
    after += fresh[: max(0, policy.retention.list_people - len(after))]
    if row is None:
        if not after:
            return Counter()
        row = await _begin(work, organisation)
    elif after == before and bytes(row["digest"]) == digest(str(row["id"]), organisation, before):
        return Counter()
    await _write(work, row, before, after)
    return +Counter(listed=len(set(after) - set(before)), unlisted=len(set(before) - set(after)))


async def _begin(work: Work, organisation: OrganisationId) -> Row:
    id_ = str(uuid4())
    row = {
        "id": id_, "organisation": organisation, "status": OPEN, "digest": digest(id_, organisation, []), "people": 0,
        "prepared_at": work.now, "signed_at": None, "request": None, "erased": 0, "kept": 0, "reached": None,
        "ended_at": None, "version": 1,
    }  # fmt: skip
    return await stamped.insert(work.conn, work.keys, "erasure_list", row)


async def _write(work: Work, row: Row, before: Sequence[Line], after: Sequence[Line]) -> Row:
    """Let a list have these lines from now on, journaled: its id, its size, what may be signed."""
    conn, id_, organisation = work.conn, str(row["id"]), OrganisationId(str(row["organisation"]))
    gone, added = set(before) - set(after), [line for line in after if line not in set(before)]
    await conn.execute(
        "DELETE FROM guard.erasure_line WHERE list = $1 AND person = ANY ($2::uuid[])",
        id_, [line.person for line in gone],
    )  # fmt: skip
    await conn.execute(
        "INSERT INTO guard.erasure_line (list, person, ended_at)"
        " SELECT $1, * FROM unnest($2::uuid[], $3::timestamptz[])",
        id_, [line.person for line in added], [line.ended_at for line in added],
    )  # fmt: skip
    signs = digest(id_, organisation, after)
    row = await stamped.amend(
        conn, work.keys, "erasure_list", row, digest=signs, people=len(after), prepared_at=work.now
    )
    await append(conn, [told(work, row, "erasure-list-prepared")])
    return row


def told(work: Work, row: Row, kind: str, by: str | None = None, session: str | None = None) -> Entry:
    """The journal's line about a list: counts and what may be signed, and nobody."""
    detail = {
        "erased": row["erased"], "kept": row["kept"], "list": str(row["id"]), "people": row["people"],
        "sha256": bytes(row["digest"]).hex(),
    }  # fmt: skip
    return Entry(
        work.now, kind, account=by, session=session, organisation=str(row["organisation"]),
        policy=work.policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip


async def pending(work: Work, organisation: OrganisationId) -> str | None:
    """The request that waits about an organisation's list, where there is one."""
    found = await work.conn.fetchval(_PENDING, KIND, organisation, work.now)
    return None if found is None else str(found)


async def one(work: Work, id: str) -> Row | None:
    """A list, locked and genuine; ``None`` where there is none. Raises Forged."""
    row = await work.conn.fetchrow(_ONE, id)
    return None if row is None else stamped.genuine(work.keys, "erasure_list", row)


async def lines_of(work: Work, id: object) -> list[Line]:
    """The lines of a list, by person."""
    rows = await work.conn.fetch(_LINES, id)
    return [Line(PersonId(str(row["person"])), row["ended_at"]) for row in rows]


def to_come(row: Row, lines: Sequence[Line]) -> list[Line]:
    """The lines, by person, of those whose turn has not come."""
    return [line for line in lines if row["reached"] is None or line.person > str(row["reached"])]


def is_whole(row: Row, lines: Iterable[Line]) -> bool:
    """Whether these lines are those that the list's digest covers."""
    return bytes(row["digest"]) == digest(str(row["id"]), OrganisationId(str(row["organisation"])), lines)


async def take_off(work: Work, row: Row, person: PersonId) -> Row | None:
    """Take a person off an open list; ``None`` where they are not on it. Raises Forged."""
    before = await lines_of(work, row["id"])
    after = [line for line in before if line.person != person]
    if len(after) == len(before):
        return None
    return await _write(work, row, before, after)
