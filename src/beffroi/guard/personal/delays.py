"""Delays of the display: one more officer agrees, people's lists leave those consultations out, then show them.

What is left out is left out of the count, of the proofs and of what can be reported alike, so that nothing betrays
it; a sentence that everybody reads at all times says that it may happen. Nothing of the journal changes.
"""

import json
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final
from uuid import UUID, uuid4

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.delaying import MOST_DAYS, WIDEST, Delay, is_delayed
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, moment, same
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.forensics.answering import Answer as Found
    from beffroi.guard.keys import Keys

TABLE: Final = "delay"
NEEDED: Final = 1
"""Approvals: two people with who asks."""
_IN_FORCE: Final = "SELECT * FROM guard.delay WHERE shown_at > $1 ORDER BY id"
_OF_ACCOUNT: Final = "SELECT * FROM guard.delay WHERE account = $1 ORDER BY id"
_HELD: Final = "SELECT 1 FROM guard.habilitation WHERE account = $1 AND organisation = $2 LIMIT 1"


class DelayBody(bodies.Strict, frozen=True):
    """Body of a request to show consultations later; instants with an offset, the end excluded.

    ``renews`` continues a delay in force, of the same account and window.
    """

    account: bodies.PersonText
    from_at: datetime
    until_at: datetime
    days: Annotated[int, Meta(ge=1, le=MOST_DAYS)]
    renews: bodies.PersonText | None = None


async def in_force(conn: "asyncpg.Connection", keys: "Keys", now: datetime) -> tuple[Delay, ...]:
    """Delays that leave something out now. Raises Forged."""
    return tuple(delay_of(stamped.genuine(keys, TABLE, row)) for row in await conn.fetch(_IN_FORCE, now))


def delay_of(row: Row) -> Delay:
    """A row as the law reads it."""
    return Delay(AccountId(str(row["account"])), row["from_at"], row["until_at"], row["shown_at"])


def shown(found: "Found", delays: Iterable[Delay], now: datetime) -> "Found":
    """An answer without the consultations that are not shown yet."""
    import pyarrow as pa

    from beffroi.guard.retention.columns import instant

    delays = tuple(delays)
    if not delays:
        return found
    accounts, times = found.rows.column("account").to_pylist(), found.rows.column("time_us").to_pylist()
    kept = [
        not is_delayed(None if account is None else str(UUID(bytes=account)), instant(at), delays, now)
        for account, at in zip(accounts, times, strict=True)
    ]
    return found._replace(rows=found.rows.filter(pa.array(kept, pa.bool_())))


async def prepare(work: Work, by: OnDuty, body: DelayBody) -> Prepared | Objection:
    """Judge the request: an account within reach, a window that was not delayed yet, or a delay to continue once."""
    if body.from_at.tzinfo is None or body.until_at.tzinfo is None:
        return Objection.PERIOD_WRONG
    if body.from_at.year < 2000:  # what an approver could not be shown in local time
        return Objection.PERIOD_WRONG
    if not timedelta() < body.until_at - body.from_at <= WIDEST or body.until_at > work.now + timedelta(MOST_DAYS):
        return Objection.PERIOD_WRONG
    account = AccountId(body.account)
    known = await work.conn.fetchval("SELECT 1 FROM guard.account WHERE id = $1", account)
    held = by.everywhere or await work.conn.fetchval(_HELD, account, by.organisation.id) is not None
    if known is None or not held:
        return Objection.OUT_OF_REACH
    stopped = await _against(work, account, body.from_at, body.until_at, body.renews)
    if stopped is not None:
        return stopped
    content = {
        "account": account, "from_at": body.from_at.isoformat(), "until_at": body.until_at.isoformat(),
        "days": body.days, "renews": body.renews,
    }  # fmt: skip
    return Prepared(by.organisation.id, account, NEEDED, content)


async def _against(
    work: Work, account: AccountId, from_at: datetime, until_at: datetime, renews: str | None
) -> Objection | None:
    """What an earlier delay has against this one."""
    rows = [stamped.genuine(work.keys, TABLE, row) for row in await work.conn.fetch(_OF_ACCOUNT, account)]
    if renews is None:
        again = any(delay_of(row).overlaps(from_at, until_at) for row in rows)
        return Objection.NOT_IN_THAT_STATE if again else None
    old = next((row for row in rows if str(row["id"]) == renews), None)
    if old is None or (old["from_at"], old["until_at"]) != (from_at, until_at):
        return Objection.NOT_IN_THAT_STATE
    continued = old["renews"] is not None or any(str(row["renews"]) == renews for row in rows)
    return Objection.NOT_IN_THAT_STATE if continued or work.now >= old["shown_at"] else None


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """No other delay was agreed meanwhile."""
    body = asked.content["body"]
    from_at, until_at = _window(body)
    return await _against(work, AccountId(body["account"]), from_at, until_at, body["renews"])


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Leave them out from now on, until the day said."""
    body, id_ = asked.content["body"], str(uuid4())
    from_at, until_at = _window(body)
    start = work.now
    if body["renews"] is not None:
        old = await work.conn.fetchrow("SELECT * FROM guard.delay WHERE id = $1", body["renews"])
        start = stamped.genuine(work.keys, TABLE, old)["shown_at"]
    shown_at = start + timedelta(days=body["days"])
    await stamped.insert(
        work.conn,
        work.keys,
        TABLE,
        {
            "id": id_, "request": asked.id, "account": body["account"], "from_at": from_at, "until_at": until_at,
            "shown_at": shown_at, "renews": body["renews"], "decided_at": work.now, "version": 1,
        },
    )  # fmt: skip
    detail = {
        "account": body["account"], "delay": id_, "from": from_at.isoformat(), "request": asked.id,
        "shown": shown_at.isoformat(), "until": until_at.isoformat(),
    }  # fmt: skip
    entry = Entry(
        work.now, "display-delayed", account=approvers[-1], organisation=asked.organisation,
        policy=work.policy.version, detail=json.dumps(detail, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    await append(work.conn, [entry])
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: whose consultations, of which days, until when nobody sees them."""
    body = asked.content["body"]
    account = body["account"]
    named = await agents.names(work.conn, work.keys, {asked.requester, account})
    from_at, until_at = _window(body)
    first, last = _first_and_last(from_at, until_at)
    days, plural = body["days"], "s" if body["days"] > 1 else ""
    lines = [
        Line(Label("Demandé par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Consultations faites par", "Consultations made by"), same(named.get(account, account))),
        Line(Label("Du", "From"), first),
        Line(Label("Au", "To"), last),
        Line(Label("Montrées après", "Shown after"), Label(f"{days} jour{plural}", f"{days} day{plural}")),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                "Les personnes concernées ne voient pas encore ces consultations, puis elles les voient",
                "The people concerned do not see these consultations yet, then they see them",
            ),
        ),
    ]
    if body["renews"] is not None:
        prolonged = Label("Oui, la seule possible", "Yes, the only one possible")
        lines.insert(5, Line(Label("Prolongation", "Extension"), prolonged))
    return tuple(lines)


def _first_and_last(from_at: datetime, until_at: datetime) -> tuple[Label, Label]:
    """The first day and the last where the window is whole days of Paris, both instants where it is not."""
    begins, ends = from_at.astimezone(PARIS), until_at.astimezone(PARIS)
    if begins.time() != time.min or ends.time() != time.min:
        return moment(from_at), moment(until_at)
    return same(f"{begins:%d/%m/%Y}"), same(f"{ends.date() - timedelta(days=1):%d/%m/%Y}")


def _window(body: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(body["from_at"]), datetime.fromisoformat(body["until_at"])


DELAY: Final = Kind(
    "delay", Label("Affichage différé", "Delayed display"), Duty.INVESTIGATE, DelayBody, prepare, recheck, carry_out,
    words, apart=True,
)  # fmt: skip
