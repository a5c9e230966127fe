"""The request to declare a breach: a security officer says whose openings it was, a second person agrees.

Nothing is opened, cut or sent by it: from then on, the people whom the journal names in that scope see it in their
own space. The scope is a question as investigators ask it, so what they count and what people see is the same.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.breaches import CAUSES, WIDEST, Cause
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.eligible import brought_in_by
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, moment, same
from beffroi.guard.breaches.declared import TABLE
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.journal import Entry, append
from beffroi.guard.vault import agents
from beffroi.guard.vault.records import Email
from beffroi.guard.web import bodies

NEEDED: Final = 1
"""Approvals: two people with who asks."""
_SAME: Final = """
SELECT 1 FROM guard.breach
WHERE scope = $1 AND ids = $2 AND from_at <= $3 AND $3 < until_at AND withdrawn_at IS NULL
    AND (until_at >= $4 OR declared_at::date = guard.instant()::date)
"""
_PLACES: Final = "SELECT id::text, name FROM guard.organisation WHERE id::text = ANY ($1::text[])"
_APPLICATIONS: Final = "SELECT id, name FROM guard.application WHERE id = ANY ($1::text[])"
_KNOWN: Final = {
    "account": "SELECT count(*) FROM guard.account WHERE id::text = ANY ($1::text[])",
    "organisation": "SELECT count(*) FROM guard.organisation WHERE id::text = ANY ($1::text[])",
    "application": "SELECT count(*) FROM guard.application WHERE id = ANY ($1::text[])",
}
_SCOPES: Final = {
    "account": Label("Ouvertures faites par", "Openings made by"),
    "organisation": Label("Ouvertures faites au nom de", "Openings made in the name of"),
    "application": Label("Ouvertures faites par l’application", "Openings made through the application"),
}


class BreachBody(bodies.Strict, frozen=True):
    """Body of a request to declare a breach; the scope as /v1/forensics/readers takes it, sessions excepted.

    Instants with an offset, the end excluded; what is after the request is not covered.
    """

    by: Literal["account", "line", "organisation", "application"]
    from_at: datetime
    until_at: datetime
    cause: Literal["hijacked-account", "created-accounts", "hijacked-application", "misuse"]
    ids: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=100)] = ()
    email: Email | None = None


async def prepare(work: Work, by: OnDuty, body: BreachBody) -> Prepared | Objection:
    """Judge the request: a scope within reach that exists, a window of the past, not declared already."""
    from beffroi.guard.forensics import scopes

    try:
        asked = await scopes.asked(work, by, body, scopes.window(body.from_at, body.until_at))
    except scopes.Objected as refused:
        return refused.objection
    from_at, until_at = asked.from_at, min(asked.until_at, work.now.astimezone(UTC))
    if not from_at < until_at or until_at - from_at > WIDEST:
        return Objection.BREACH_PERIOD
    scope, ids = asked.by.value, list(asked.ids)
    if await work.conn.fetchval(_KNOWN[scope], ids) != len(ids):
        return Objection.OUT_OF_REACH
    if await brought_in_by(work, [by.account.id], accounts_of({"scope": scope, "ids": ids})):
        return Objection.WITHIN_LINE
    content = {
        "cause": body.cause, "from_at": from_at.isoformat(), "ids": ids, "scope": scope,
        "until_at": until_at.isoformat(),
    }  # fmt: skip
    if await _is_declared(work, content):
        return Objection.ALREADY_DECLARED
    return Prepared(by.organisation.id, None, NEEDED, content)


def accounts_of(body: Mapping[str, Any]) -> Sequence[AccountId]:
    """The accounts that a declaration, or its withdrawal, is about."""
    return [AccountId(one) for one in body["ids"]] if body["scope"] == "account" else []


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """Nobody declared the same meanwhile."""
    return Objection.ALREADY_DECLARED if await _is_declared(work, asked.content["body"]) else None


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """It is declared, and shown from now on."""
    body, id_ = asked.content["body"], str(uuid4())
    from_at, until_at = _window(body)
    await stamped.insert(
        work.conn,
        work.keys,
        TABLE,
        {
            "id": id_, "request": asked.id, "organisation": asked.organisation, "scope": body["scope"],
            "ids": " ".join(body["ids"]), "from_at": from_at, "until_at": until_at, "cause": body["cause"],
            "declared_at": work.now, "withdrawn_at": None, "version": 1,
        },
    )  # fmt: skip
    await journal(work, asked, "breach-declared", approvers[-1], {"breach": id_, **body})
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: whose openings, of when, what people will read, and that they will."""
    body = asked.content["body"]
    return (
        *await lines_of(work, asked.requester, body["scope"], body["ids"], _window(body), Cause(body["cause"])),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                "Chaque personne dont le dossier a été ouvert dans ce périmètre le lit dans son espace",
                "Each person whose file was opened within this scope reads it in their own space",
            ),
        ),
    )


async def lines_of(
    work: Work, requester: AccountId, scope: str, ids: list[str], window: tuple[datetime, datetime], cause: Cause
) -> tuple[Line, ...]:
    """A breach in plain words, whole: who asks, through what, when, why."""
    named = await agents.names(work.conn, work.keys, {requester, *(ids if scope == "account" else ())})
    if scope == "account":
        through = [f"{named[one]} ({one})" if one in named else one for one in ids]
    else:
        rows = await work.conn.fetch(_PLACES if scope == "organisation" else _APPLICATIONS, ids)
        names = {row["id"]: row["name"] for row in rows}
        through = [names.get(one, one) for one in ids]
    return (
        Line(Label("Demandé par", "Requested by"), same(named.get(requester, "–"))),
        Line(_SCOPES[scope], same(", ".join(through))),
        Line(Label("Du", "From"), moment(window[0])),
        Line(Label("Au", "To"), moment(window[1])),
        Line(Label("Ce que les personnes lisent", "What people read"), CAUSES[cause]),
    )


async def journal(work: Work, asked: Asked, kind: str, approver: AccountId, detail: dict[str, Any]) -> None:
    """Say in the journal what was agreed."""
    entry = Entry(
        work.now, kind, account=approver, organisation=asked.organisation, policy=work.policy.version,
        detail=json.dumps({**detail, "request": asked.id}, separators=(",", ":"), sort_keys=True),
    )  # fmt: skip
    await append(work.conn, [entry])


async def _is_declared(work: Work, body: dict[str, Any]) -> bool:
    found = await work.conn.fetchval(_SAME, body["scope"], " ".join(body["ids"]), *_window(body))
    return found is not None


def _window(body: dict[str, Any]) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(body["from_at"]), datetime.fromisoformat(body["until_at"])


BREACH: Final = Kind(
    "breach", Label("Déclaration d’une violation de données", "Declaration of a data breach"), Duty.INVESTIGATE,
    BreachBody, prepare, recheck, carry_out, words, about=accounts_of,
)  # fmt: skip
