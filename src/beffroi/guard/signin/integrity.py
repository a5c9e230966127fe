"""A page that meets a forged row or a ciphertext that does not open: nothing is done, everybody is told."""

import functools
import logging
import secrets
from typing import Final

import msgspec

from beffroi.guard import stamped
from beffroi.guard.journal import Entry, append
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.signin import messages
from beffroi.guard.stamped import Forged
from beffroi.guard.vault.sealing import SealRefused
from beffroi.guard.web.requests import Answer, Call, Handler

_LOG: Final = logging.getLogger("beffroi.guard.signin")


async def report(call: Call, error: Exception) -> None:
    """Log what was found and journal it under one reference; the caller's transaction is over."""
    reference = secrets.token_hex(4)
    _LOG.critical("integrity %s: %s", reference, error)
    table = error.table if isinstance(error, Forged) else "ciphertext"
    detail = msgspec.json.encode({"reference": reference, "table": table}).decode()
    async with call.services.pool.acquire() as conn:
        await append(conn, [Entry(await stamped.instant(conn), "integrity", detail=detail)])


def alerting(handler: Handler) -> Handler:
    """Turn integrity failures of a page into a journal entry, a critical log line and a plain page (I-16)."""

    @functools.wraps(handler)
    async def guarded(call: Call) -> Answer:
        try:
            return await handler(call)
        except (Forged, SealRefused, WrappedKeyRefused) as error:
            await report(call, error)
            return messages.answer(call, messages.INTEGRITY, over=True)

    return guarded
