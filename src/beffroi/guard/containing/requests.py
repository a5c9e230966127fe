"""Requests that give back: the lifting of a containment, the restoring of a suspended account; two approvals each.

Whoever agrees stands outside the line of who asks, and outside the line of whom it was cut from (I-04).
"""

from datetime import datetime
from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.containing import NAMED, SAID
from beffroi.core.duty import Duty
from beffroi.core.fields import names as group_names
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, moment, same
from beffroi.guard.containing import giving_back, permission
from beffroi.guard.containing.scopes import ContainingRefused
from beffroi.guard.containing.words import EVERY_ONE, KINDS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

_ACCOUNT: Final = "SELECT * FROM guard.account WHERE id = $1"
_HELD: Final = """
SELECT 1 FROM guard.habilitation WHERE account = $1 AND organisation = $2 AND status <> 'closed' LIMIT 1
"""


class LiftBody(bodies.Strict, frozen=True):
    """Body of a request to lift a containment."""

    containment: bodies.PersonText


class RestoreBody(bodies.Strict, frozen=True):
    """Body of a request to restore a suspended account."""

    account: bodies.PersonText


async def prepare_lift(work: Work, by: OnDuty, body: LiftBody) -> Prepared | Objection:
    """Judge the request: a containment in force."""
    row = await giving_back.in_force(work.conn, work.keys, body.containment)
    if row is None or not await permission.reaches(work, by, row["kind"], row["scope"]):
        return Objection.NOT_IN_THAT_STATE
    kept = await work.conn.fetchrow("SELECT reason, accounts FROM guard.cut WHERE id = $1", row["id"])
    content = {
        "containment": body.containment, "kind": row["kind"], "scope": row["scope"],
        "groups": group_names(row["groups"]), "since": row["since_at"], "reason": kept and kept["reason"],
        "accounts": kept and kept["accounts"],
    }  # fmt: skip
    return Prepared(by.organisation.id, giving_back.concerned(row), giving_back.APPROVALS, content)


async def recheck_lift(work: Work, asked: Asked) -> Objection | None:
    """The containment is still in force."""
    row = await giving_back.in_force(work.conn, work.keys, asked.content["body"]["containment"])
    return Objection.NOT_IN_THAT_STATE if row is None else None


async def lift(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """End the containment."""
    try:
        await giving_back.lift(work, asked.content["body"]["containment"], approvers)
    except ContainingRefused as refused:
        return refused.objection
    return None


async def words_of_lift(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: what was cut, since when, why, and that it opens again."""
    body = asked.content["body"]
    people = {asked.requester} | ({body["scope"]} if body["kind"] in NAMED else set())
    named = await agents.names(work.conn, work.keys, people)
    scope = named.get(body["scope"]) or body["scope"]
    if body["kind"] in ("organisation", "application", "files"):
        table = "application" if body["kind"] == "application" else "organisation"
        scope = (
            await work.conn.fetchval(f"SELECT name FROM guard.{table} WHERE id::text = $1", body["scope"]) or scope
        )
    what = KINDS[body["kind"]]
    reason = SAID.get(body["reason"] or "") or same(body["reason"] or "–")
    lines = [
        Line(Label("Demandée par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Ce qui est coupé", "What is cut"), what),
        Line(Label("Depuis", "Since"), moment(datetime.fromisoformat(body["since"]))),
        Line(Label("Motif", "Reason"), reason),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label("L’accès est rendu", "Access is given back"),
        ),
    ]
    if body["scope"]:
        lines.insert(2, Line(Label("Portée", "Scope"), EVERY_ONE.get(body["scope"]) or same(scope)))
    if body["groups"]:
        lines.insert(2, Line(Label("Groupes de champs", "Field groups"), same(", ".join(body["groups"]))))
    if body["accounts"]:
        lines.insert(3, Line(Label("Comptes coupés", "Accounts cut"), same(str(body["accounts"]))))
    return tuple(lines)


async def prepare_restore(work: Work, by: OnDuty, body: RestoreBody) -> Prepared | Objection:
    """Judge the request: a suspended account within reach."""
    row = await work.conn.fetchrow(_ACCOUNT, body.account)
    if row is None:
        return Objection.NOT_IN_THAT_STATE
    if not by.everywhere and await work.conn.fetchval(_HELD, body.account, by.organisation.id) is None:
        return Objection.OUT_OF_REACH
    if stamped.genuine(work.keys, "account", row)["status"] != "suspended":
        return Objection.NOT_IN_THAT_STATE
    content = {"account": body.account}
    return Prepared(OrganisationId(by.organisation.id), AccountId(body.account), giving_back.APPROVALS, content)


async def recheck_restore(work: Work, asked: Asked) -> Objection | None:
    """The account is still suspended."""
    row: Row | None = await work.conn.fetchrow(_ACCOUNT, asked.content["body"]["account"])
    if row is None or stamped.genuine(work.keys, "account", row)["status"] != "suspended":
        return Objection.NOT_IN_THAT_STATE
    return None


async def restore(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """Give the account back."""
    try:
        await giving_back.restore_account(work, AccountId(asked.content["body"]["account"]), approvers)
    except ContainingRefused as refused:
        return refused.objection
    return None


async def words_of_restore(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: who asks, and whose account works again."""
    account = asked.content["body"]["account"]
    named = await agents.names(work.conn, work.keys, {asked.requester, account})
    return (
        Line(Label("Demandée par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Compte suspendu de", "Suspended account of"), same(named.get(account, "–"))),
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label("Le compte est rétabli", "The account is restored"),
        ),
    )


LIFT: Final = Kind(
    "lift", Label("Levée d’un confinement", "Lifting of a containment"), Duty.CONTAIN, LiftBody, prepare_lift,
    recheck_lift, lift, words_of_lift, apart=True,
)  # fmt: skip
RESTORE: Final = Kind(
    "restore", Label("Rétablissement d’un compte", "Restoring of an account"), Duty.SUSPEND, RestoreBody,
    prepare_restore, recheck_restore, restore, words_of_restore, apart=True,
)  # fmt: skip
