"""From messages that wait to mails: alone, or gathered; one worker at a time, in a transaction of its own."""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from beffroi.core.mailing import DAY, Composed, Sent, Waiting, compose
from beffroi.guard import stamped
from beffroi.guard.notifying import references
from beffroi.guard.notifying.template_codes import Template
from beffroi.guard.notifying.templates import TEXTS
from beffroi.guard.notifying.writing import Told
from beffroi.guard.stamped import Row

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys

_LOG: Final = logging.getLogger("beffroi.guard.notifying")
AT_ONCE: Final = 2_000
"""Messages looked at in one transaction."""
_ALONE: Final = "LOCK TABLE guard.mail IN SHARE ROW EXCLUSIVE MODE"
"""One worker composes at a time, so that what an account was sent already is counted; nobody else writes there."""
_WAITING: Final = """
SELECT * FROM guard.message WHERE mail IS NULL AND dropped_at IS NULL AND due_at <= $1
ORDER BY created_at, id LIMIT $2
"""
_EARLIER: Final = """
SELECT recipient, composed_at, gathered FROM guard.mail WHERE recipient = ANY ($1::uuid[]) AND composed_at > $2
"""
_PENDING: Final = """
SELECT id FROM guard.request WHERE id = ANY ($1::uuid[]) AND status = 'pending' AND expires_at > $2
"""
_DROP: Final = "UPDATE guard.message SET dropped_at = $2 WHERE id = ANY ($1::uuid[])"
_KEEP: Final = "UPDATE guard.message SET due_at = $2 WHERE id = ANY ($1::uuid[])"
_MAIL: Final = "INSERT INTO guard.mail (id, recipient, gathered, composed_at, due_at) VALUES ($1, $2, $3, $4, $4)"
_PUT: Final = "UPDATE guard.message SET mail = $2 WHERE id = ANY ($1::uuid[])"


async def compose_due(conn: Any, keys: "Keys") -> Counter[str]:
    """Make the mails that are due, all of them; counts. ``conn`` has no transaction open."""
    done: Counter[str] = Counter()
    while True:
        async with conn.transaction():
            await conn.execute(_ALONE)
            now = await stamped.instant(conn)
            rows = await conn.fetch(_WAITING, now, AT_ONCE)
            if not rows:
                return done
            done += await _compose(conn, keys, rows, now)


def told(keys: "Keys", row: Row) -> Told | None:
    """A message as it may be told; ``None``, and an alert, where it is not what the guard wrote."""
    try:
        if not keys.authenticator.genuine_row("message", row):
            raise ValueError("its MAC is not genuine")
        message = Told(Template(row["template"]), row["refs"])
        references.said(TEXTS[message.template].refs, message.refs)
    except ValueError:
        _LOG.critical("integrity: notifying: guard.message %s", row["id"])
        return None
    return message


async def _compose(conn: Any, keys: "Keys", rows: Sequence[Row], now: datetime) -> Counter[str]:
    done: Counter[str] = Counter()
    read = {row["id"]: told(keys, row) for row in rows}
    over = await _over(conn, read, now)
    waiting: dict[UUID, list[Waiting]] = defaultdict(list)
    for row in rows:
        message = read[row["id"]]
        if message is not None and row["id"] not in over:
            waiting[row["recipient"]].append(Waiting(str(row["id"]), TEXTS[message.template].pace))
    dropped = [id_ for id_, message in read.items() if message is None or id_ in over]
    if dropped:
        await conn.execute(_DROP, dropped, now)
        done["dropped"] += len(dropped)
    earlier: dict[UUID, list[Sent]] = defaultdict(list)
    for row in await conn.fetch(_EARLIER, list(waiting), now - DAY):
        earlier[row["recipient"]].append(Sent(row["composed_at"], row["gathered"]))
    for recipient, messages in waiting.items():
        composed = compose(messages, earlier[recipient], now)
        done["composed"] += await _write(conn, recipient, composed, now)
    return done


async def _over(conn: Any, read: dict[UUID, Told | None], now: datetime) -> set[UUID]:
    """Messages about requests that wait no more: somebody else decided, or they were withdrawn."""
    about = {
        id_: UUID(json.loads(message.refs)["request"])
        for id_, message in read.items()
        if message is not None and message.template is Template.REQUEST_WAITING
    }
    if not about:
        return set()
    pending = {row["id"] for row in await conn.fetch(_PENDING, list(set(about.values())), now)}
    return {id_ for id_, request in about.items() if request not in pending}


async def _write(conn: Any, recipient: UUID, composed: Composed, now: datetime) -> int:
    made = 0
    mails: Iterable[tuple[bool, Sequence[str]]] = [(False, (one,)) for one in composed.alone]
    if composed.gathered:
        mails = [*mails, (True, composed.gathered)]
    for gathered, messages in mails:
        id_ = uuid4()
        await conn.execute(_MAIL, id_, recipient, gathered, now)
        await conn.execute(_PUT, list(messages), id_)
        made += 1
    if composed.kept:
        await conn.execute(_KEEP, list(composed.kept), composed.later)
    return made
