"""POST /v1/agents: names of colleagues of one's own organisation, for screens that show who did what."""

import logging
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from beffroi.core.refusals import Code
from beffroi.guard.doors.answers import refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.keys import WrappedKeyRefused
from beffroi.guard.sessions.handles import digest
from beffroi.guard.sessions.live import live_session
from beffroi.guard.vault.records import decode_agent
from beffroi.guard.vault.sealing import SealRefused, owner_bytes, unseal_for
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
COLLEAGUES: Final = """
SELECT DISTINCT a.id, a.wrapped_key, a.epoch, a.personal
FROM guard.habilitation own
JOIN guard.account reader ON reader.id = own.account AND reader.status = 'active'
JOIN guard.habilitation h ON h.organisation = own.organisation
JOIN guard.account a ON a.id = h.account
WHERE own.id = $1 AND own.account = $2 AND own.status IN ('probation', 'confirmed')
    AND own.from_at <= guard.instant() AND guard.instant() < own.until_at AND a.id = ANY ($3::uuid[])
"""


class Colleagues(bodies.Strict, frozen=True):
    """Body of /v1/agents."""

    accounts: Annotated[tuple[bodies.PersonText, ...], Meta(max_length=100)]


class Named(msgspec.Struct, frozen=True):
    """Answer of /v1/agents: display names by account; those of other organisations are left out, as unknown ones."""

    names: dict[str, str]


_COLLEAGUES: Final = msgspec.json.Decoder(Colleagues)


async def agents(call: Call) -> Answer:
    """Names within the reader's scope only: there is no directory of everybody."""
    body, caller = bodies.read(call, _COLLEAGUES), caller_of(call)
    if not isinstance(caller, Caller):
        return await refused(call, caller)
    services = call.services
    handle, client = call.header(b"beffroi-session") or "", call.header(b"beffroi-client") or ""
    assert digest(handle) == caller.handle_hash, "the same header"
    async with services.pool.acquire() as conn:
        async with conn.transaction():
            session = await live_session(
                conn, services.keys, services.policy.session, caller.application, handle, client
            )
        if isinstance(session, Code):
            return problems.answer(session, call.headers.get(b"accept-language"))
        if session["habilitation"] is None:
            return problems.answer(Code.MEMBERSHIP_NOT_CHOSEN, call.headers.get(b"accept-language"))
        rows = await conn.fetch(COLLEAGUES, session["habilitation"], session["account"], list(body.accounts))
    found: dict[str, str] = {}
    for account, wrapped_key, epoch, personal in rows:
        owner = owner_bytes(str(account))
        try:
            agent = decode_agent(unseal_for(services.keys, owner, wrapped_key, epoch, "agent", personal))
        except (SealRefused, WrappedKeyRefused, msgspec.DecodeError) as error:
            _LOG.critical("integrity: account %s: %s", account, type(error).__name__)
            continue
        found[str(account)] = f"{agent.first_name} {agent.last_name}"
    return json_answer(Named(found))


ROUTES: Final[Routes] = {("POST", "/v1/agents"): agents}
