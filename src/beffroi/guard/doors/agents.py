"""POST /v1/agents: names of colleagues of one's own organisation, for screens that show who did what."""

import logging
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from beffroi.core.habilitation import clash, kinds_in_force
from beffroi.core.ids import HabilitationId
from beffroi.core.policy import Policy
from beffroi.core.refusals import Code
from beffroi.guard import stamped
from beffroi.guard.doors.answers import refused
from beffroi.guard.doors.gate import Caller, caller_of
from beffroi.guard.habilitations.applications import served
from beffroi.guard.keys import Keys
from beffroi.guard.sessions.handles import digest
from beffroi.guard.sessions.live import live_session
from beffroi.guard.sessions.memberships import held_facts
from beffroi.guard.vault.agents import names_of
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

_LOG: Final = logging.getLogger("beffroi.guard.doors")
HELD: Final = "SELECT * FROM guard.habilitation WHERE organisation = $1 AND account = ANY ($2::uuid[])"
OWN: Final = "SELECT * FROM guard.habilitation WHERE account = $1"
ACCOUNTS: Final = "SELECT * FROM guard.account WHERE id = ANY ($1::uuid[])"
_ACTIVE: Final = frozenset({"probation", "confirmed"})


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
        organisation = await _organisation_of(conn, services.keys, services.policy, caller.application, session)
        if isinstance(organisation, Code):
            return problems.answer(organisation, call.headers.get(b"accept-language"))
        held = _genuine(services.keys, "habilitation", await conn.fetch(HELD, organisation, list(body.accounts)))
        colleagues = list({row["account"] for row in held})
        rows = _genuine(services.keys, "account", await conn.fetch(ACCOUNTS, colleagues))
    return json_answer(Named(names_of(services.keys, rows)))


def _genuine(keys: Keys, table: str, rows: Sequence[stamped.Row]) -> list[stamped.Row]:
    """The rows that the guard wrote; the others name nobody, and are said in the log."""
    forged = [row["id"] for row in rows if not keys.authenticator.genuine_row(table, row)]
    if forged:
        _LOG.critical("integrity: names of colleagues: guard.%s %s", table, ", ".join(map(str, forged)))
    return [row for row in rows if row["id"] not in forged]


async def _organisation_of(
    conn: Any, keys: Keys, policy: Policy, application: str, session: stamped.Row
) -> UUID | Code:
    """Where the reader works now, or why he reads nobody's name: the decision's first four steps, in its order."""
    now = await stamped.instant(conn)
    of_account = await conn.fetch(OWN, session["account"])
    cut = await conn.fetch("SELECT * FROM guard.containment WHERE lifted_at IS NULL")
    own = {"application": application, "account": session["account"], "habilitation": session["habilitation"]}
    rows = {name: await conn.fetchrow(f"SELECT * FROM guard.{name} WHERE id = $1", id) for name, id in own.items()}
    lines = await conn.fetch("SELECT * FROM guard.line_member WHERE account = $1", session["account"])
    place = rows["habilitation"] and rows["habilitation"]["organisation"]
    rows["organisation"] = await conn.fetchrow("SELECT * FROM guard.organisation WHERE id = $1", place)
    try:
        scopes = {(row["kind"], row["scope"]) for row in cut if stamped.genuine(keys, "containment", row)}
        within = {("line", str(row["line"])) for row in lines if stamped.genuine(keys, "line_member", row)}
        for table, row in rows.items():
            if row is not None:
                stamped.genuine(keys, table, row)
        serving = await served(conn, keys, [session["habilitation"]])
        all_held = [held_facts(stamped.genuine(keys, "habilitation", row)) for row in of_account]
    except stamped.Forged as error:
        _LOG.critical("integrity: names of colleagues: guard.%s", error.table)
        return Code.INTEGRITY
    speaking, account, held, office = rows.values()
    if any(kind == "everything" for kind, _ in scopes):
        return Code.EVERYTHING_CONTAINED
    if speaking is None or not speaking["open"] or ("application", application) in scopes:
        return Code.APPLICATION_CLOSED
    if account is None or account["status"] != "active":
        return Code.ACCOUNT_SUSPENDED
    if scopes & (within | {("account", str(account["id"])), ("line", str(account["id"]))}):
        return Code.ACCOUNT_SUSPENDED
    if now >= account["attested_until"]:
        return Code.ATTESTATION_EXPIRED
    if now >= account["reviewed_until"]:
        return Code.REVIEW_OVERDUE
    if session["habilitation"] is None:
        return Code.MEMBERSHIP_NOT_CHOSEN
    if (
        held is None
        or held["account"] != account["id"]
        or held["status"] not in _ACTIVE
        or not held["from_at"] <= now < held["until_at"]
    ):
        return Code.HABILITATION_INACTIVE
    if application not in serving.get(HabilitationId(str(held["id"])), ()):
        return Code.HABILITATION_ELSEWHERE
    if (
        office is None
        or not office["active"]
        or now >= office["contract_until"]
        or ("organisation", str(office["id"])) in scopes
    ):
        return Code.ORGANISATION_CLOSED
    if clash(kinds_in_force(all_held, now, policy), policy.separation) is not None:
        return Code.DUTIES_CLASH
    where: UUID = office["id"]
    return where


ROUTES: Final[Routes] = {("POST", "/v1/agents"): agents}
