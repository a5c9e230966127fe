"""The request that a list of files be erased: two people agree to exactly that list, and to its digest."""

from datetime import datetime
from typing import Annotated, Final

from msgspec import Meta

from beffroi.core.approvals import Objection
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId, OrganisationId
from beffroi.core.policy import Label, RoleKind
from beffroi.guard import stamped
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared, same
from beffroi.guard.decisions.facts import PARIS
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.erasing import lists
from beffroi.guard.journal import append
from beffroi.guard.stamped import Row
from beffroi.guard.vault import agents
from beffroi.guard.web import bodies

APPROVALS: Final = 2
"""What is destroyed is not given back."""
Digest = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)", description="SHA-256 in hexadecimal")]


class ErasureBody(bodies.Strict, frozen=True):
    """Body of a request to erase a list: which, and its digest as it was read."""

    list: bodies.PersonText
    sha256: Digest


async def prepare(work: Work, by: OnDuty, body: ErasureBody) -> Prepared | Objection:
    """Judge the request: an open list within reach, whole, not empty, as it was read. Who approves asks for none."""
    if by.role.kind is RoleKind.APPROVER:
        return Objection.OUT_OF_REACH
    row = await _as_read(work, body.list, body.sha256)
    if row is None or not by.reaches(OrganisationId(str(row["organisation"]))):
        return Objection.NOT_IN_THAT_STATE
    lines = await lists.lines_of(work, body.list)
    ends = [line.ended_at for line in lines]
    content = {
        "list": body.list, "sha256": body.sha256, "people": len(lines), "first_ended_at": min(ends),
        "last_ended_at": max(ends),
    }  # fmt: skip
    return Prepared(OrganisationId(str(row["organisation"])), None, APPROVALS, content)


async def _as_read(work: Work, list_: str, sha256: str) -> Row | None:
    """The open list that has this digest, and the lines that it covers. Raises Forged."""
    row = await lists.one(work, list_)
    if row is None or row["status"] != lists.OPEN or not row["people"] or bytes(row["digest"]).hex() != sha256:
        return None
    if not lists.is_whole(row, await lists.lines_of(work, list_)):
        raise stamped.Forged("erasure_line")
    return row


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """The list is still exactly what was asked for: a file held back since makes it another list."""
    body = asked.content["body"]
    return Objection.NOT_IN_THAT_STATE if await _as_read(work, body["list"], body["sha256"]) is None else None


async def sign(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """The list is signed; the worker carries it out."""
    body = asked.content["body"]
    row = await _as_read(work, body["list"], body["sha256"])
    if row is None:
        return Objection.NOT_IN_THAT_STATE
    after = await stamped.amend(
        work.conn, work.keys, "erasure_list", row, status=lists.SIGNED, signed_at=work.now, request=asked.id
    )
    await append(work.conn, [lists.told(work, after, "erasure-list-signed", approvers[-1])])
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: whose files, how many, since when nobody follows them, and that nothing comes back."""
    body = asked.content["body"]
    named = await agents.names(work.conn, work.keys, {asked.requester})
    office = await work.conn.fetchval("SELECT name FROM guard.organisation WHERE id = $1", asked.organisation)
    first, last = _day(body["first_ended_at"]), _day(body["last_ended_at"])
    return (
        Line(Label("Demandée par", "Requested by"), same(named.get(asked.requester, "–"))),
        Line(Label("Structure", "Organisation"), same(office or "–")),
        Line(Label("Dossiers à effacer", "Files to erase"), same(str(body["people"]))),
        Line(Label("Plus suivis depuis", "Not followed since"), Label(f"{first} – {last}", f"{first} – {last}")),
        Line(Label("Liste", "List"), same(body["list"])),
        Line(Label("Empreinte de la liste", "The list’s digest"), same(body["sha256"])),
        Line(
            Label("Si deux personnes approuvent", "If two people approve"),
            Label(
                "Ces dossiers sont détruits, clé comprise ; personne ne peut les rétablir",
                "These files are destroyed, keys included; nobody can bring them back",
            ),
        ),
    )


def _day(text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(PARIS):%d/%m/%Y}"


ERASURE: Final = Kind(
    lists.KIND, Label("Effacement d’une liste de dossiers", "Erasure of a list of files"), Duty.ERASE, ErasureBody,
    prepare, recheck, sign, words,
)  # fmt: skip
