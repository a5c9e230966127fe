"""What is kept of a sign-in through a provider that an organisation does not accept: a line for each such place."""

import json
from datetime import datetime
from typing import TYPE_CHECKING

from beffroi.core.providers import provider_id
from beffroi.guard.journal import Entry, append
from beffroi.guard.signin.progress import Loaded
from beffroi.guard.signin.recognising import NotRecognised
from beffroi.guard.web.requests import Call

if TYPE_CHECKING:
    import asyncpg


async def unseen(
    conn: "asyncpg.Connection", call: Call, loaded: Loaded, found: NotRecognised, idp_id: str, now: datetime
) -> None:
    """Journal it. A provider whose id has no accepted form is left out: nobody could ask for it."""
    provider = provider_id(idp_id)
    detail = None if provider is None else json.dumps({"provider": provider}, separators=(",", ":"))
    entries = [
        Entry(
            now, "quarantined", account=found.account, organisation=organisation,
            application=loaded.progress.application, explanation=found.why.value,
            policy=call.services.policy.version, detail=detail,
        )
        for organisation in found.organisations
    ]  # fmt: skip
    await append(conn, entries)
