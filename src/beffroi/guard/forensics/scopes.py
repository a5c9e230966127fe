"""From what somebody names to a question: lines become their accounts; and the entry that says it was asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from beffroi.core.ids import AccountId
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing import lineage
from beffroi.guard.forensics.asking import said
from beffroi.guard.forensics.questions import By, Question, ReadBy, Readers
from beffroi.guard.journal import Entry, append

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.duties import Work

PERSON: Final = "person"
LINE: Final = "line"
KINDS: Final = (*(by.value for by in By), LINE, PERSON)
"""What a question may be about."""


async def question(work: "Work", kind: str, ids: Sequence[str], window: tuple[datetime, datetime]) -> Question:
    """The question about one of ``KINDS``; a line becomes its accounts, the head included. Raises Forged."""
    if kind == PERSON:
        return ReadBy(ids[0], *window)
    if kind == LINE:
        found: set[str] = set()
        for head in ids:
            found |= await lineage.members(work.conn, work.keys, work.policy, AccountId(head), work.now)
        return Readers(By.ACCOUNT, tuple(sorted(found)), *window)
    return Readers(By(kind), tuple(ids), *window)


async def journal(
    conn: "asyncpg.Connection",
    question: Question,
    *,
    account: str | None = None,
    session: str | None = None,
    organisation: str | None = None,
    policy: str | None = None,
    operator: str | None = None,
) -> int:
    """Write that a question is asked, before it is answered; the entry's number.

    Inside the caller's transaction under the turnstile, or in one of its own.
    """
    more = {} if operator is None else {"operator": operator}
    async with conn.transaction():
        await turnstile.take(conn)
        entry = Entry(
            await stamped.instant(conn), "readings-asked",
            person=question.person if isinstance(question, ReadBy) else None,
            account=account, session=session, organisation=organisation, policy=policy,
            detail=said(question, **more),
        )  # fmt: skip
        return (await append(conn, [entry]))[0]
