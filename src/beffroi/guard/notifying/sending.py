"""Sending what is due: claim one mail, hand it over, mark it; at least once, and once where nothing is killed.

A worker killed between handing over and marking leaves a claim that runs out: the same mail, under the same
Message-ID, is then sent again. The address is unsealed for the time of one mail and kept nowhere.
"""

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.mailing import given_up, retry
from beffroi.guard import stamped
from beffroi.guard.notifying import composing, writing
from beffroi.guard.notifying.posting import Fate, Outcome, Post, Unreachable
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

if TYPE_CHECKING:
    from datetime import datetime

    from beffroi.guard.keys import Keys
    from beffroi.guard.notifying.settings import Mailing

_LOG: Final = logging.getLogger("beffroi.guard.notifying")
CLAIM: Final = timedelta(minutes=10)
"""How long one worker has a mail to itself: longer than all exchanges of one delivery may last."""
ROUND: Final = 500
"""Mails of one round at most."""
_CLAIM: Final = """
UPDATE guard.mail SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval WHERE id = (
    SELECT id FROM guard.mail WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
_MESSAGES: Final = "SELECT * FROM guard.message WHERE mail = $1 ORDER BY created_at, id"
_ACCOUNT: Final = "SELECT * FROM guard.account WHERE id = $1"
_SENT: Final = "UPDATE guard.mail SET sent_at = $2, failure = NULL WHERE id = $1"
_FAILED: Final = "UPDATE guard.mail SET failed_at = $2, failure = $3 WHERE id = $1"
_PUT_OFF: Final = "UPDATE guard.mail SET due_at = $2, failure = $3 WHERE id = $1"
_RELEASE: Final = (
    "UPDATE guard.mail SET due_at = $2, attempts = greatest(attempts - 1, 0), failure = $3 WHERE id = $1"
)


@dataclass(frozen=True, slots=True)
class Letter:
    """The address a mail goes to, and the mail; neither shows in a trace."""

    to: str = field(repr=False)
    document: bytes = field(repr=False)


async def send_due(
    pool: Any, keys: "Keys", mailing: "Mailing", post: Post, stop: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """Compose and send what is due; what was done, counted. ``stop`` is asked between two mails.

    Raises Unreachable, with nothing lost, when no mail can be handed over.
    """
    async with pool.acquire() as conn:
        done = await composing.compose_due(conn, keys)
    try:
        for _ in range(ROUND):
            if stop():
                break
            fate = await _one(pool, keys, mailing, post)
            if fate is None:
                break
            done[fate.value] += 1
    finally:
        await post.close()
    return done


async def _one(pool: Any, keys: "Keys", mailing: "Mailing", post: Post) -> Fate | None:
    """Send one mail; ``None`` where none is due. No connection is held while the server is spoken to."""
    async with pool.acquire() as conn:
        now = await stamped.instant(conn)
        mail = await conn.fetchrow(_CLAIM, now, CLAIM)
        if mail is None:
            return None
        letter = await _letter(conn, keys, mailing, mail, now)
        if isinstance(letter, str):
            return await _mark(conn, mail, Outcome(Fate.REFUSED, letter), now)
    try:
        outcome = await post.deliver(letter.to, letter.document, str(mail["id"]))
    except Unreachable as error:
        _LOG.error("mail server: %s", error.code)
        async with pool.acquire() as conn:
            await conn.execute(_RELEASE, mail["id"], await stamped.instant(conn), error.code)
        raise
    async with pool.acquire() as conn:
        return await _mark(conn, mail, outcome, await stamped.instant(conn))


async def _letter(conn: Any, keys: "Keys", mailing: "Mailing", mail: Row, now: "datetime") -> Letter | str:
    """The mail and where it goes, or the code of why it cannot be."""
    messages = [composing.told(keys, row) for row in await conn.fetch(_MESSAGES, mail["id"])]
    genuine = [message for message in messages if message is not None]
    account = await conn.fetchrow(_ACCOUNT, mail["recipient"])
    if not genuine or account is None or not keys.authenticator.genuine_row("account", account):
        return "integrity"
    if account["status"] == "closed":
        return "account-closed"
    agent = agents.read(keys, account)
    if agent is None:
        return "integrity"
    said = writing.body(genuine, mailing.console_url)
    try:
        document = writing.document(said, to=agent.email, sender=mailing.sender, identifier=str(mail["id"]), at=now)
    except writing.Unwritable as error:
        return error.code
    return Letter(agent.email, document)


async def _mark(conn: Any, mail: Row, outcome: Outcome, now: "datetime") -> Fate:
    fate, code = outcome
    if fate is Fate.PUT_OFF and given_up(mail["composed_at"], now):
        fate, code = Fate.REFUSED, "given-up"
    if fate is Fate.SENT:
        await conn.execute(_SENT, mail["id"], now)
    elif fate is Fate.PUT_OFF:
        await conn.execute(_PUT_OFF, mail["id"], now + retry(mail["attempts"]), code)
    else:
        _LOG.error("mail %s will not be sent: %s", mail["id"], code)
        await conn.execute(_FAILED, mail["id"], now, code)
    return fate
