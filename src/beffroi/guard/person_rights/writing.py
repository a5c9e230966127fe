"""Words that go with a request: what the person wrote, and what they were answered; sealed under the person's key.

Each is bound to its request and to which of the two it is: moved to another place it does not open.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from beffroi.core.answering import KEPT, may_write_again
from beffroi.core.person_rights import Objection
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.vault import sealing
from beffroi.guard.vault.sealing import SealRefused

if TYPE_CHECKING:
    from beffroi.guard.keys import Keys
    from beffroi.guard.stamped import Row

DAY: Final = timedelta(days=1)


class Text(StrEnum):
    """Whose words; the value is the table that keeps them."""

    REQUEST = "person_request_text"
    ANSWER = "person_request_answer"


_LABELS: Final = {Text.REQUEST: "person-request/{}", Text.ANSWER: "person-request/{}/answer"}
_KEY: Final = "SELECT wrapped_key, epoch FROM guard.person WHERE id = $1"
_GIVEN: Final = """
SELECT count(*) FROM guard.person_request_answer t JOIN guard.person_request q ON q.id = t.id
WHERE q.organisation = $1 AND t.made_at > $2
"""
_OUTLIVED: Final = "DELETE FROM guard.person_request_answer WHERE made_at <= guard.instant() - $1::interval"


async def key_of(conn: Any, person: str) -> "Row | None":
    """The key under which words of this file are sealed; None where the file is no more."""
    found: Row | None = await conn.fetchrow(_KEY, person)
    return found


async def key_for_answer(conn: Any, organisation: str, person: str, now: datetime) -> "Row | Objection":
    """The same for an answer, while its organisation may give one in words; counted under the turnstile."""
    way = may_write_again(await conn.fetchval(_GIVEN, organisation, now - DAY))
    return way or await key_of(conn, person) or Objection.GONE


async def keep(
    conn: Any, keys: "Keys", text: Text, request: str, person: str, held: "Row", words: str, at: datetime
) -> None:
    """Seal words under the key that is held of this person."""
    owner, clear = sealing.owner_bytes(person), words.strip().encode()
    sealed = sealing.seal_for(keys, owner, held["wrapped_key"], held["epoch"], _LABELS[text].format(request), clear)
    await conn.execute(
        f"INSERT INTO guard.{text} (id, person, sealed, made_at) VALUES ($1, $2, $3, $4)", request, person, sealed, at
    )


async def written(conn: Any, text: Text, requests: Sequence[str]) -> list[str]:
    """Of these requests, those that words were written with."""
    rows = await conn.fetch(f"SELECT id FROM guard.{text} WHERE id = ANY ($1::uuid[])", requests)
    return [str(row["id"]) for row in rows]


async def texts_of(conn: Any, keys: "Keys", text: Text, requests: Sequence[str]) -> dict[str, str]:
    """The words of these requests, by request. Raises SealRefused, WrappedKeyRefused."""
    found, altered = await opened(conn, keys, text, requests)
    for error in altered.values():
        raise error
    return found


async def opened(
    conn: Any, keys: "Keys", text: Text, requests: Sequence[str]
) -> tuple[dict[str, str], dict[str, SealRefused | WrappedKeyRefused]]:
    """The same, and by request why words do not open, which the caller reports."""
    rows = await conn.fetch(
        f"SELECT t.id, t.person, t.sealed, p.wrapped_key, p.epoch FROM guard.{text} t"
        " JOIN guard.person p ON p.id = t.person WHERE t.id = ANY ($1::uuid[])",
        requests,
    )
    found, altered = dict[str, str](), dict[str, SealRefused | WrappedKeyRefused]()
    for row in rows:
        id_, owner = str(row["id"]), sealing.owner_bytes(str(row["person"]))
        try:
            clear = sealing.unseal_for(
                keys, owner, row["wrapped_key"], row["epoch"], _LABELS[text].format(id_), row["sealed"]
            )
        except (SealRefused, WrappedKeyRefused) as error:
            altered[id_] = error
        else:
            found[id_] = clear.decode()
    return found, altered


async def forget(conn: Any, text: Text, request: str) -> None:
    """Delete the words of one request."""
    await conn.execute(f"DELETE FROM guard.{text} WHERE id = $1", request)


async def forget_outlived(conn: Any) -> None:
    """Delete answers that are read no more."""
    await conn.execute(_OUTLIVED, KEPT)
