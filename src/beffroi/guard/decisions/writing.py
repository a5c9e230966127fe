"""What a judged batch writes, in the transaction it was judged in."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from beffroi.core.ids import EntryNumber
from beffroi.core.policy import BREAK_GLASS
from beffroi.core.refusals import Code
from beffroi.guard.decisions import hot_rows
from beffroi.guard.decisions.asks import Ask, Granted, Manner, Outcome
from beffroi.guard.decisions.books import Books, BudgetReader
from beffroi.guard.decisions.facts import FactReader, Known, Shared
from beffroi.guard.decisions.hot_rows import person_id, sized_id
from beffroi.guard.decisions.judging import NOBODY, Judgement
from beffroi.guard.folding import recording
from beffroi.guard.vault.sealing import owner_bytes, seal_for

if TYPE_CHECKING:
    from asyncpg import Connection
    from asyncpg.prepared_stmt import PreparedStatement

    from beffroi.guard.keys import Keys

Maybe = str | None
Line = tuple[str, Maybe, int, Maybe, Maybe, Maybe, Maybe, Maybe, Maybe, str, Maybe]
"""A journal row but for its instant and policy: kind, person, groups, account, session, organisation, application,
role, purpose, explanation, detail."""

ReachRow = tuple[str, str, int, tuple[int, ...], int, int, bytes]
"""As the columns of guard.reach."""


def granted_lines(asks: Sequence[Ask], outcomes: Sequence[Outcome]) -> tuple[list[int], list[Line]]:
    """Journal lines of what is released, and the place of each request they speak of."""
    places: list[int] = []
    lines: list[Line] = []
    for place, (ask, outcome) in enumerate(zip(asks, outcomes, strict=True)):
        if ask.manner is not Manner.CHARGE or ask.effect is not None or not isinstance(outcome, Granted):
            continue
        request, agent = ask.request, outcome.agent
        places.append(place)
        lines.append(
            (
                ask.kind,
                request.person,
                outcome.groups,
                agent.account.id,
                agent.session.id,
                agent.organisation.id,
                request.application,
                agent.habilitation.role,
                request.purpose,
                outcome.explanation,
                ask.detail if ask.text is None or outcome.explanation == BREAK_GLASS else None,
            )
        )
    return places, lines


async def refused_lines(
    count: "PreparedStatement", asks: Sequence[Ask], known: Sequence[Known], shared: Shared, verdict: Judgement
) -> list[Line]:
    """Count the refusals, and give the journal lines of those whose count reached 1, 10, 100…"""
    tally = Counter((refused.account, refused.code) for refused in verdict.refused)
    if not tally:
        return []
    last = {(refused.account, refused.code): refused.place for refused in verdict.refused}
    pairs = sorted(tally)
    rows = await count.fetch(
        [account for account, _ in pairs],
        [code.value for _, code in pairs],
        shared.clock.hour,
        [tally[pair] for pair in pairs],
    )
    lines: list[Line] = []
    for account_id, code_text, times in rows:
        code, account = Code(code_text), str(account_id)
        pair = next(pair for pair in pairs if pair == (account, code))
        if not reaches_power_of_ten(times - tally[pair], times):
            continue
        place = last[pair]
        facts, request = known[place].facts, asks[place].request
        detail = {"times": times} if code is not Code.INTEGRITY else {"times": times, "table": known[place].forged}
        lines.append(
            (
                "integrity" if code is Code.INTEGRITY else "refused",
                request.person,
                request.groups,
                None if account == NOBODY else account,
                facts.session.id if facts.session else None,
                facts.organisation.id if facts.organisation else None,
                request.application,
                facts.habilitation.role if facts.habilitation else None,
                request.purpose,
                code.value,
                msgspec.json.encode(detail, order="sorted").decode(),
            )
        )
    return lines


def reaches_power_of_ten(before: int, after: int) -> bool:
    """Whether a count that rose from ``before`` to ``after`` met 1, 10, 100…, which the journal gets."""
    power = 1
    while power <= after:
        if before < power:
            return True
        power *= 10
    return False


async def revoke_sessions(
    conn: "Connection", keys: "Keys", reader: FactReader, known: Sequence[Known], shared: Shared, verdict: Judgement
) -> list[Line]:
    """Revoke each session that came from another client than its own, and give its journal line."""
    lines: list[Line] = []
    for session, place in verdict.revoked.items():
        record = known[place].record
        assert record is not None, "a session that was presented has a row"
        row = dict(reader.sessions.row(record))
        row["revoked_at"], row["version"] = shared.clock.at, int(str(row["version"])) + 1
        mac = keys.authenticator.stamp_row("session", row)
        await conn.execute(
            "UPDATE guard.session SET revoked_at = $2, version = $3, mac = $4 WHERE id = $1",
            session,
            shared.clock.at,
            row["version"],
            mac,
        )
        account, application = str(row["account"]), str(row["application"])
        fact = recording.fact_of("session", {**row, "mac": mac})
        detail = recording.detail_of(keys.authenticator, fact)
        lines.append(
            (recording.KIND, None, 0, fact.account, None, None, fact.application, None, None, fact.table, detail)
        )
        why = Code.SESSION_OTHER_CLIENT.value
        lines.append(("session-revoked", None, 0, account, session, None, application, None, None, why, None))
    return lines


async def keep_texts(
    conn: "Connection", keys: "Keys", asks: Sequence[Ask], verdict: Judgement, shared: Shared
) -> None:
    """Seal the free texts of granted break-glass openings under their author's key and keep them."""
    for ask, outcome in zip(asks, verdict.outcomes, strict=True):
        if ask.text is None or not isinstance(outcome, Granted) or outcome.explanation != BREAK_GLASS:
            continue
        account = outcome.agent.account.id
        row = await conn.fetchrow("SELECT wrapped_key, epoch FROM guard.account WHERE id = $1", account)
        clear, label = ask.text.text.encode(), f"free-text/{ask.text.id}"
        sealed = seal_for(keys, owner_bytes(account), row["wrapped_key"], row["epoch"], label, clear)
        await conn.execute(
            "INSERT INTO guard.free_text (id, account, person, sealed, created_at) VALUES ($1, $2, $3, $4, $5)",
            ask.text.id,
            account,
            ask.request.person,
            sealed,
            shared.clock.at,
        )


Rows = tuple[object, ...]
"""Arguments of guard.write_batch after the first, in its order."""


def rows(
    stamp: Callable[[bytes], bytes],
    budget_reader: BudgetReader,
    books: Books,
    verdict: Judgement,
    lines: Sequence[Line],
    at: datetime,
    policy: str,
) -> Rows:
    """All that one batch changes, at one instant under one policy, with the MACs of its rows."""
    new_budgets, changed_budgets = budget_reader.rows(books)
    new_reach: list[ReachRow] = []
    changed_reach: list[ReachRow] = []
    for (account, person), (after, version) in verdict.reach.items():
        day, marks, found_day = after
        mac = stamp(hot_rows.reach(sized_id(account), person_id(person), day, marks, found_day, version + 1))
        row = (account, person, day, marks, found_day, version + 1, mac)
        (changed_reach if version else new_reach).append(row)
    return at, policy, changed_budgets, new_budgets, changed_reach, new_reach, verdict.used, lines


async def write(statement: "PreparedStatement", rows: Rows, expected: int | None) -> list[EntryNumber]:
    """Write all of it in one call; numbers of the journal entries, in the order of their lines.

    ``expected`` as in schema/0006_turns.sql: with a number, nothing comes back when somebody else wrote meanwhile.
    Raises asyncpg.IntegrityConstraintViolationError when a budget would exceed its cap, or when a row is not as it
    was read: nothing of the batch is kept then.
    """
    return [EntryNumber(record[0]) for record in await statement.fetch(expected, *rows)]
