"""Sending letters: claim one, unseal the address for the time of it, hand it over, mark it; at least once.

As :mod:`beffroi.guard.notifying.sending` does for agents: a worker killed in between leaves a claim that runs out,
and the same letter is sent again under the same Message-ID.
"""

import logging
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.ids import AccountId, PersonId
from beffroi.core.mailing import given_up, retry
from beffroi.core.marks import in_groups
from beffroi.core.messaging import WORDINGS, Subject, said
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.containing.lineage import cut_among
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.notifying.posting import Fate, Outcome, Post, Unreachable
from beffroi.guard.notifying.sending import CLAIM, ROUND, Letter
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
_CLAIM: Final = """
UPDATE guard.letter SET attempts = attempts + 1, due_at = $1::timestamptz + $2::interval WHERE id = (
    SELECT id FROM guard.letter WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1
    ORDER BY due_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING *
"""
_NOTICE: Final = """
SELECT n.*, o.name AS office FROM guard.notice n JOIN guard.organisation o ON o.id = n.organisation WHERE n.id = $1
"""
_CONTACT: Final = "SELECT epoch, wrapped_key, contact FROM guard.person WHERE id = $1"
_MARK: Final = """
UPDATE guard.letter SET sent_at = $2, failed_at = $3, failure = $4, due_at = coalesce($5, due_at),
    attempts = attempts - $6 WHERE id = $1
"""
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
    done: Counter[str] = Counter()
    try:
        for _ in range(ROUND):
            if stop():
                break
            fate = await _one(pool, keys, mailing, post)
            if fate is None:
                break
            done[f"letter-{fate.value}"] += 1
    finally:
        await post.close()
    return done


async def _one(pool: Any, keys: "Keys", mailing: "Mailing", post: Post) -> Fate | None:
    async with pool.acquire() as conn:
        now = await stamped.instant(conn)
        row = await conn.fetchrow(_CLAIM, now, CLAIM)
        if row is None:
            return None
        letter = await _letter(conn, keys, mailing, row, now)
        if isinstance(letter, str):
            fate = Fate.PUT_OFF if letter == HELD_BACK else Fate.REFUSED
            return await _mark(conn, row, Outcome(fate, letter), now)
    try:
        outcome = await post.deliver(letter.to, letter.document, str(row["id"]))
    except Unreachable as error:
        _LOG.error("mail server: %s", error.code)
        async with pool.acquire() as conn:
            await conn.execute(_MARK, row["id"], None, None, error.code, await stamped.instant(conn), 1)
        raise
    async with pool.acquire() as conn:
        return await _mark(conn, row, outcome, await stamped.instant(conn))


async def _letter(conn: Any, keys: "Keys", mailing: "Mailing", row: Row, now: datetime) -> Letter | str:
    """The letter and where it goes, or the code of why it cannot be."""
    notice = await conn.fetchrow(_NOTICE, row["notice"])
    authentic = keys.authenticator
    if notice is None or not (authentic.genuine_row("letter", row) and authentic.genuine_row("notice", notice)):
        _LOG.critical("integrity: guard.letter %s", row["id"])
        return "integrity"
    author = AccountId(str(notice["account"]))
    if await cut_among(conn, [author]) or await conn.fetchval(_HELD_BACK, author, notice["organisation"]):
        return HELD_BACK
    person = PersonId(str(row["person"]))
    kept = await conn.fetchrow(_CONTACT, person)
    if kept is None:
        return NO_ADDRESS
    try:
        clear = open_groups(
            keys, owner_bytes(person), kept["wrapped_key"], kept["epoch"], (("contact", kept["contact"]),)
        )
    except (SealRefused, WrappedKeyRefused) as error:
        _LOG.critical("integrity: person %s: %s", person, error)
        return "integrity"
    address = msgspec.json.decode(clear["contact"], type=Contact).email if "contact" in clear else None
    if not address:
        return NO_ADDRESS
    try:
        whole = document(_body(notice, mailing), to=address, sender=mailing.sender, identifier=str(row["id"]), at=now)
    except Unwritable as error:
        return error.code
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


async def _mark(conn: Any, row: Row, outcome: Outcome, now: datetime) -> Fate:
    fate, code = outcome
    if fate is Fate.PUT_OFF and given_up(row["made_at"], now):
        fate, code = Fate.REFUSED, "given-up"
    if fate is Fate.SENT:
        await conn.execute(_MARK, row["id"], now, None, None, None, 0)
    elif fate is Fate.PUT_OFF:
        await conn.execute(_MARK, row["id"], None, None, code, now + retry(row["attempts"]), 0)
    else:
        if code != NO_ADDRESS:
            _LOG.error("letter %s will not be sent: %s", row["id"], code)
        await conn.execute(_MARK, row["id"], None, now, code, None, 0)
    return fate
