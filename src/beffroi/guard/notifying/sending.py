"""Sending agents what they are to be told: messages are gathered into mails, and mails leave."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from beffroi.guard.notifying import composing, writing
from beffroi.guard.notifying.posting import Fate, Outcome, Post
from beffroi.guard.notifying.queue import Letter, Queue
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.notifying.settings import Mailing

_MAILS: Final = Queue("mail", "composed_at")
_MESSAGES: Final = "SELECT * FROM guard.message WHERE mail = $1 ORDER BY created_at, id"
_ACCOUNT: Final = "SELECT * FROM guard.account WHERE id = $1"


async def send_due(
    pool: Any, keys: "Keys", mailing: "Mailing", post: Post, stop: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """Compose and send what is due; what was done, counted. ``stop`` is asked between two mails.

    Raises Unreachable, with nothing lost, when no mail can be handed over.
    """
    async with pool.acquire() as conn:
        done = await composing.compose_due(conn, keys)
    sent = await _MAILS.send(pool, post, partial(_letter, keys, mailing), stop)
    done.update({fate.value: count for fate, count in sent.items()})
    return done


async def _letter(keys: "Keys", mailing: "Mailing", conn: Any, mail: Row, now: datetime) -> Letter | Outcome:
    """The mail and where it goes, or why it cannot be."""
    messages = [composing.told(keys, row) for row in await conn.fetch(_MESSAGES, mail["id"])]
    genuine = [message for message in messages if message is not None]
    account = await conn.fetchrow(_ACCOUNT, mail["recipient"])
    if not genuine or account is None or not keys.authenticator.genuine_row("account", account):
        return Outcome(Fate.REFUSED, "integrity")
    if account["status"] == "closed":
        return Outcome(Fate.REFUSED, "account-closed")
    agent = agents.read(keys, account)
    if agent is None:
        return Outcome(Fate.REFUSED, "integrity")
    said = writing.body(genuine, mailing.console_url)
    try:
        document = writing.document(said, to=agent.email, sender=mailing.sender, identifier=str(mail["id"]), at=now)
    except writing.Unwritable as error:
        return Outcome(Fate.REFUSED, error.code)
    return Letter(agent.email, document)
