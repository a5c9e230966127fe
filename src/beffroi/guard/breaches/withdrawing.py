"""The request to withdraw a breach that was declared by mistake: whom it told of reads that it was withdrawn."""

from typing import Final

from beffroi.core.approvals import Objection
from beffroi.core.breaches import Cause
from beffroi.core.duty import Duty
from beffroi.core.ids import AccountId
from beffroi.core.policy import Label
from beffroi.guard import stamped
from beffroi.guard.approvals.eligible import brought_in_by
from beffroi.guard.approvals.kinds import Asked, Kind, Line, Prepared
from beffroi.guard.breaches import declared
from beffroi.guard.breaches.declaring import NEEDED, accounts_of, journal, lines_of
from beffroi.guard.duties import OnDuty, Work
from beffroi.guard.web import bodies


class WithdrawalBody(bodies.Strict, frozen=True):
    """Body of a request to withdraw a declared breach."""

    breach: bodies.PersonText


async def prepare(work: Work, by: OnDuty, body: WithdrawalBody) -> Prepared | Objection:
    """Judge the request: one's own organisation's, or anybody's for who acts for the network; not withdrawn yet."""
    row = await declared.one(work.conn, work.keys, body.breach)
    if row is None or not (by.everywhere or str(row["organisation"]) == by.organisation.id):
        return Objection.OUT_OF_REACH
    if row["withdrawn_at"] is not None:
        return Objection.BREACH_WITHDRAWN
    if await brought_in_by(work, [by.account.id], accounts_of({"scope": row["scope"], "ids": declared.ids_of(row)})):
        return Objection.WITHIN_LINE
    return Prepared(
        by.organisation.id,
        None,
        NEEDED,
        {
            "breach": body.breach, "scope": row["scope"], "ids": list(declared.ids_of(row)),
        },
    )  # fmt: skip


async def recheck(work: Work, asked: Asked) -> Objection | None:
    """It still stands."""
    row = await declared.one(work.conn, work.keys, asked.content["body"]["breach"])
    return Objection.BREACH_WITHDRAWN if row is None or row["withdrawn_at"] is not None else None


async def carry_out(work: Work, asked: Asked, approvers: tuple[AccountId, ...]) -> Objection | None:
    """It is withdrawn; its row stays."""
    breach = asked.content["body"]["breach"]
    row = await declared.one(work.conn, work.keys, breach)
    if row is None or row["withdrawn_at"] is not None:
        return Objection.BREACH_WITHDRAWN
    await stamped.amend(work.conn, work.keys, declared.TABLE, row, withdrawn_at=work.now)
    await journal(work, asked, "breach-withdrawn", approvers[-1], {"breach": breach})
    return None


async def words(work: Work, asked: Asked) -> tuple[Line, ...]:
    """What an approver reads: which breach, and what people will read."""
    row = await declared.one(work.conn, work.keys, asked.content["body"]["breach"])
    lines: tuple[Line, ...] = ()
    if row is not None:
        window, ids = (row["from_at"], row["until_at"]), list(declared.ids_of(row))
        lines = await lines_of(work, asked.requester, row["scope"], ids, window, Cause(row["cause"]))
    return (
        *lines,
        Line(
            Label("Si la demande est approuvée", "If the request is approved"),
            Label(
                "Les personnes lisent que cette annonce était une erreur",
                "People read that this declaration was a mistake",
            ),
        ),
    )


WITHDRAWAL: Final = Kind(
    "breach-withdrawal", Label("Retrait d’une violation déclarée", "Withdrawal of a declared breach"),
    Duty.INVESTIGATE, WithdrawalBody, prepare, recheck, carry_out, words,
    about=accounts_of,
)  # fmt: skip
