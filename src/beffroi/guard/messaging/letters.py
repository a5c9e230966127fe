"""Sending people what offices write to them: the queue is that of mails to agents, the letter is written here."""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.ids import AccountId, PersonId
from beffroi.core.marks import in_groups
from beffroi.core.messaging import WORDINGS, Subject, said
from beffroi.core.policy import Label
from beffroi.guard.containing.lineage import cut_among
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.notifying.posting import Fate, Outcome, Post
from beffroi.guard.notifying.queue import Letter, Queue
from beffroi.guard.notifying.writing import HELLO, Body, Unwritable, document
from beffroi.guard.stamped import Row
from beffroi.guard.vault.records import Contact
from beffroi.guard.vault.sealing import SealRefused, open_groups, owner_bytes

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.notifying.settings import Mailing

_LOG: Final = logging.getLogger("beffroi.guard.messaging")
NO_ADDRESS: Final = "no-address"
HELD_BACK: Final = "contained"
"""Its author or the office is cut off: it waits until that is lifted, and is given up as any other is."""
_LETTERS: Final = Queue("letter", "made_at", frozenset({NO_ADDRESS}))
_NOTICE: Final = """
SELECT n.*, o.name AS office FROM guard.notice n JOIN guard.organisation o ON o.id = n.organisation WHERE n.id = $1
"""
_CONTACT: Final = "SELECT epoch, wrapped_key, contact FROM guard.person WHERE id = $1"
_HELD_BACK: Final = """
SELECT EXISTS (SELECT FROM guard.account WHERE id = $1 AND status <> 'active') OR EXISTS (
    SELECT FROM guard.containment c JOIN guard.organisation o ON o.id = $2
    WHERE c.lifted_at IS NULL AND (c.kind = 'everything' OR (c.kind = 'organisation' AND c.scope = o.id::text)
        OR (c.kind = 'files' AND c.scope IN (o.id::text, o.kind))))
"""
"""Whether the author is suspended, or the office or its files are closed."""
CHECK: Final = Label(
    "Pour vérifier que ce message vient de nous, tapez vous-même l’adresse {page} et ce code : {code}. Nous ne"
    " mettons jamais de lien dans un message, et ne demandons jamais de code ni de mot de passe.",
    "To check that this message is ours, type the address {page} yourself, and this code: {code}. We never put a link"
    " in a message, and never ask for a code or a password.",
)


async def send_letters(
    pool: Any, keys: "Keys", mailing: "Mailing", post: Post, stop: Callable[[], bool] = lambda: False
) -> Counter[str]:
    """Send what is due; what was done, counted. ``stop`` is asked between two letters.

    Raises Unreachable, with nothing lost, when no mail can be handed over.
    """
    sent = await _LETTERS.send(pool, post, partial(_letter, keys, mailing), stop)
    return Counter({f"letter-{fate.value}": count for fate, count in sent.items()})


async def _letter(keys: "Keys", mailing: "Mailing", conn: Any, row: Row, now: datetime) -> Letter | Outcome:
    """The letter and where it goes, or why it cannot be."""
    notice = await conn.fetchrow(_NOTICE, row["notice"])
    authentic = keys.authenticator
    if notice is None or not (authentic.genuine_row("letter", row) and authentic.genuine_row("notice", notice)):
        _LOG.critical("integrity: guard.letter %s", row["id"])
        return Outcome(Fate.REFUSED, "integrity")
    author = AccountId(str(notice["account"]))
    if await cut_among(conn, [author]) or await conn.fetchval(_HELD_BACK, author, notice["organisation"]):
        return Outcome(Fate.PUT_OFF, HELD_BACK)
    person = PersonId(str(row["person"]))
    kept = await conn.fetchrow(_CONTACT, person)
    if kept is None:
        return Outcome(Fate.REFUSED, NO_ADDRESS)
    try:
        clear = open_groups(
            keys, owner_bytes(person), kept["wrapped_key"], kept["epoch"], (("contact", kept["contact"]),)
        )
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: person %s: %s", person, error)
        return Outcome(Fate.REFUSED, "integrity")
    address = msgspec.json.decode(clear["contact"], type=Contact).email if "contact" in clear else None
    if not address:
        return Outcome(Fate.REFUSED, NO_ADDRESS)
    try:
        whole = document(_body(notice, mailing), to=address, sender=mailing.sender, identifier=str(row["id"]), at=now)
    except Unwritable as error:
        return Outcome(Fate.REFUSED, error.code)
    return Letter(address, whole)


def sentence(notice: Row) -> Label:
    """What a message says, in French and in English; ``notice`` with the public name of its ``office``."""
    day = None if notice["day"] is None else date.fromisoformat(notice["day"])
    hour = None if notice["hour"] is None else time.fromisoformat(notice["hour"])
    return said(Subject(notice["subject"]), notice["office"], day, hour)


def _body(notice: Row, mailing: "Mailing") -> Body:
    page = f"{mailing.console_url.partition('://')[2]}/verifier/"
    filled = {"page": page, "code": in_groups(notice["code"])}
    check = Label(CHECK.fr.format(**filled), CHECK.en.format(**filled))
    return Body(WORDINGS[Subject(notice["subject"])].title, (HELLO, sentence(notice), check))
