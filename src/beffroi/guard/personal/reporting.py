"""A consultation that its person does not recognise: reported once, looked into by security officers, answered.

What they see is the entry, the account's random id and the organisation; the person reported as a person is nowhere
in what they read, and the investigation that follows is a question of its own, journaled as such.
"""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from beffroi.core.ids import AccountId
from beffroi.core.personal import ANSWERS, MOST_REPORTS, Answer, Objection, Standing, may_move
from beffroi.core.policy import Policy
from beffroi.guard import stamped
from beffroi.guard.answers.personal import Choice, OwnReport, OwnReports, Report, Reports
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.lines import within_own_line
from beffroi.guard.merging import aliases
from beffroi.guard.notifying import telling
from beffroi.guard.personal.consulting import Opening, words
from beffroi.guard.personal.presence import Present

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

SIZE: Final = 25
TABLE: Final = "report"
_MADE: Final = "SELECT count(*) FROM guard.report WHERE person = ANY ($1::uuid[]) AND reported_at > $2"
_AGAIN: Final = "SELECT EXISTS (SELECT FROM guard.report WHERE person = ANY ($1::uuid[]) AND entry = $2)"
_OWN: Final = """
SELECT r.*, o.name FROM guard.report r LEFT JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = ANY ($1::uuid[]) ORDER BY r.reported_at DESC, r.id LIMIT 200
"""
_THEIRS: Final = """
SELECT r.*, o.name, count(*) OVER () AS total
FROM guard.report r LEFT JOIN guard.organisation o ON o.id = r.organisation
WHERE ($1::uuid IS NULL OR r.organisation = $1)
ORDER BY r.standing = 'answered', r.reported_at DESC, r.id LIMIT $2 OFFSET $3
"""


async def make(here: Present, keys: "Keys", opening: Opening, policy: Policy) -> str | Objection:
    """Report a consultation that was found to be of this person; the report's id. The turnstile is held.

    Raises Forged.
    """
    kin = await aliases.family(here.conn, keys, here.person)
    if await here.conn.fetchval(_AGAIN, kin, opening.entry):
        return Objection.REPORTED_ALREADY
    if await here.conn.fetchval(_MADE, kin, here.now - timedelta(days=1)) >= MOST_REPORTS:
        return Objection.TOO_MANY_REPORTS
    organisation, id_ = opening.organisation, str(uuid4())
    row = {
        "id": id_, "person": here.person, "entry": opening.entry, "consulted_at": opening.at,
        "account": opening.account, "organisation": organisation, "standing": Standing.RECEIVED.value, "answer": None,
        "reported_at": here.now, "examined_at": None, "examined_by": None, "answered_at": None, "answered_by": None,
        "version": 1,
    }  # fmt: skip
    await stamped.insert(here.conn, keys, TABLE, row)
    entry = Entry(
        here.now, "consultation-reported", here.person, session=here.id,
        organisation=None if organisation is None else str(organisation),
        application=here.session["application"], policy=policy.version,
        detail=f'{{"entry":{opening.entry},"report":"{id_}"}}',
    )  # fmt: skip
    await append(here.conn, [entry])
    work = Work(here.conn, keys, policy, here.now)
    await telling.report_made(work, id_, None if organisation is None else str(organisation))
    return id_


async def own(conn: "asyncpg.Connection", keys: "Keys", person: str) -> OwnReports:
    """What a person reported, and what became of it. Raises Forged."""
    kin = await aliases.family(conn, keys, person)
    return OwnReports(
        tuple(
            OwnReport(
                report=str(row["id"]),
                entry=row["entry"],
                consulted_at=row["consulted_at"],
                organisation_name=row["name"],
                standing=row["standing"],
                reported_at=row["reported_at"],
                examined_at=row["examined_at"],
                answered_at=row["answered_at"],
                answer=None if row["answer"] is None else words(ANSWERS[Answer(row["answer"])]),
            )
            for row in map(partial(stamped.genuine, keys, TABLE), await conn.fetch(_OWN, kin))
        )
    )


async def theirs(work: Work, by: OnDuty, page: int) -> Reports:
    """What a security officer has to look into: all of it from the network, else what one's own organisation did.

    A row that is not genuine is left out, and reported: one of them does not close the list to the others.
    """
    place = None if by.everywhere else by.organisation.id
    found = await work.conn.fetch(_THEIRS, place, SIZE, (page - 1) * SIZE)
    rows = [row for row in found if stamped.is_genuine(work.keys, TABLE, row)]
    total: int = found[0]["total"] if found else 0
    choices = []
    for answer, label in ANSWERS.items():
        said = words(label)
        assert said is not None, "every answer has its words"
        choices.append(Choice(answer.value, said))
    return Reports(total, page, max(1, -(-total // SIZE)), tuple(_report(row) for row in rows), tuple(choices))


async def move(work: Work, by: OnDuty, report: str, to: Standing, answer: Answer | None) -> Standing | Objection:
    """Mark a report as examined, or answer it, unless it is about one's own account or line. The turnstile is held.

    Raises Forged.
    """
    row = await work.conn.fetchrow("SELECT * FROM guard.report WHERE id = $1 FOR UPDATE", report)
    if row is None or not (by.everywhere or str(row["organisation"]) == by.organisation.id):
        return Objection.REPORT_UNKNOWN
    stamped.genuine(work.keys, TABLE, row)
    if row["account"] is not None:
        account = AccountId(str(row["account"]))
        if await within_own_line(work.conn, work.keys, work.policy, account, by.account.id, work.now):
            return Objection.REPORT_OWN
    if not may_move(Standing(row["standing"]), to):
        return Objection.REPORT_CLOSED
    changes: dict[str, object] = {"standing": to.value, "answer": answer and answer.value}
    if row["examined_at"] is None:
        changes |= {"examined_at": work.now, "examined_by": by.account.id}
    if to is Standing.ANSWERED:
        changes |= {"answered_at": work.now, "answered_by": by.account.id}
    await stamped.amend(work.conn, work.keys, TABLE, row, **changes)
    entry = Entry(
        work.now, "report-answered" if to is Standing.ANSWERED else "report-examined", str(row["person"]),
        account=by.account.id, session=by.session.id, organisation=by.organisation.id, role=by.role.code,
        explanation=answer and answer.value, policy=work.policy.version, detail=f'{{"report":"{report}"}}',
    )  # fmt: skip
    await append(work.conn, [entry])
    return to


def _report(row: Mapping[str, Any]) -> Report:
    return Report(
        report=str(row["id"]),
        entry=row["entry"],
        consulted_at=row["consulted_at"],
        account=row["account"] and str(row["account"]),
        organisation=row["organisation"] and str(row["organisation"]),
        organisation_name=row["name"],
        standing=row["standing"],
        reported_at=row["reported_at"],
        examined_at=row["examined_at"],
        answered_at=row["answered_at"],
        answer=row["answer"],
    )
