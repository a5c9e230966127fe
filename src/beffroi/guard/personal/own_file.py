"""POST /v1/person/file: everything that one's own file holds, and who follows one; after a proven identity alone.

Journaled ``own-file-read`` in the transaction that reads, so before anything leaves (I-01). Nobody's budget is
charged. Agents are in it as the policy's ``agent_shown`` says, never by name: what notes say of their authors is
left out.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from beffroi.core.casefile import AGENTS
from beffroi.core.fields import RECORDED
from beffroi.core.personal import Objection
from beffroi.core.policy import AgentShown, Policy
from beffroi.guard import stamped
from beffroi.guard.answers.personal import Change, Corrected, Follower, OwnFile
from beffroi.guard.journal import Entry, append
from beffroi.guard.person_rights.correcting import of_person
from beffroi.guard.personal.consulting import role_label
from beffroi.guard.personal.presence import Present, with_person
from beffroi.guard.signin import attempts
from beffroi.guard.signin.attempts import Limit
from beffroi.guard.vault import people
from beffroi.guard.vault.people import Absent
from beffroi.guard.web import bodies, problems
from beffroi.guard.web.problems import Fault
from beffroi.guard.web.requests import Answer, Call, Routes, json_answer

if TYPE_CHECKING:
    import asyncpg

    from beffroi.guard.keys import Keys

_WHOLE: Final = sum(int(group) for group in RECORDED.values())
MOST_CORRECTIONS: Final = 200
_RELATIONS: Final = """
SELECT r.*, o.name, (
    SELECT h.role FROM guard.habilitation h WHERE h.account = r.referent AND h.organisation = r.organisation
        AND h.status IN ('probation', 'confirmed') AND h.from_at <= $2 AND $2 < h.until_at
    ORDER BY h.id LIMIT 1) AS role
FROM guard.relation r JOIN guard.organisation o ON o.id = r.organisation
WHERE r.person = $1 AND r.since_at <= $2 AND (r.until_at IS NULL OR $2 < r.until_at) ORDER BY o.name, r.kind
"""


class Whole(bodies.Strict, frozen=True):
    """Body of /v1/person/file."""


_BODY: Final = msgspec.json.Decoder(Whole)


async def read(call: Call) -> Answer:
    """Everything that the network keeps about oneself."""
    bodies.read(call, _BODY)
    keys, policy, tongue = call.services.keys, call.services.policy, call.headers.get(b"accept-language")

    async def act(here: Present) -> Answer:
        if not await attempts.within(here.conn, keys, Limit.OWN_QUESTIONS, here.person, here.now):
            return problems.answer(Fault.TOO_MANY_QUESTIONS, tongue)
        entry = Entry(
            here.now, "own-file-read", here.person, _WHOLE, session=here.id,
            application=here.session["application"], policy=policy.version,
        )  # fmt: skip
        await append(here.conn, [entry])
        held = await people.read(here.conn, keys, here.person, _WHOLE)
        if isinstance(held, Absent):
            return problems.answer(Objection.FILE_GONE, tongue)
        fields = {name: without_agents(msgspec.json.decode(text)) for name, text in held.items()}
        followers = await _followers(here.conn, keys, policy, here)
        return json_answer(OwnFile(fields, followers, await _corrections(here.conn, keys, here)))

    return await with_person(call, act, writes=True, identified=True)


async def _followers(conn: "asyncpg.Connection", keys: "Keys", policy: Policy, here: Present) -> tuple[Follower, ...]:
    rows = await conn.fetch(_RELATIONS, here.person, here.now)
    return tuple(
        Follower(
            row["name"],
            row["kind"],
            row["since_at"],
            row["until_at"],
            row["referent"] is not None,
            role_label(policy, row["role"]) if policy.agent_shown is AgentShown.JOB else None,
        )
        for row in rows
        if stamped.genuine(keys, "relation", row)
    )


async def _corrections(conn: "asyncpg.Connection", keys: "Keys", here: Present) -> tuple[Corrected, ...]:
    """What was corrected at one's own request."""
    return tuple(
        Corrected(
            row["corrected_at"], row["name"],
            tuple(Change(one.group, one.field, one.before, one.after) for one in kept),
        )
        for row, kept in await of_person(conn, keys, here.person, MOST_CORRECTIONS)
    )  # fmt: skip


def without_agents(value: Any) -> Any:
    """A group's values without those that say which agent wrote them."""
    if isinstance(value, Mapping):
        return {name: without_agents(one) for name, one in value.items() if name not in AGENTS}
    return [without_agents(one) for one in value] if isinstance(value, list) else value


ROUTES: Final[Routes] = {("POST", "/v1/person/file"): read}
