"""From what somebody names to a question: lines become their accounts; and the entry that says it was asked."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from beffroi.core.approvals import Objection
from beffroi.core.ids import AccountId
from beffroi.core.normalisation import NormalisationRefusal
from beffroi.guard import stamped, turnstile
from beffroi.guard.containing import lineage
from beffroi.guard.forensics.asking import said
from beffroi.guard.forensics.questions import By, Question, ReadBy, Readers
from beffroi.guard.journal import Entry, append
from beffroi.guard.vault import blind
from beffroi.guard.web import bodies
from beffroi.guard.web.requests import Malformed

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.duties import OnDuty, Work
    from beffroi.guard.vault.records import Email

PERSON: Final = "person"
LINE: Final = "line"
KINDS: Final = (*(by.value for by in By), LINE, PERSON)
"""What a question may be about."""


_ONE: Final = "account", LINE
"""Scopes that may be named by a professional address."""
_BY_ADDRESS: Final = "SELECT id FROM guard.account WHERE email_index = $1"


class Objected(Exception):
    """Why a scope cannot be asked about."""

    def __init__(self, objection: Objection) -> None:
        self.objection = objection


class Named(Protocol):
    """A scope as somebody names it: ids, or the address of one account or of a line's head."""

    @property
    def by(self) -> str:
        """One of ``KINDS`` without the person."""

    @property
    def ids(self) -> tuple[str, ...]:
        """UUIDs, or codes of applications."""

    @property
    def email(self) -> "Email | None":
        """Instead of ``ids``."""


async def asked(work: "Work", by: "OnDuty", named: Named, window: tuple[datetime, datetime]) -> Readers:
    """Whom these read, as the officer names them: of one organisation, that organisation alone.

    Raises Objected, Forged, and Malformed for ids that are none.
    """
    ids = await _ids(work, named)
    if not by.everywhere and (named.by != By.ORGANISATION or set(ids) != {by.organisation.id}):
        raise Objected(Objection.OUT_OF_REACH)
    found = await question(work, named.by, ids, window)
    assert isinstance(found, Readers), "no scope is a person"
    return found


async def _ids(work: "Work", named: Named) -> Sequence[str]:
    if named.email is not None:
        if named.by not in _ONE or named.ids:
            raise Malformed("$.email", "null, unless an account or a line is named by it alone")
        index = blind.agent_email(work.keys, named.email)
        if isinstance(index, NormalisationRefusal):
            raise Objected(Objection.ADDRESS_WRONG)
        found = await work.conn.fetchval(_BY_ADDRESS, index)
        if found is None:
            raise Objected(Objection.UNKNOWN_COLLEAGUE)
        return [str(found)]
    if not named.ids:
        raise Malformed("$.ids", "at least one")
    if named.by != By.APPLICATION and not all(bodies.is_person(one.encode()) for one in named.ids):
        raise Malformed("$.ids", "UUIDs")
    return tuple(sorted(set(named.ids)))


def window(from_at: datetime, until_at: datetime) -> tuple[datetime, datetime]:
    """A window in UTC, its end excluded. Raises Malformed."""
    for name, at in (("from_at", from_at), ("until_at", until_at)):
        if at.tzinfo is None or not 2000 <= at.year < 2200:
            raise Malformed(f"$.{name}", "an instant with its offset")
    if until_at - from_at < timedelta(microseconds=1):
        raise Malformed("$.until_at", "an instant after from_at")
    return from_at.astimezone(UTC), until_at.astimezone(UTC)


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
